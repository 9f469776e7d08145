"""Workers, staff and winners at one prize, all at once: it is passed on once, or stays where it is."""

import threading

import pytest
from django.db import transaction
from django.db.models.functions import Now

from draws.models import Disqualification, LogRecord, Participation, Redraw, Winner
from draws.prizes.claims import claim_prize, mark_sent
from draws.prizes.disqualify import object_to
from draws.prizes.pass_on import carry_out, lapse_claim, lapse_overdue_claims
from tests.conftest import defects, unguarded
from tests.races.together import at_once, refusals, someone_waits_for_me, wait_until
from tests.support.prizes import (
    DETAILS,
    HIDDEN,
    at_place,
    claimed,
    disqualified,
    let_time_run_out,
    let_time_to_object_run_out,
    plant_claim_by,
    plant_object_by,
    won,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def players(make_player):
    return [make_player(name) for name in ("ada", "ben", "cleo", "dan")]


def test_workers_that_lapse_at_once_pass_each_prize_on_once(make_draw, players):
    for _ in range(3):
        won(make_draw, players, winner_count=2, reserve_count=2)
    prizes = list(Winner.objects.all())
    for winner in prizes:
        let_time_run_out(winner)
    assert sum(at_once([lapse_overdue_claims for _ in range(4)])) == 6
    assert Redraw.objects.count() == 6
    assert sorted(Redraw.objects.values_list("draw_id", flat=True)) == sorted(w.draw_id for w in prizes)
    assert LogRecord.objects.filter(kind="redraw").count() == 6


def test_two_prizes_of_a_draw_passed_on_at_once_go_to_two_reserves(make_draw, players):
    winner = won(make_draw, players, winner_count=2, reserve_count=2)
    prizes = (winner, at_place(1))
    for each in prizes:
        let_time_run_out(each)
    assert at_once([lambda each=each: lapse_claim(each.pk) for each in prizes]) == [True, True]
    assert set(Redraw.objects.values_list("reserve__place", flat=True)) == {2, 3}


@pytest.mark.parametrize("attempt", range(4))
def test_a_claim_and_a_disqualification_at_once_leave_the_prize_and_the_time_to_object(
    make_draw, players, attempt
):
    """Whoever came first was heard first, and neither way is the prize gone at once."""
    winner = won(make_draw, players, reserve_count=1)
    claim, against = at_once(
        [
            lambda: claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN),
            lambda: disqualified(winner),
        ]
    )
    winner.refresh_from_db()
    assert refusals([against]) == []
    assert (winner.forfeited_at, winner.hand_over == "claimed") == (None, isinstance(claim, Winner))
    assert refusals([claim]) in ([], ["ClaimStopped"])
    let_time_to_object_run_out(against)
    assert at_once([lambda: carry_out(winner.pk) for _ in range(3)]).count(True) == 1


def test_an_objection_and_the_sweep_at_once_never_both_have_their_way(make_draw, players):
    winner = won(make_draw, players, reserve_count=1)
    against = disqualified(winner)
    plant_object_by(against, "clock_timestamp() + interval '100 milliseconds'")
    at_once(
        [
            lambda: object_to(winner.pk, winner.user_id, "I have one account."),
            *[lambda: wait_until(lambda: carry_out(winner.pk) or stands_no_more(against), "decided")] * 3,
        ]
    )
    against.refresh_from_db()
    winner.refresh_from_db()
    assert (against.state, winner.hand_over) in (("objected", "to_claim"), ("done", "lapsed"))


def stands_no_more(against):
    return Disqualification.objects.get(pk=against.pk).state in ("objected", "done")


def test_a_prize_marked_as_sent_while_its_winner_is_disqualified_is_one_or_the_other(make_draw, players, bob):
    winner = claimed(make_draw, players, reserve_count=1)
    sent, against = at_once([lambda: mark_sent(winner.pk, "", bob), lambda: disqualified(winner)])
    assert sorted(refusals([sent, against])) in (["NotPassable"], ["NotSendable"])


def test_a_claim_in_time_keeps_a_prize_whose_time_is_over_when_it_commits(make_draw, players):
    winner = won(make_draw, players, reserve_count=1)
    plant_claim_by(winner, "clock_timestamp() + interval '8 seconds'")
    made = threading.Event()

    def claim():
        with transaction.atomic():
            claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)
            made.set()
            wait_until(someone_waits_for_me, "the sweep waits for the claim")
        return "claimed"

    def lapse_it():
        made.wait(20)
        overdue = Winner.objects.filter(pk=winner.pk, hand_over="to_claim", claim_by__lte=Now())
        wait_until(overdue.exists, "the time is over")
        return lapse_claim(winner.pk)

    assert at_once([claim, lapse_it]) == ["claimed", False]
    assert Winner.objects.get().hand_over == "claimed"


def test_a_claim_made_while_the_prize_is_passed_on_is_refused(make_draw, players):
    winner = won(make_draw, players, reserve_count=1)
    let_time_to_object_run_out(disqualified(winner))
    passed = threading.Event()

    def pass_on():
        with transaction.atomic():
            carry_out(winner.pk)
            passed.set()
            wait_until(someone_waits_for_me, "the claim waits")
        return "passed on"

    def claim():
        passed.wait(20)
        return claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)

    outcomes = at_once([pass_on, claim])
    assert (outcomes[0], refusals(outcomes)) == ("passed on", ["ClaimLapsed"])
    assert Winner.objects.count() == 2
    assert not hasattr(Winner.objects.get(pk=winner.pk), "claim")


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_workers_who_look_for_the_next_reserve_without_a_lock_all_pass_the_prize_on(
    make_draw, players
):
    winner = won(make_draw, players, reserve_count=3)
    all_have_looked = threading.Barrier(3, timeout=30)

    def pass_on():
        with unguarded() as cursor:
            to_claim = Winner.objects.get(pk=winner.pk).hand_over == "to_claim"
            reserves = list(Participation.objects.filter(draw=winner.draw_id, win=None))
            place = 1 + all_have_looked.wait()
            if to_claim:
                cursor.execute("UPDATE winners SET hand_over = 'lapsed' WHERE id = %s", [winner.pk])
                ticket = reserves[place - 1]
                Winner.objects.create(
                    draw_id=winner.draw_id, place=place, ticket=ticket, user_id=ticket.user_id
                )

    assert refusals(at_once([pass_on] * 3)) == []
    assert Winner.objects.filter(draw=winner.draw_id).count() == 1 + 3
    assert {defect.split(":")[0] for defect in defects()} >= {"re-draws", "forfeits"}
