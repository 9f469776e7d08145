"""Prizes that are not coins, won and waiting to be claimed."""

from collections.abc import Callable, Sequence
from typing import Any

from django.db import connection

from accounts.models import User
from draws.models import Disqualification, Draw, Redraw, Winner
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
from draws.prizes.disqualify import disqualify
from draws.prizes.pass_on import lapse_claim
from tests.conftest import new_player, unguarded
from tests.support.pages import finish, take

DETAILS = HandOverDetails("Ada Quill", "1 Long Street\n1000 Lisbon\nPortugal", "Ring twice")
EVIDENCE = "Two accounts with one address in Lisbon."
HIDDEN = Publicity("hidden")
FORM = {"name": DETAILS.name, "address": DETAILS.address, "note": DETAILS.note, "publicity": "hidden"}


def won(make_draw: Callable[..., Draw], players: Sequence[User], **fields: Any) -> Winner:
    """The first winner of a finished draw in which each player held one ticket."""
    draw = make_draw(**({"prize_amount": 250, "prize_coins": 0} | fields))
    for player in players:
        take(player, draw)
    finish(draw)
    return Winner.objects.select_related("user").get(draw=draw, place=0)


def claimed(make_draw: Callable[..., Draw], players: Sequence[User], **fields: Any) -> Winner:
    """The same, claimed by its winner."""
    winner = won(make_draw, players, **fields)
    return claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)


def plant_claim_by(winner: Winner, moment: str) -> None:
    """Move the end of the time to claim, said in SQL, as nobody may: the database's clock cannot be moved."""
    with unguarded() as cursor:
        cursor.execute(f"UPDATE winners SET claim_by = {moment} WHERE id = %s", [winner.pk])
    winner.refresh_from_db()


def let_time_run_out(winner: Winner) -> None:
    """The time to claim ended one second ago."""
    plant_claim_by(winner, "clock_timestamp() - interval '1 second'")


def pass_on_prize(winner_id: int) -> Redraw | None:
    """A prize that was not claimed in time goes to the next reserve; nothing when none is left."""
    let_time_run_out(Winner.objects.get(pk=winner_id))
    assert lapse_claim(winner_id)
    return Redraw.objects.filter(failed=winner_id).first()


def disqualified(winner: Winner, reason: str = "accounts", **by: User) -> Disqualification:
    """Something that two members of staff hold against a winner, who was told."""
    staff = {name: new_player(name, is_staff=True) for name in ("asked_by", "approved_by") if name not in by}
    return disqualify(winner.pk, reason, EVIDENCE, **{**staff, **by})


def plant_object_by(against: Disqualification, moment: str) -> None:
    """Move the end of the time to object, said in SQL, and when the winner was told with it."""
    with unguarded() as cursor:
        cursor.execute(
            f"""UPDATE disqualifications SET told_at = {moment} - interval '7 days', object_by = {moment}
                WHERE id = %s""",
            [against.pk],
        )
    against.refresh_from_db()


def let_time_to_object_run_out(against: Disqualification) -> None:
    """The time to object ended one second ago."""
    plant_object_by(against, "clock_timestamp() - interval '1 second'")


def everything_about(table: str) -> str:
    """All that a copy of a table holds, as text."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT coalesce(string_agg(t::text, E'\\n'), '') FROM {table} t")
        return str(cursor.fetchone()[0])


def at_place(place):
    """The winner at a place of the only draw there is."""
    return Winner.objects.select_related("user", "ticket").get(place=place)
