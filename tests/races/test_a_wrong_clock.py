"""A worker's clock is an hour behind or ahead: the database's decides, and writes the times."""

import subprocess
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from common.database.clock import database_now
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, LogRecord, Winner
from ledger.models import Transaction
from tests.conftest import let_close
from tests.races.together import program
from tests.support.pages import take
from tests.support.prizes import let_time_run_out, plant_claim_by, won

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AHEAD, BEHIND = 1, -1


def sweep_with_a_clock_wrong_by(hours, environment):
    """Let the worker sweep; how many draws and prizes were due by its own clock."""
    arguments = ["-m", "tests.races.wrong_clock", str(hours)]
    with program(*arguments, environment=environment, stdout=subprocess.PIPE) as worker:
        due, late = worker.stdout.readline().split()
        assert worker.wait(30) == 0
    return int(due), int(late)


def assert_just_now(*moments):
    now = database_now()
    assert all(now - timedelta(minutes=5) < moment <= now for moment in moments), (moments, now)


def in_half_an_hour():
    return timezone.now().replace(microsecond=0) + timedelta(minutes=30)


def test_a_clock_ahead_closes_nothing_early_which_it_would_by_itself(make_draw, alice, server_environment):
    draw = make_draw(draw_time=in_half_an_hour())
    take(alice, draw)
    # The control: by the worker's own clock the draw was due.
    assert sweep_with_a_clock_wrong_by(AHEAD, server_environment) == (1, 0)
    draw.refresh_from_db()
    assert (draw.state, draw.frozen_at, Winner.objects.count()) == (Draw.State.OPEN, None, 0)
    take(alice, draw)


@pytest.mark.parametrize("hours", [AHEAD, BEHIND])
def test_what_a_wrong_clock_closes_carries_the_times_of_the_database(
    make_draw, alice, bob, server_environment, hours
):
    first, second = (make_draw(prize_amount=250) for _ in range(2))
    void = make_draw(min_participants=5)
    for draw in (first, second, void):
        take(alice, draw)
    let_close(first)
    let_close(void)
    due, _ = sweep_with_a_clock_wrong_by(hours, server_environment)
    # The control: a clock behind would have left the draws open.
    assert due == (3 if hours == AHEAD else 0)
    first.refresh_from_db()
    void.refresh_from_db()
    assert (first.state, void.state) == (Draw.State.DRAWN, Draw.State.VOID)
    winner = Winner.objects.get(draw=first)
    assert_just_now(first.frozen_at, first.drawn_at, first.settled_at, winner.won_at, winner.settled_at)
    assert_just_now(void.cancelled_at, void.settled_at)
    assert winner.claim_by == winner.won_at + timedelta(days=settings.CLAIM_DAYS)
    rows = Transaction.objects.filter(type__in=["prize", "refund"]).values_list("created_at", flat=True)
    assert len(rows) == 2
    assert_just_now(*rows)

    let_close(second)
    close_due_draws()
    times = list(LogRecord.objects.filter(n__gt=0).order_by("n").values_list("time", flat=True))
    assert times == sorted(times)
    assert len(times) == 8
    assert max(times) <= database_now().timestamp()


def test_a_clock_ahead_takes_no_prize_back_before_its_time(make_draw, alice, bob, server_environment):
    winner = won(make_draw, [alice, bob], reserve_count=1)
    plant_claim_by(winner, "clock_timestamp() + interval '30 minutes'")
    assert sweep_with_a_clock_wrong_by(AHEAD, server_environment) == (0, 1)
    winner.refresh_from_db()
    assert (winner.hand_over, winner.forfeited_at) == ("to_claim", None)


@pytest.mark.parametrize("hours", [AHEAD, BEHIND])
def test_a_prize_passed_on_by_a_wrong_clock_gives_the_reserve_all_of_their_time(
    make_draw, alice, bob, server_environment, hours
):
    winner = won(make_draw, [alice, bob], reserve_count=1)
    let_time_run_out(winner)
    assert sweep_with_a_clock_wrong_by(hours, server_environment)[1] == (1 if hours == AHEAD else 0)
    winner.refresh_from_db()
    reserve = Winner.objects.get(place=1)
    assert_just_now(winner.forfeited_at, reserve.won_at)
    assert reserve.claim_by == reserve.won_at + timedelta(days=settings.CLAIM_DAYS)
