"""Match a provider's login to a player: a linked player, one to be linked, or a new one."""

import logging
from typing import Any, NoReturn

from allauth.account.internal.emailkit import valid_email_or_none
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter, _build_apps_from_settings
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialLogin
from allauth.socialaccount.providers.base import AuthError, AuthProcess
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.addresses import is_plain
from accounts.models import OldAccount, SecurityEvent, User, fingerprint_of
from accounts.players import confirm_email, player_of
from accounts.security.log import record
from accounts.signin.openid import NotForThisSignIn
from accounts.signin.second_factor import used_second_factor

logger = logging.getLogger(__name__)


def refusal(request: HttpRequest, provider: Any, reason: str, status: int) -> HttpResponse:
    """Return the page that says why nobody was signed in, and that no account was changed."""
    record(SecurityEvent.Kind.SIGN_IN_FAILED, request, method="provider", reason=reason)
    context = {"provider_name": provider.name, "reason": reason, "status": status}
    return render(request, "socialaccount/authentication_error.html", context, status=status)


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """An adapter that links to an existing player only where both sides have confirmed the same email."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "no_password": _("This is your only way to sign in. Set a password first (“Forgot your password?”)."),
        "no_verified_email": _("This is your only way to sign in. Confirm an email address first."),
    }

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[SocialApp]:
        """Return the provider of the settings alone, so that no database row adds another way in."""
        apps = _build_apps_from_settings(provider=provider, client_id=client_id)
        return [app for found in apps.values() for app in found]

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: str = AuthError.UNKNOWN,
        exception: Exception | None = None,
        extra_context: dict[str, Any] | None = None,
    ) -> NoReturn:
        """Answer with our own page and status; the log hears the kind of failure, never what was sent."""
        if error == AuthError.CANCELLED:
            reason, status = "cancelled", 403
        elif isinstance(exception, NotForThisSignIn) or (
            exception is None and "state" not in (extra_context or {})
        ):
            reason, status = "state", 400
        else:
            reason, status = "provider", 502
            cause = type((exception and exception.__cause__) or exception).__name__
            logger.warning("Signing in through %s failed: %s", provider.name, cause)
        raise ImmediateHttpResponse(refusal(request, provider, reason, status))

    def new_user(self, request: HttpRequest, sociallogin: SocialLogin) -> User:
        # It waits in the session until the rules are accepted; a time that the database fills in cannot.
        user: User = super().new_user(request, sociallogin)
        user.updated_at = timezone.now()
        return user

    def authenticate_by_email(self, sociallogin: SocialLogin) -> None:
        """Skip allauth's rule, which asks only the provider's side; `pre_social_login` links."""

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Link a player who is here already, or refuse; anyone else joins with a confirmed email."""
        # What the provider gives access to is not needed again, and is kept nowhere.
        sociallogin.token = None
        process = sociallogin.state.get("process")
        if process == AuthProcess.CONNECT and not may_connect(request):
            raise ImmediateHttpResponse(refusal(request, sociallogin.provider, "factor", 403))
        if process in (AuthProcess.CONNECT, AuthProcess.REDIRECT) or sociallogin.is_existing:
            return
        try:
            with transaction.atomic():
                reason, status = self._link(request, sociallogin)
        except IntegrityError:
            # The same was linked or taken a moment ago.
            reason, status = "taken", 409
        if reason:
            raise ImmediateHttpResponse(refusal(request, sociallogin.provider, reason, status))

    def _link(self, request: HttpRequest, sociallogin: SocialLogin) -> tuple[str, int]:
        """Link the matching player, if any. Return the reason and status of a refusal, empty without one."""
        email = confirmed_email(sociallogin)
        if not is_plain(str(sociallogin.account.extra_data.get("email") or "")):
            return "letters", 403
        imported = imported_player(sociallogin)
        if imported:
            if not take_over_email(imported, email):
                return "email", 403
            sociallogin.connect(request, imported)
            return "", 0
        if not email:
            return "email", 403
        player = confirmed_player(email)
        if player and may_be_linked(player, sociallogin):
            sociallogin.connect(request, player)
        elif player or is_taken(email):
            return "taken", 409
        return "", 0


def may_connect(request: HttpRequest) -> bool:
    """Return whether the player may connect a provider; staff need a second factor used in this session."""
    player = player_of(request)
    if player is None or not is_staff(player) or not settings.STAFF_SECOND_FACTOR:
        return True
    return used_second_factor(request, player)


def may_be_linked(player: User, sociallogin: SocialLogin) -> bool:
    """Return whether the confirmed email alone links the player: a first link, and never for staff.

    Whoever runs the provider, or a mailbox, must not come by the rights of staff that way.
    """
    if is_staff(player):
        return False
    return not has_link(player, sociallogin.account.provider) or came_over_as(player, sociallogin)


def is_staff(player: User) -> bool:
    """Return whether the player has any rights of staff."""
    return player.is_staff or player.is_superuser


def confirmed_email(sociallogin: SocialLogin) -> str | None:
    """Return the email that the provider says is confirmed, or None."""
    emails = [address.email for address in sociallogin.email_addresses if address.verified]
    email: str | None = valid_email_or_none(emails[0]) if emails else None
    return email


def imported_player(sociallogin: SocialLogin) -> User | None:
    """Return the player of the old site whose id is the provider's `sub`, or None.

    Safe while nobody has signed in to the account here and it has neither password nor link: then this is its
    only way in, and the operator vouches for the provider. Later, only the player themselves adds a way in.
    """
    digest = fingerprint_of(sociallogin.account.uid)
    player = User.objects.filter(old_accounts__digest=digest, is_active=True, last_login=None).first()
    if player is None or is_staff(player) or has_link(player):
        return None
    has_password = player.password and player.has_usable_password()
    return None if has_password else player


def came_over_as(player: User, sociallogin: SocialLogin) -> bool:
    """Return whether the provider's `sub` is one of the ids the player had on the old site."""
    digest = fingerprint_of(sociallogin.account.uid)
    return bool(OldAccount.objects.filter(digest=digest, user=player).exists())


def take_over_email(player: User, email: str | None) -> bool:
    """Confirm the player's email if it is the provider's, give them that one if they have none.

    Return False if the player would be left without an email. Raise IntegrityError if another player has it.
    """
    if player.email is None:
        if not email or is_taken(email):
            return False
        player.email, player.updated_at = email, timezone.now()
        player.save(update_fields=["email", "updated_at"])
    if player.email == email:
        confirm_email(player)
    return True


def confirmed_player(email: str) -> User | None:
    """Return the player who has confirmed this email here, or None."""
    address = EmailAddress.objects.filter(email=email, verified=True, user__is_active=True).first()
    return address.user if address else None


def is_taken(email: str) -> bool:
    """Return whether any player has this email, confirmed or not."""
    return bool(
        User.objects.filter(email=email).exists() or EmailAddress.objects.filter(email=email).exists()
    )


def has_link(player: User, provider: str | None = None) -> bool:
    """Return whether the player has a link (to this provider). Only they themselves add a second one."""
    links = SocialAccount.objects.filter(user=player)
    return bool((links.filter(provider=provider) if provider else links).exists())
