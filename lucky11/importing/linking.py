"""Links an account of the old site to a player who is here already, after it came over as one of its own."""

from dataclasses import dataclass

from django.db import transaction

from accounts import old_site
from accounts.models import OldAccount, User, fingerprint_of
from draws.models import Participation
from draws.old_site import move_history
from ledger.old_site import move_balance
from lucky11.importing.clean import MOST_COINS


class LinkRefused(Exception):
    """Nothing was linked or changed; the sentence says why."""


@dataclass(frozen=True)
class Linked:
    """What went from the player who came over to the one who has the account now."""

    player: str
    coins: int
    tickets: int
    wins: int


@transaction.atomic
def link(old_id: str, to: str, *, dry_run: bool = False) -> Linked:
    """Give an imported player's old accounts, coins, tickets and wins to another player, and close the first.

    With `dry_run` everything is tried and rolled back. Raises LinkRefused: an id nobody has, a player who
    used the site, a purse that would overflow, or a link that was made before.
    """
    digest = fingerprint_of(old_id)
    account = OldAccount.objects.filter(digest=digest).first()
    if account is None:
        raise LinkRefused(f"No account {old_id} came over from the old site. Nothing was changed.")
    # In the order in which everything locks players.
    wanted = User.objects.filter(pk__in=[account.user_id, to]).order_by("pk")
    players = {player.pk: player for player in wanted.select_for_update(no_key=True)}
    # Somebody may have linked it before the lock was free.
    account.refresh_from_db()
    if account.user_id == to:
        raise LinkRefused(f"Account {old_id} is player {to}'s already. Nothing was changed.")
    target, player = players.get(to), players.get(account.user_id)
    if target is None or not target.is_active:
        raise LinkRefused(f"There is no open account of player {to} here. Nothing was changed.")
    if player is None or OldAccount.objects.filter(user=player).exclude(came_as="").exists():
        raise LinkRefused(
            f"Account {old_id} was linked to player {account.user_id} before. A link is final. "
            "Nothing was changed."
        )
    _refuse_used(player, target)
    coins = move_balance(player, target)
    tickets, wins = move_history(player, target)
    player.refresh_from_db()
    old_site.link_accounts(player, target)
    transaction.set_rollback(dry_run)
    return Linked(player.pk, coins, tickets, wins)


def _refuse_used(player: User, target: User) -> None:
    if old_site.has_used_the_site(player) or Participation.objects.filter(user=player).exists():
        raise LinkRefused(
            f"Somebody has used the imported account of player {player.pk} here, so it is not linked. "
            "Nothing was changed."
        )
    if player.is_staff or player.is_superuser or player.suspended_at or not player.is_active:
        raise LinkRefused(
            f"The imported player {player.pk} is staff, suspended or closed. Nothing was changed."
        )
    if player.coins + target.coins > MOST_COINS:
        raise LinkRefused(f"The purse of player {target.pk} would overflow. Nothing was changed.")
