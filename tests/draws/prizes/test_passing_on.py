"""A prize that is not claimed goes to the next reserve of the published result, in public, and once."""

import hashlib
import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from accounts.models import Message, OutboxEmail
from draws import fairness, reasons
from draws.exceptions import NotPassable
from draws.models import Draw, LogRecord, Participation, Redraw, Seal, Winner
from draws.prizes.claims import Publicity, claim_prize
from draws.prizes.pass_on import (
    carry_out,
    lapse_claim,
    lapse_overdue_claims,
    pass_on_lost_prizes,
    pass_on_of_leaver,
)
from draws.tasks import sweep_claims
from ledger.services import balance
from lucky11.celery import app
from tests.conftest import defects, unguarded
from tests.support.pages import signed_in, words
from tests.support.prizes import (
    DETAILS,
    EVIDENCE,
    HIDDEN,
    at_place,
    claimed,
    disqualified,
    everything_about,
    let_time_run_out,
    let_time_to_object_run_out,
    won,
)

pytestmark = pytest.mark.django_db

VECTORS = Path(__file__).parents[2] / "vectors" / "fairness_vectors.json"


@pytest.fixture
def players(make_player):
    return [make_player(name) for name in ("ada", "ben", "cleo", "dan")]


@pytest.fixture
def winner(make_draw, players):
    return won(make_draw, players, reserve_count=2)


def lapse(winner):
    let_time_run_out(winner)
    return lapse_overdue_claims()


def independent_hash(draw_id, failed, reserve, reason):
    """The record of a re-draw by the written protocol alone."""

    def number(value, size=4):
        return value.to_bytes(size, "big")

    tag = b"lucky11/1/redraw"
    parts = [
        bytes(Seal.objects.get(pk=draw_id).result_hash),
        number(failed),
        number(reserve),
        reason.encode(),
    ]
    joined = number(len(tag), 2) + tag + b"".join(number(len(part)) + part for part in parts)
    return hashlib.sha256(joined).digest()


def test_a_prize_not_claimed_goes_to_the_next_place_of_the_published_result(winner):
    places = Seal.objects.get(pk=winner.draw_id).places
    assert lapse(winner) == 1
    reserve = at_place(1)
    assert reserve.ticket.ticket_number == places[1] + 1
    assert (reserve.hand_over, reserve.prize_amount, reserve.prize_coins) == ("to_claim", 250, 0)
    assert reserve.claim_by > reserve.won_at
    assert reserve.settled_at is not None
    winner.refresh_from_db()
    assert (winner.hand_over, winner.forfeit_reason) == ("lapsed", "The prize was not claimed in time.")
    redraw = Redraw.objects.get()
    assert (redraw.failed, redraw.reserve, redraw.actor) == (winner, reserve, None)
    assert Draw.objects.get(pk=winner.draw_id).winner == reserve.user
    assert defects() == []


def test_the_record_in_the_log_is_what_anyone_computes(winner):
    lapse(winner)
    record = LogRecord.objects.latest("n")
    expected = independent_hash(winner.draw_id, 0, 1, "The prize was not claimed in time.")
    assert (record.kind, record.draw_id, bytes(record.record_hash)) == ("redraw", winner.draw_id, expected)
    head = fairness.log_head(bytes(record.prev), record.n, record.time, "redraw", expected)
    assert bytes(record.head) == head


def test_the_protocols_known_answer_comes_out():
    known = json.loads(VECTORS.read_text())["lucky11_draw_v1"]["redraw"]
    made = fairness.redraw_hash(
        bytes.fromhex(known["result_hash"]), known["failed"], known["reserve"], known["reason"]
    )
    assert made.hex() == known["record_hash"]


def test_a_prize_lapses_from_reserve_to_reserve_until_nobody_is_left(winner):
    chain = [lapse(winner), lapse(at_place(1)), lapse(at_place(2)), lapse_overdue_claims()]
    assert chain == [1, 1, 1, 0]
    assert Winner.objects.count() == 3
    assert list(Redraw.objects.order_by("pk").values_list("failed__place", "reserve__place")) == [
        (0, 1),
        (1, 2),
    ]
    last = at_place(2)
    assert last.forfeited_at is not None
    # The place on record stays the last one's: nobody else has the prize.
    assert Draw.objects.get(pk=winner.draw_id).winner == last.user
    assert LogRecord.objects.filter(kind="redraw").count() == 2
    assert defects() == []
    page = words(signed_in(winner.user).get(f"/draws/{winner.draw_id}/"))
    assert "no reserve was left, so this prize is not awarded" in page


def test_without_any_reserve_nobody_gets_the_prize(make_draw, players):
    winner = won(make_draw, players)
    assert lapse(winner) == 1
    assert not Redraw.objects.exists()
    assert not LogRecord.objects.filter(kind="redraw").exists()
    winner.refresh_from_db()
    assert winner.forfeited_at is not None
    assert defects() == []


def test_each_failed_prize_takes_the_next_reserve_whatever_its_place(make_draw, players):
    winner = won(make_draw, players, winner_count=2, reserve_count=2)
    lapse(at_place(1))
    lapse(winner)
    assert list(Redraw.objects.order_by("pk").values_list("failed__place", "reserve__place")) == [
        (1, 2),
        (0, 3),
    ]
    # The first prize moved with the second of them.
    assert Draw.objects.get(pk=winner.draw_id).winner == at_place(3).user
    assert defects() == []


def test_the_statistics_follow_and_the_coins_stay(make_draw, players):
    winner = won(make_draw, players, prize_coins=40, reserve_count=1)
    first = winner.user
    coins = balance(first.pk)
    lapse(winner)
    reserve = at_place(1).user
    first.refresh_from_db()
    assert (first.total_wins, first.total_earnings, balance(first.pk)) == (0, 0, coins)
    assert (reserve.total_wins, reserve.total_earnings, balance(reserve.pk)) == (1, 250, 45)
    assert defects() == []


def test_both_players_are_told_once(winner):
    lapse(winner)
    reserve = at_place(1)
    lost = OutboxEmail.objects.get(recipient=winner.user.email, subject__startswith="Your prize has lapsed")
    assert "The prize was not claimed in time." in lost.text
    got = OutboxEmail.objects.get(recipient=reserve.user.email, subject__startswith="A prize was passed on")
    assert f"/winners/{reserve.pk}/claim/" in got.text
    assert Message.objects.filter(key=f"passed-on:{reserve.pk}", user=reserve.user).count() == 1


def test_the_scheduler_and_the_command_without_a_queue_both_pass_on(make_draw, players):
    assert "draws.tasks.sweep_claims" in {entry["task"] for entry in app.conf.beat_schedule.values()}
    for pass_on in (sweep_claims, lambda: call_command("close_due_draws", stdout=StringIO())):
        let_time_run_out(won(make_draw, players, reserve_count=1))
        pass_on()
    assert Redraw.objects.count() == 2


def test_a_prize_still_in_time_or_claimed_does_not_lapse(winner):
    assert lapse_overdue_claims() == 0
    claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)
    assert lapse(winner) == 0
    assert Winner.objects.get().hand_over == "claimed"


def test_a_winner_who_is_disqualified_loses_a_claimed_prize_and_the_reason_is_public(make_draw, players):
    winner = claimed(make_draw, players, reserve_count=1)
    against = disqualified(winner, "accounts")
    let_time_to_object_run_out(against)
    assert pass_on_lost_prizes() == 1
    redraw, said = Redraw.objects.get(), reasons.DISQUALIFIED["accounts"]
    assert (redraw.actor, redraw.reason) == (against.asked_by, said)
    assert bytes(redraw.record_hash) == independent_hash(winner.draw_id, 0, 1, said)
    assert EVIDENCE not in everything_about("redraws") + everything_about("winners")
    assert defects() == []


def test_passing_on_again_changes_nothing(make_draw, players):
    winner = won(make_draw, players, reserve_count=2)
    let_time_run_out(winner)
    assert (lapse_claim(winner.pk), lapse_claim(winner.pk), carry_out(winner.pk)) == (True, False, False)
    assert Winner.objects.count() == 2
    assert at_place(0).forfeit_ground == "not_claimed"


def test_only_whoever_left_loses_a_prize_for_leaving(winner):
    with pytest.raises(NotPassable):
        pass_on_of_leaver(winner.pk)
    assert Winner.objects.get().hand_over == "to_claim"


def test_a_prize_that_was_passed_on_cannot_be_claimed_by_whoever_lost_it(winner):
    lapse(winner)
    refused = signed_in(winner.user).post(
        f"/winners/{winner.pk}/claim/",
        {"name": "A", "address": "B", "publicity": "hidden"},
    )
    assert refused.status_code == 409
    assert "can no longer claim this prize" in words(refused)


def test_the_pages_name_who_has_the_prize_and_tell_what_happened(client, winner):
    lapse(winner)
    reserve = at_place(1)
    claim_prize(reserve.pk, reserve.user_id, DETAILS, Publicity("alias", "The Fox"))
    page = words(client.get(f"/draws/{winner.draw_id}/"))
    first, second = (f"{each.ticket.ticket_number:04d}" for each in (at_place(0), reserve))
    assert f"The prize of place 1, ticket {first}, went to reserve 1, ticket {second}," in page
    assert "The prize was not claimed in time." in page
    assert "The Fox" in page
    assert f"Ticket {second} has the prize" in page
    assert "Passed on to The Fox" in words(client.get("/"))
    results = words(client.get("/winners/"))
    assert "The Fox (passed on)" in results
    assert "and 1 more" not in results
    mine, theirs = (signed_in(each.user).get("/tickets/?show=won") for each in (winner, reserve))
    assert "No tickets here" in words(mine)
    assert "Lisbon for two" in words(theirs)
    assert "Prize lapsed" in words(signed_in(winner.user).get("/tickets/"))
    assert "Your prize has lapsed." in words(signed_in(winner.user).get(f"/draws/{winner.draw_id}/"))


@pytest.mark.owner
def test_what_a_re_draw_wrote_is_never_changed(winner):
    lapse(winner)
    redraw = Redraw.objects.get()
    with pytest.raises(Exception, match="never"):
        Redraw.objects.filter(pk=redraw.pk).update(reason="Another")


@pytest.mark.django_db(transaction=True)
def test_one_failing_claim_does_not_hold_up_the_others(make_draw, players, caplog):
    broken = won(make_draw, players, reserve_count=1)
    good = won(make_draw, players, reserve_count=1)
    for winner in (broken, good):
        let_time_run_out(winner)
    missing = Participation.objects.get(
        draw=broken.draw_id, ticket_number=Seal.objects.get(pk=broken.draw_id).places[1] + 1
    )
    with unguarded() as cursor:
        cursor.execute("UPDATE participations SET ticket_number = 999 WHERE id = %s", [missing.pk])
    assert lapse_overdue_claims() == 1
    assert f"Winner {broken.pk}: lapse_claim failed" in caplog.text
    assert Redraw.objects.get().failed_id == good.pk
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE participations SET ticket_number = %s WHERE id = %s", [missing.ticket_number, missing.pk]
        )
    assert lapse_overdue_claims() == 1
