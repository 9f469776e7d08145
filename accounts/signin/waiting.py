"""The page on which a player waits until their email is confirmed, on this device or another one.

The link alone signs nobody in: following it shows no password. The browser that waits gave the password when
it joined, so it is signed in as soon as the email is confirmed, wherever that happens.
"""

from typing import Any

from allauth.account.internal.flows.email_verification import send_verification_email_to_address
from allauth.account.internal.stagekit import get_pending_stage
from allauth.account.models import EmailAddress
from allauth.account.stages import EmailVerificationStage
from allauth.account.utils import get_next_redirect_url
from allauth.account.views import EmailVerificationSentView
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, resolve_url
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.players import has_confirmed_email
from common.text import wording


def stage_of(request: HttpRequest) -> EmailVerificationStage | None:
    """Return where this browser waits for an email to be confirmed, or None if it does not."""
    stage = get_pending_stage(request)
    return stage if isinstance(stage, EmailVerificationStage) else None


def is_own_browser(request: HttpRequest, player: User) -> bool:
    """Return whether this browser is signed in as the player, or waits for their confirmation.

    No scanner of emails is either, so here the link needs no further press.
    """
    if "prefetch" in request.headers.get("Sec-Purpose", ""):
        return False
    stage = stage_of(request)
    return request.user.pk == player.pk or bool(
        stage and stage.login.user and stage.login.user.pk == player.pk
    )


def wanted_page(request: HttpRequest) -> str:
    """Return the page that the player wanted when they joined, or nothing."""
    stage = stage_of(request)
    return get_next_redirect_url(request) or (stage.login.redirect_url if stage else "") or ""


class Waiting(EmailVerificationSentView):  # type: ignore[misc]
    """Says where the email went; goes on by itself once it is confirmed; sends it again."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        stage = stage_of(request)
        confirmed = request.user.is_authenticated or bool(stage and _is_confirmed(stage))
        if "state" in request.GET:
            return JsonResponse({"confirmed": confirmed, "waiting": bool(stage)})
        if request.user.is_authenticated:
            return redirect(wanted_page(request) or resolve_url(settings.LOGIN_REDIRECT_URL))
        if stage and confirmed:
            response = stage.exit()
            say_welcome(request, User.objects.get(pk=stage.login.user.pk).coins)
            return response
        return super().get(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Send the email again, or say that it is too soon. Both are the same for an email that is known."""
        stage = stage_of(request)
        if stage is None:
            return redirect("account_login")
        if not _is_confirmed(stage):
            with transaction.atomic():
                sent = send_verification_email_to_address(request, _address(stage), signup=True)
            if not sent:
                said = gettext(
                    "We sent that email a few minutes ago. Wait three minutes, then ask for another."
                )
                messages.warning(request, said)
        return redirect(request.get_full_path())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        stage = stage_of(self.request)
        waiting = {"address": _address(stage).email if stage else "", "wanted": wanted_page(self.request)}
        return super().get_context_data(**kwargs) | waiting  # type: ignore[no-any-return]


def say_welcome(request: HttpRequest, coins: int) -> None:
    """Say that the first coins are there, and what to do next."""
    if not coins:
        return
    if request.user.is_authenticated:
        said = ngettext(
            "%(coins)s is yours. Choose a draw and take your first ticket.",
            "%(coins)s are yours. Choose a draw and take your first ticket.",
            coins,
        )
    else:
        said = ngettext(
            "%(coins)s is yours. The page where you joined continues by itself. Sign in to play here.",
            "%(coins)s are yours. The page where you joined continues by itself. Sign in to play here.",
            coins,
        )
    messages.success(request, said % {"coins": wording.coins(coins)})


def _is_confirmed(stage: EmailVerificationStage) -> bool:
    return bool(stage.login.user and has_confirmed_email(stage.login.user))


def _address(stage: EmailVerificationStage) -> EmailAddress:
    """Return where the email went; for an email that has an account already, an address of nobody."""
    player = stage.login.user
    known = EmailAddress.objects.filter(user=player, email=player.email).first() if player else None
    return known or EmailAddress(user=player, email=stage.login.email or (player.email if player else ""))
