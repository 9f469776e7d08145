"""A fresh sign-in: whoever holds a session alone, a stolen one perhaps, changes nothing that protects it."""

import time
from collections.abc import Callable
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext

# The addresses that ask for it, by name, and the page to go on with; an empty one is the address itself.
ASKS = {
    "account_set_password": "",
    "accounts:data": "",
    "accounts:data_ask": "accounts:data",
    "accounts:data_file": "",
    "accounts:delete_account": "",
    "accounts:email": "",
    "mfa_activate_totp": "",
    "mfa_add_webauthn": "",
    "mfa_deactivate_totp": "",
    "mfa_download_recovery_codes": "",
    "mfa_edit_webauthn": "",
    "mfa_generate_recovery_codes": "",
    "mfa_remove_webauthn": "",
    "mfa_view_recovery_codes": "",
    "socialaccount_connections": "",
    "usersessions_list": "",
}
# These sign visitors in, and link a provider to the account of whoever is signed in.
LINK = {"accounts:openid_login": "socialaccount_connections"}
# Ways to sign in that prove as much as being asked again.
PROOFS = ("password", "mfa")


class FreshSignInMiddleware:
    """Middleware that asks for the password, or a second factor, before the addresses that need it.

    A form that came without one is not kept until it was given: in a session that two people share, the
    second would finish what the first began.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.began_at = timezone.now()  # type: ignore[attr-defined]
        response = self.get_response(request)
        # allauth keeps a link to a provider that waits for the password; it is begun again instead.
        if response.get("Location", "").startswith(reverse("account_reauthenticate")):
            request.session.pop(STATE_SESSION_KEY, None)
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        asks = name in ASKS or (name in LINK and "process" in (*request.GET, *request.POST))
        if not asks or not request.user.is_authenticated or is_fresh(request):
            return None
        return ask(request, {**ASKS, **LINK}[name])

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        # From allauth's own flows, when the time ran out in between.
        if isinstance(exception, ReauthenticationRequired) and request.user.is_authenticated:
            return ask(request)
        return None


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the player proved who they are within ACCOUNT_REAUTHENTICATION_TIMEOUT seconds.

    A sign-in with password or second factor counts, and one through a provider only for who has neither.
    """
    since = time.time() - app_settings.REAUTHENTICATION_TIMEOUT
    proofs = [row for row in get_authentication_records(request, request.user) if row["at"] > since]
    if any(row.get("reauthenticated") or row.get("method") in PROOFS for row in proofs):
        return True
    return bool(proofs) and not get_adapter().get_reauthentication_methods(request.user)


def ask(request: HttpRequest, after: str = "") -> HttpResponse:
    """Ask for a proof, then go on with the page named `after`, or the request's own; a form is dropped."""
    if request.method == "POST":
        messages.warning(
            request,
            gettext("Nothing was changed. Confirm that it is you, then do it again."),
        )
    where = reverse(after) if after else request.get_full_path()
    ways = get_adapter().get_reauthentication_methods(request.user)
    if ways:
        return redirect(f"{ways[0]['url']}?{urlencode({'next': where})}")
    sign_in = f"{reverse('account_login')}?{urlencode({'next': where})}"
    return render(request, "account/sign_in_again.html", {"sign_in": sign_in}, status=403)
