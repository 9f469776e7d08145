"""Reads for what a player finds under their own result: the purse that grew, or the odds they had and what is
open now. At most five queries, however many tickets, prizes or draws there are."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Abs, Now

from accounts.models import User
from draws.models import Draw, Participation, Winner
from draws.odds import Odds, odds_of
from draws.pages.draws import DrawPage, problem_of
from ledger.safer_play.limits import tightest

MORE = 2


@dataclass(frozen=True)
class Purse:
    """A player's coins before and after what a draw credited to them, with nothing in between or since."""

    before: int
    won: int
    after: int


@dataclass(frozen=True)
class Outcome:
    """What the page of a drawn draw adds for a player who held tickets in it."""

    odds: Odds | None = None
    purse: Purse | None = None
    more: Sequence[Draw] = field(default_factory=list)


def outcome(page: DrawPage, player: User) -> Outcome:
    """Return what a winner's or another holder's result page shows besides the result."""
    if page.my_wins:
        return Outcome(purse=purse_of(page.my_wins, player))
    return Outcome(
        odds_of(page.draw, page.held.count), more=[] if page.paused else draws_that_fit(page, player)
    )


def purse_of(wins: Sequence[Winner], player: User) -> Purse | None:
    """Return how the credited prizes changed the purse; None once another movement came between or after."""
    paid = [win.transaction for win in wins if win.transaction]
    if not paid:
        return None
    won = sum(credit.amount for credit in paid)
    before = min(credit.balance_after - credit.amount for credit in paid)
    return Purse(before, won, player.coins) if before + won == player.coins else None


def draws_that_fit(page: DrawPage, player: User) -> list[Draw]:
    """Return up to two open draws of about the same price that the player could enter and has not entered.

    None while the player is on a break or may not play: then nothing invites them to.
    """
    if problem_of(player) not in ("", "rules"):
        return []
    limit = tightest(player.pk)
    coins = player.coins if limit is None or limit.left is None else min(player.coins, limit.left)
    mine = Participation.objects.filter(draw=OuterRef("pk"), user=player)
    rows = Draw.objects.open().filter(~Exists(mine), entry_fee__lte=coins)
    rows = rows.filter(current_participants__lt=F("max_participants")).select_related("picture")
    if not player.is_vip:
        everyone = Q(early_access_until__isnull=True) | Q(early_access_until__lte=Now())
        rows = rows.filter(everyone, vip_only=False)
    return list(rows.order_by(Abs(F("entry_fee") - page.draw.entry_fee), "draw_time", "pk")[:MORE])
