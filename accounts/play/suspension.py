"""Suspension: the player may read, claim and leave, but gets no tickets and no daily coins.

Their tickets stay in their draws and may win, and their coins stay theirs.
"""

from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.notifications import notify
from common.database.clock import database_now

ACCOUNT = notify.Kind(
    "account",
    _("Your account"),
    _("When staff suspend your account, end the suspension or sign you out."),
    needed=True,
)


class SuspensionRefused(Exception):
    """The suspension was not changed; the sentence says why."""


@transaction.atomic
def suspend(user_id: str, reason: str, actor: User) -> User:
    """Let a player take no more tickets and no daily coins; they are told, with the reason.

    Raises SuspensionRefused: suspended or closed already, no reason, or a member of staff.
    """
    reason = _reason(reason)
    player = _player(user_id, actor)
    if player.suspended_at is not None:
        raise SuspensionRefused(
            gettext("%(player)s is already suspended. Nothing was changed.") % {"player": player}
        )
    player.suspended_at, player.suspended_reason = database_now(), reason
    player.save(update_fields=["suspended_at", "suspended_reason", "updated_at"])
    _notify(player, "suspended", gettext("Your account is suspended"), reason)
    return player


@transaction.atomic
def end_suspension(user_id: str, reason: str, actor: User) -> User:
    """Let a suspended player play again; they are told.

    Raises SuspensionRefused: not suspended, closed, no reason, or a member of staff.
    """
    reason = _reason(reason)
    player = _player(user_id, actor)
    if player.suspended_at is None:
        raise SuspensionRefused(
            gettext("%(player)s is not suspended. Nothing was changed.") % {"player": player}
        )
    player.suspended_at, player.suspended_reason = None, ""
    player.save(update_fields=["suspended_at", "suspended_reason", "updated_at"])
    _notify(player, "suspension_ended", gettext("You may play again"), reason)
    return player


def _reason(reason: str) -> str:
    reason = " ".join(reason.split())
    if not reason:
        raise SuspensionRefused(gettext("Say why: the player reads it. Nothing was changed."))
    return reason


def _player(user_id: str, actor: User) -> User:
    """Lock the player as the ticket function does: a ticket comes before this or is refused."""
    player = User.objects.select_for_update(no_key=True).filter(pk=user_id).first()
    if player is None or player.closed_at is not None:
        raise SuspensionRefused(gettext("This account no longer exists. Nothing was changed."))
    if (player.is_staff or player.is_superuser) and not actor.is_superuser:
        raise SuspensionRefused(
            gettext("Only a superuser may do this to a member of staff. Nothing was changed.")
        )
    return player


def _notify(player: User, what: str, title: str, reason: str) -> None:
    context: dict[str, Any] = {"reason": reason}
    notify.send(
        player,
        ACCOUNT,
        f"{what}:{player.pk}:{timezone.now().timestamp()}",
        title=title,
        body=reason,
        url=reverse("accounts:profile"),
        template=f"accounts/email/{what}",
        context=context,
    )
