"""The door of the admin: the site's own sign-in, and for staff a second factor used in this session."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.players import player_of
from accounts.signin.second_factor import kinds_of_second_factor, used_second_factor

stock_has_permission = admin.site.has_permission
stock_login = admin.site.login


def may_enter(request: HttpRequest) -> bool:
    """Whether the pages of the admin open: to staff, and with a second factor where the setting says so."""
    if not stock_has_permission(request):
        return False
    staff = player_of(request)
    return not settings.STAFF_SECOND_FACTOR or (staff is not None and used_second_factor(request, staff))


@secure_admin_login  # type: ignore[untyped-decorator]
def login(request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
    """Lead staff who are signed in to what is still missing, and then to where they wanted to be."""
    staff = player_of(request)
    if may_enter(request) or staff is None:
        return stock_login(request, extra_context)
    kinds = kinds_of_second_factor(staff)
    if not kinds:
        messages.warning(
            request,
            _("Staff pages open with a second factor only. Add one here; they open as soon as you used it."),
        )
        return redirect("mfa_index")
    again = "mfa_reauthenticate" if "totp" in kinds else "mfa_reauthenticate_webauthn"
    wanted = request.GET.get("next", "") or reverse("admin:index")
    return redirect(f"{reverse(again)}?{urlencode({'next': wanted})}")


def close() -> None:
    """Put this door before every page of the admin."""
    admin.site.has_permission = may_enter  # type: ignore[method-assign]
    # Staff sign in where players do: one door, with its limits on trying passwords.
    admin.site.login = login  # type: ignore[method-assign]
