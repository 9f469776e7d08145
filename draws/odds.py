"""The exact chance that tickets have in a draw, now and if every ticket is taken."""

from dataclasses import dataclass
from decimal import Decimal
from math import prod

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from draws.models import Draw


@dataclass(frozen=True)
class Odds:
    """The chance of `tickets` among `total`; `prizes` are drawn, one a player or one a ticket."""

    tickets: int
    total: int
    prizes: int
    one_a_player: bool

    @property
    def one_in(self) -> int | None:
        """The chance of the only prize as "1 in this many"; None where that is no whole number."""
        if self.prizes != 1 or self.total % self.tickets:
            return None
        return self.total // self.tickets

    @property
    def any_prize(self) -> str:
        """The chance of at least one prize, in words: "80 %", "about 79.9 %", "at least 79.9 %".

        With one prize per player it is at least that of one prize per ticket: each prize takes the winner's
        other tickets out of the draw, so it depends on what the others hold.
        """
        prizes = min(self.prizes, self.total)
        # C(total - tickets, prizes) / C(total, prizes), with the fewer factors of the two ways to write it.
        factors, others = sorted((self.tickets, prizes))
        ways = prod(range(self.total - factors + 1, self.total + 1))
        lost = prod(max(0, self.total - others - n) for n in range(factors))
        thousandths, rest = divmod((ways - lost) * 1000, ways)
        if lost == 0:
            return _percent(1000)
        if not thousandths:
            return _("more than 0 %")
        shown = _percent(thousandths)
        if self.one_a_player and prizes > 1:
            return _("at least %(chance)s") % {"chance": shown}
        return _("about %(chance)s") % {"chance": shown} if rest else shown


def _percent(thousandths: int) -> str:
    whole, tenth = divmod(thousandths, 10)
    figure = number_format(Decimal(thousandths) / 10, 1) if tenth else number_format(whole)
    return _("%(figure)s %%") % {"figure": figure}


@dataclass(frozen=True)
class Chances:
    """What a player reads about their chance: with the tickets they hold, or with the first one they take."""

    yours: bool
    now: Odds
    full: Odds

    @property
    def several_prizes(self) -> bool:
        return self.now.prizes > 1


def chances(draw: Draw, held: int) -> Chances | None:
    """Return the odds of the tickets held, or of one more ticket; None when no more can be taken."""
    if draw.is_full and not held:
        return None
    taken = draw.current_participants + (0 if held else 1)
    now, full = (_odds(draw, held or 1, total) for total in (taken, draw.max_participants))
    return Chances(held > 0, now, full)


def odds_of(draw: Draw, held: int) -> Odds:
    """Return the odds that tickets had in a draw that is over."""
    return _odds(draw, held, draw.current_participants)


def _odds(draw: Draw, tickets: int, total: int) -> Odds:
    one_a_player = draw.prize_policy == Draw.Policy.ONE_PRIZE_PER_PLAYER
    return Odds(tickets, total, draw.winner_count, one_a_player)
