"""What happens to prizes after the draw is in the log as it happened, and bounded by the draw's seal."""

import json

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.privacy.account_deletion import delete_account
from draws import fairness
from draws.exceptions import NotPassable
from draws.lifecycle.cancel import cancel_draw
from draws.models import LogRecord, Redraw, Seal, Winner
from draws.prizes.disqualify import decide
from draws.prizes.pass_on import carry_out, pass_on_of_leaver
from draws.proof import log, recompute
from tests.conftest import defects, new_player, unguarded
from tests.support.pages import finish, take, words
from tests.support.prizes import (
    EVIDENCE,
    at_place,
    disqualified,
    let_time_run_out,
    let_time_to_object_run_out,
    pass_on_prize,
    won,
)
from tests.support.proofs import document

pytestmark = pytest.mark.django_db

BOUND = "no more prizes of a draw than its seal allows"
AS_IT_HAPPENED = "as it happened, and once"
INSERT = """
    INSERT INTO disqualifications (winner_id, reason, evidence, asked_by_id, told_at, object_by)
    VALUES (%s, 'underage', %s, %s, clock_timestamp(), clock_timestamp() + interval '7 days')"""


@pytest.fixture
def players(make_player):
    return [make_player(name) for name in ("ada", "ben", "cleo", "dan")]


@pytest.fixture
def winner(make_draw, players):
    return won(make_draw, players, reserve_count=2)


def by_hand(winner):
    """What somebody does who holds the site's database role."""
    staff = new_player("staff", is_staff=True)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, [winner.pk, EVIDENCE, staff.pk])


def moved_on(winner):
    """A disqualification that stood: the prize went to the next place."""
    let_time_to_object_run_out(disqualified(winner))
    assert carry_out(winner.pk)


def test_players_read_before_they_enter_how_often_staff_can_take_a_prize_back(client, make_draw):
    draw = make_draw(prize_amount=250, winner_count=3)
    text = words(client.get(f"/draws/{draw.pk}/"))
    assert "the site can take prizes back from winners 3 times at most" in text
    assert document(draw)["open"]["terms"]["disqualify"] == 3


def test_staff_do_not_walk_down_the_reserves(winner):
    moved_on(winner)
    first = at_place(1)
    with pytest.raises(NotPassable, match="lets staff take 1 prize back"):
        disqualified(first)
    with pytest.raises(DatabaseError, match=BOUND):
        by_hand(first)
    pass_on_prize(first.pk)
    assert at_place(2).hand_over == Winner.HandOver.TO_CLAIM


def test_what_was_dropped_does_not_count(winner):
    against = disqualified(winner)
    decide(winner.pk, uphold=False, why="She is old enough.", by=against.asked_by)
    moved_on(winner)
    with pytest.raises(DatabaseError, match=BOUND):
        by_hand(at_place(1))


def test_each_prize_of_a_draw_can_be_taken_back_once(make_draw, players):
    won(make_draw, players, winner_count=2, reserve_count=2)
    moved_on(at_place(0))
    moved_on(at_place(1))
    with pytest.raises(NotPassable, match="lets staff take 2 prizes back"):
        disqualified(at_place(2))


def test_a_draw_that_was_sealed_before_has_no_bound_and_promises_none(client, winner):
    with unguarded() as cursor:
        cursor.execute("UPDATE draw_seals SET terms = (terms::jsonb - 'disqualify' - 'claim_days')::text")
    moved_on(winner)
    moved_on(at_place(1))
    assert Redraw.objects.count() == 2
    assert "By its own decision" not in words(client.get(f"/draws/{winner.draw_id}/"))


def test_the_time_to_claim_is_the_sealed_one(make_draw, players, settings):
    settings.CLAIM_DAYS = 5
    draw = make_draw(prize_amount=250)
    settings.CLAIM_DAYS = 1
    for player in players:
        take(player, draw)
    finish(draw)
    winner = Winner.objects.get()
    assert (winner.claim_by - winner.won_at).days == 5
    assert json.loads(Seal.objects.get().terms)["claim_days"] == 5


def test_a_prize_that_goes_to_nobody_is_in_the_log_and_in_the_document(make_draw, players):
    winner = won(make_draw, players)
    delete_account(winner.user_id)
    assert pass_on_of_leaver(winner.pk).redraw is None
    doc = document(winner.draw)
    reason = "The winner closed their account."
    assert doc["passes"] == [{"from": 0, "to": None, "code": "account_closed", "reason": reason}]
    assert doc["log"][-1]["kind"] == "lapse"
    digest = fairness.lapse_hash(bytes.fromhex(doc["result_hash"]), 0, reason)
    assert doc["log"][-1]["record_hash"] == digest.hex()
    assert pass_on_of_leaver(winner.pk).fresh is False
    assert LogRecord.objects.filter(kind="lapse").count() == 1
    assert fairness.check(json.dumps(doc).encode()).failed is None


def to_the_end():
    """The checks that wait for the end of the database transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@transaction.atomic
def logged(draw, kind, digest):
    """A record of the log, in a database transaction that ends."""
    log.append(draw, kind, digest)
    to_the_end()


@pytest.mark.parametrize("kind", ["redraw", "lapse"])
def test_nothing_is_written_into_the_log_that_did_not_happen_to_a_prize(winner, kind):
    with pytest.raises(DatabaseError, match=AS_IT_HAPPENED):
        logged(winner.draw, kind, bytes(32))


def test_nothing_is_written_into_the_log_twice(winner):
    redraw = pass_on_prize(winner.pk)
    with pytest.raises(DatabaseError, match=AS_IT_HAPPENED):
        logged(winner.draw, "redraw", bytes(redraw.record_hash))


def test_no_prize_lapses_while_a_reserve_is_left(winner):
    let_time_run_out(winner)
    reason = "The prize was not claimed in time."
    result = bytes(Seal.objects.get().result_hash)
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE winners SET hand_over = 'lapsed', forfeited_at = now(), forfeit_reason = %s", [reason]
        )
    with pytest.raises(DatabaseError, match=AS_IT_HAPPENED):
        logged(winner.draw, "lapse", fairness.lapse_hash(result, 0, reason))


def test_check_integrity_names_a_re_draw_that_is_not_in_the_log(winner):
    pass_on_prize(winner.pk)
    to_the_end()
    assert defects() == []
    with unguarded() as cursor:
        cursor.execute("UPDATE redraws SET record_hash = sha256(record_hash)")
    [defect] = [defect for defect in defects() if defect.startswith("passed on: ")]
    assert f"draw_id {winner.draw_id}" in defect


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ("draw_seals SET total = total + 1", "root"),
        ("draw_seals SET root = sha256(root)", "root"),
        ("draw_seals SET void_hash = sha256(void_hash)", "void_hash"),
        ("draws SET void_reason = 'Another.' WHERE cancelled_at IS NOT NULL", "void_hash"),
        ("frozen_lists SET refs = substring(refs FROM 33) || substring(refs FOR 32)", "root"),
    ],
)
def test_check_integrity_makes_the_list_of_a_void_draw_anew(draw, alice, bob, change, named):
    take(alice, draw)
    take(bob, draw)
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert recompute.check_records() is None
    with unguarded() as cursor:
        cursor.execute(f"UPDATE {change}")
    assert recompute.check_records().row["differs"] == named
