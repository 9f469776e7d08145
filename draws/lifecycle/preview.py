"""What a draft would mean once it is published: chances and coins in sentences, and what to look at again."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common.text import wording
from draws.models import Draw
from draws.odds import Odds

SHORT, LONG = timedelta(hours=1), timedelta(days=60)


def outlook(draw: Draw) -> list[str]:
    """Return what players pay, their chance, and how many coins move, a sentence each."""
    fee, most = draw.entry_fee, min(draw.max_per_player, draw.max_participants)
    said = [_price(fee, most)]
    one = _("With every ticket taken, the chance that one ticket wins a prize is %(chance)s.")
    said.append(one % {"chance": _chance(draw, 1)})
    if most > 1:
        several = _("If one player holds %(tickets)s, the chance of a prize is %(chance)s.")
        said.append(several % {"tickets": wording.tickets(most), "chance": _chance(draw, most)})
    taken, given = fee * draw.max_participants, draw.prize_coins * draw.winner_count
    full = _("When full, it takes %(taken)s from players, and its prizes give %(given)s back.")
    said.append(full % {"taken": wording.coins(taken), "given": wording.coins(given)})
    least = draw.min_participants
    if least > 1:
        below = _(
            "With fewer than %(least)s it is void, and every coin goes back. "
            "With %(least)s it takes %(coins)s."
        )
        said.append(below % {"least": wording.tickets(least), "coins": wording.coins(fee * least)})
    return said


def _price(fee: int, most: int) -> str:
    if most <= 1:
        return _("A ticket costs %(price)s.") % {"price": wording.coins(fee)}
    return _("A ticket costs %(price)s; one player can take %(most)s for %(coins)s.") % {
        "price": wording.coins(fee),
        "most": wording.grouped(most),
        "coins": wording.coins(fee * most),
    }


def warnings(draw: Draw, now: datetime) -> list[str]:
    """Return what is allowed but often not meant, a sentence each; it does not prevent publishing."""
    found = [*_about_coins(draw), *_about_winners(draw), *_about_time(draw, now)]
    if not draw.description.strip() and not draw.prize_details.strip():
        found.append(_("It has only a title: before they enter, players want to read what they can win."))
    if draw.max_per_player * 2 > draw.max_participants > 1:
        found.append(_("One player may take more than half of the tickets."))
    return found


def _about_coins(draw: Draw) -> list[str]:
    given = draw.prize_coins * draw.winner_count
    most, least = draw.entry_fee * draw.max_participants, draw.entry_fee * draw.min_participants
    if given > most:
        said = _("Its prizes give %(coins)s more than all its tickets cost, so new coins are created.")
        return [said % {"coins": wording.coins(given - most)}]
    if given > least:
        said = _("At its minimum of tickets its prizes give %(coins)s more than they cost.")
        return [said % {"coins": wording.coins(given - least)}]
    return []


def _about_winners(draw: Draw) -> list[str]:
    found = []
    if draw.winner_count > draw.min_participants:
        said = _(
            "With fewer than %(winners)s not every prize has a winner: "
            "raise the minimum, or have fewer winners."
        )
        found.append(said % {"winners": wording.tickets(draw.winner_count)})
    if draw.prize_amount and not draw.reserve_count:
        found.append(_("It has no reserves, so a prize that nobody claims is not passed on."))
    return found


def _about_time(draw: Draw, now: datetime) -> list[str]:
    left = draw.draw_time - now
    if timedelta(0) < left < SHORT:
        return [_("It closes within an hour: few players will see it.")]
    if left > LONG:
        said = ngettext(
            "It closes in %(days)s day: its terms cannot be changed until then.",
            "It closes in %(days)s days: its terms cannot be changed until then.",
            left.days,
        )
        return [said % {"days": wording.grouped(left.days)}]
    return []


def _chance(draw: Draw, tickets: int) -> str:
    one_a_player = draw.prize_policy == Draw.Policy.ONE_PRIZE_PER_PLAYER
    return Odds(tickets, draw.max_participants, draw.winner_count, one_a_player).any_prize
