"""Everything that Django and allauth report about signing in, written to the security log."""

from typing import Any

from allauth.account import signals as account
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import Signal

from accounts.models import SecurityEvent
from accounts.security.log import record

Kind = SecurityEvent.Kind


def connect() -> None:
    """Listen; called once, when the site starts."""
    user_login_failed.connect(_password_refused, dispatch_uid="security")
    account.user_logged_in.connect(_signed_in, dispatch_uid="security")
    for signal in (
        account.login_code_rejected,
        account.password_reset_code_rejected,
        account.email_verification_code_rejected,
    ):
        signal.connect(_code_refused, dispatch_uid="security")
    mfa.authentication_failed.connect(_factor_refused, dispatch_uid="security")
    # Allauth tells of these after the database transaction, and not of every way in which they come about.
    post_save.connect(_factor_added, sender=Authenticator, dispatch_uid="security")
    post_delete.connect(_factor_removed, sender=Authenticator, dispatch_uid="security")
    post_save.connect(_connected, sender=SocialAccount, dispatch_uid="security")
    post_delete.connect(_disconnected, sender=SocialAccount, dispatch_uid="security")
    for signal, what in _OF_PLAYERS.items():
        signal.connect(_of_player(*what), dispatch_uid="security", weak=False)
    post_delete.connect(_session_ended, sender=UserSession, dispatch_uid="security")


_OF_PLAYERS: dict[Signal, tuple[str, str]] = {
    account.password_changed: (Kind.PASSWORD_CHANGED, "changed"),
    account.password_set: (Kind.PASSWORD_CHANGED, "set"),
    account.password_reset: (Kind.PASSWORD_RESET, "reset"),
    account.email_added: (Kind.EMAIL_CHANGED, "added"),
    account.email_changed: (Kind.EMAIL_CHANGED, "main address changed"),
    account.email_removed: (Kind.EMAIL_CHANGED, "removed"),
}


def _of_player(kind: str, change: str) -> Any:
    def receive(request: Any, user: Any, **kwargs: Any) -> None:
        record(kind, request, user=user, change=change)

    return receive


def _password_refused(credentials: dict[str, Any], request: Any = None, **kwargs: Any) -> None:
    email = str(credentials.get("email") or credentials.get("username") or "")
    record(Kind.SIGN_IN_FAILED, request, email=email, method="password")


def _signed_in(request: Any, user: Any, **kwargs: Any) -> None:
    if user.is_staff or user.is_superuser:
        record(Kind.STAFF_SIGNED_IN, request, user=user)


def _code_refused(request: Any, user: Any = None, **kwargs: Any) -> None:
    record(Kind.CODE_REFUSED, request, user=user, last_attempt=bool(kwargs.get("last_attempt")))


def _factor_refused(request: Any, user: Any, authenticator: Any = None, **kwargs: Any) -> None:
    method = str(authenticator.type) if authenticator else "second factor"
    record(Kind.SIGN_IN_FAILED, request, user=user, method=method)


def _factor_added(instance: Authenticator, created: bool, **kwargs: Any) -> None:
    if created:
        record(Kind.FACTOR_ADDED, context.request, user=instance.user, factor=str(instance.type))


def _factor_removed(instance: Authenticator, **kwargs: Any) -> None:
    record(Kind.FACTOR_REMOVED, context.request, user=instance.user, factor=str(instance.type))


def _connected(instance: SocialAccount, created: bool, **kwargs: Any) -> None:
    if created:
        record(Kind.PROVIDER_CONNECTED, context.request, user=instance.user, provider=instance.provider)


def _disconnected(instance: SocialAccount, **kwargs: Any) -> None:
    record(Kind.PROVIDER_REMOVED, context.request, user=instance.user, provider=instance.provider)


def _session_ended(instance: UserSession, **kwargs: Any) -> None:
    # Sweeps remove what is left of sessions that ran out: nobody asked for that.
    if context.request is not None:
        record(Kind.SESSION_ENDED, context.request, user=instance.user)
