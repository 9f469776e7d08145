"""Workers, staff and winners at one prize, all at once: it is passed on once, or stays where it is."""

import threading

import pytest
from django.db import transaction
from django.db.models.functions import Now

from draws.models import LogRecord, Participation, Redraw, Winner
from draws.prizes.claims import claim_prize
from draws.prizes.pass_on import lapse_claim, lapse_overdue_claims, pass_on_prize
from tests.conftest import defects, unguarded
from tests.races.together import at_once, refusals, someone_waits_for_me, wait_until
from tests.support.prizes import DETAILS, HIDDEN, at_place, let_time_run_out, plant_claim_by, won

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
    other = at_place(1)
    outcomes = at_once(
        [lambda each=each: pass_on_prize(each.pk, "Not reachable.") for each in (winner, other)]
    )
    assert refusals(outcomes) == []
    assert {outcome.redraw.reserve.place for outcome in outcomes} == {2, 3}


@pytest.mark.parametrize("attempt", range(4))
def test_a_claim_and_passing_on_at_once_never_both_take_the_prize(make_draw, players, attempt):
    winner = won(make_draw, players, reserve_count=1)
    claim, lapsed = at_once(
        [
            lambda: claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN),
            lambda: pass_on_prize(winner.pk, "Not reachable."),
        ]
    )
    winner.refresh_from_db()
    # Disqualified after claiming, or passed on before: whoever came first was heard first.
    assert lapsed.fresh
    assert winner.hand_over == "lapsed"
    assert isinstance(claim, Winner) == hasattr(winner, "claim")
    assert refusals([claim]) in ([], ["ClaimLapsed"])


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


def test_a_claim_made_while_the_prize_lapses_is_refused(make_draw, players):
    winner = won(make_draw, players, reserve_count=1)
    passed = threading.Event()

    def pass_on():
        with transaction.atomic():
            pass_on_prize(winner.pk, "Not reachable.")
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
