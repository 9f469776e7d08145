"""Staff sign a player out everywhere: a lost phone, or somebody else in the account."""

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from accounts.notifications import notify
from accounts.play.suspension import ACCOUNT
from accounts.signin.sessions import end_sessions


class SignOutRefused(Exception):
    """Nobody was signed out; the sentence says why."""


@transaction.atomic
def sign_out_everywhere(user_id: str, reason: str, actor: User) -> int:
    """End every session of a player, who is told with the reason; returns how many.

    Raises SignOutRefused: closed, no reason, or a member of staff and the actor is no superuser.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise SignOutRefused(gettext("Say why: the player reads it. Nothing was changed."))
    player = User.objects.select_for_update(no_key=True).filter(pk=user_id, closed_at=None).first()
    if player is None:
        raise SignOutRefused(gettext("This account no longer exists. Nothing was changed."))
    if (player.is_staff or player.is_superuser) and not actor.is_superuser:
        raise SignOutRefused(
            gettext("Only a superuser may do this to a member of staff. Nothing was changed.")
        )
    ended = end_sessions(player)
    notify.send(
        player,
        ACCOUNT,
        f"signed_out:{player.pk}:{timezone.now().timestamp()}",
        title=gettext("You were signed out everywhere"),
        body=reason,
        url=reverse("usersessions_list"),
        template="accounts/email/signed_out",
        context={"reason": reason},
    )
    return ended
