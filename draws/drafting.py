"""What a draft would mean once it is published: chances and coins in sentences, and what to look at again."""

from datetime import datetime, timedelta

from draws.models import Draw
from draws.odds import Odds

SHORT, LONG = timedelta(hours=1), timedelta(days=60)


def outlook(draw: Draw) -> list[str]:
    """What players pay, their chance, and how many coins move, a sentence each."""
    fee, most = draw.entry_fee, min(draw.max_per_player, draw.max_participants)
    each = f"A ticket costs {_coins(fee)}"
    said = [f"{each}; one player can take {most:,} for {_coins(fee * most)}." if most > 1 else f"{each}."]
    said.append(f"With every ticket taken, one ticket wins a prize with a chance of {_chance(draw, 1)}.")
    if most > 1:
        said.append(f"{most:,} tickets of one player win with a chance of {_chance(draw, most)}.")
    taken, given = fee * draw.max_participants, draw.prize_coins * draw.winner_count
    said.append(f"Full, it takes {_coins(taken)} from players; its prizes give {_coins(given)} back.")
    least = draw.min_participants
    if least > 1:
        below = f"With fewer than {least:,} tickets it is void, and every coin goes back."
        said.append(f"{below} With {least:,} it takes {_coins(fee * least)}.")
    return said


def warnings(draw: Draw, now: datetime) -> list[str]:
    """What is allowed and often not meant, a sentence each; publishing does not wait for them."""
    found = [*_about_coins(draw), *_about_winners(draw), *_about_time(draw, now)]
    if not draw.description.strip() and not draw.prize_details.strip():
        found.append("It says nothing but its title: players read what they can win before they enter.")
    if draw.max_per_player * 2 > draw.max_participants > 1:
        found.append("One player may take more than half of the tickets.")
    return found


def _about_coins(draw: Draw) -> list[str]:
    given = draw.prize_coins * draw.winner_count
    most, least = draw.entry_fee * draw.max_participants, draw.entry_fee * draw.min_participants
    if given > most:
        return [f"Its prizes give {_coins(given - most)} more than all its tickets cost: coins are made."]
    if given > least:
        return [f"At its minimum of tickets its prizes give {_coins(given - least)} more than they cost."]
    return []


def _about_winners(draw: Draw) -> list[str]:
    found = []
    if draw.winner_count > draw.min_participants:
        found.append(
            f"With fewer than {draw.winner_count:,} tickets not every prize has a winner: "
            "raise the minimum, or have fewer winners."
        )
    if draw.prize_amount and not draw.reserve_count:
        found.append("It has no reserves: a prize that nobody claims is not passed on.")
    return found


def _about_time(draw: Draw, now: datetime) -> list[str]:
    left = draw.draw_time - now
    if timedelta(0) < left < SHORT:
        return ["It closes within an hour: few players will see it."]
    if left > LONG:
        return [f"It closes in {left.days:,} days: its terms cannot be changed until then."]
    return []


def _chance(draw: Draw, tickets: int) -> str:
    one_a_player = draw.prize_policy == Draw.Policy.ONE_PRIZE_PER_PLAYER
    return Odds(tickets, draw.max_participants, draw.winner_count, one_a_player).any_prize


def _coins(count: int) -> str:
    return f"{count:,} {'coin' if count == 1 else 'coins'}"
