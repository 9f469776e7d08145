"""Beacon mode when workers die between any two steps, sweeps run together, and players enter late."""

import threading

import pytest
from django.core.management import call_command
from django.db import connection

from draws.entries.take import take_tickets
from draws.exceptions import DrawClosed
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, FrozenList, LogRecord, Participation, Round, Seal, Winner
from ledger.services import balance
from tests.conftest import let_close
from tests.races.together import at_once, kill_a_worker, program, refusals, wait_until, wait_until_alone
from tests.support.pages import take

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FREEZING = {
    "before relays are asked": ("draws.beacon.relays", "fetch", 1),
    "between asking and freezing": ("draws.lifecycle.close", "freeze_draw", 1),
    "with the list half written": ("draws.proof.log", "append", 1),
}
OBTAINING = {
    "before the round is asked for": ("draws.beacon.relays", "fetch", 1),
    "with the round obtained and not verified": ("draws.fairness", "verify_round", 1),
    "with the round verified and not kept": ("draws.lifecycle.rounds", "_write", 1),
}
DRAWING = {
    "between keeping and drawing": ("draws.lifecycle.close", "draw_winners", 1),
    "with the winners half written": ("draws.proof.log", "append", 1),
    "between drawing and paying": ("draws.lifecycle.settle", "settle_draw", 1),
    "with the prize half paid": ("draws.notifications.kinds", "notify_winner", 1),
}


@pytest.fixture
def players(make_player):
    return [make_player(f"player{number}") for number in range(4)]


@pytest.fixture
def sold(beacon, make_draw, players):
    """A beacon draw in which everyone has a ticket, past its closing time."""
    draw = make_draw(fairness_mode="beacon")
    for player in players:
        take(player, draw)
    let_close(draw)
    return draw


@pytest.fixture
def environment(server_environment, beacon):
    return server_environment | {
        "DJANGO_SETTINGS_MODULE": "tests.support.beacon_settings",
        "BEACON_RELAYS": beacon.relay(),
        "SITE_ORIGIN": "http://127.0.0.1:8000",
    }


def finish(draw, beacon):
    fetch_rounds()
    beacon.release(Seal.objects.get(draw=draw).round)
    fetch_rounds()
    close_due_draws()


def assert_drawn_once(draw, players):
    draw.refresh_from_db()
    assert (draw.state, draw.settled_at is not None) == (Draw.State.DRAWN, True)
    kinds = LogRecord.objects.filter(draw=draw).order_by("n").values_list("kind", flat=True)
    assert list(kinds) == ["open", "freeze", "result"]
    assert (Round.objects.count(), Winner.objects.count(), FrozenList.objects.count()) == (1, 1, 1)
    assert sorted(balance(player.pk) for player in players) == [45, 45, 45, 145]
    assert fetch_rounds() + close_due_draws() == 0


@pytest.mark.parametrize("where", FREEZING.values(), ids=list(FREEZING))
def test_a_worker_killed_while_freezing_leaves_it_to_the_next_sweep(
    sold, players, environment, beacon, where
):
    kill_a_worker(environment, where, "fetch_rounds")
    sold.refresh_from_db()
    assert (sold.frozen_at, FrozenList.objects.count()) == (None, 0)
    finish(sold, beacon)
    assert_drawn_once(sold, players)


@pytest.mark.parametrize("where", OBTAINING.values(), ids=list(OBTAINING))
def test_a_worker_killed_while_obtaining_the_round_leaves_it_to_the_next_sweep(
    sold, players, environment, beacon, where
):
    fetch_rounds()
    beacon.release(Seal.objects.get().round)
    kill_a_worker(environment, where, "fetch_rounds")
    assert not Round.objects.exists()
    finish(sold, beacon)
    assert_drawn_once(sold, players)


@pytest.mark.parametrize("where", DRAWING.values(), ids=list(DRAWING))
def test_a_worker_killed_while_drawing_leaves_it_to_the_next_sweep(sold, players, environment, beacon, where):
    fetch_rounds()
    beacon.release(Seal.objects.get().round)
    fetch_rounds()
    kill_a_worker(environment, where, "close_due_draws")
    sold.refresh_from_db()
    assert sold.settled_at is None
    finish(sold, beacon)
    assert_drawn_once(sold, players)


def test_every_sweep_twice_and_in_parallel_draws_once(sold, players, beacon):
    assert refusals(at_once([fetch_rounds, close_due_draws] * 3)) == []
    fetch_rounds()
    beacon.release(Seal.objects.get().round)
    for _ in range(2):
        assert refusals(at_once([fetch_rounds, close_due_draws] * 3)) == []
    close_due_draws()
    assert_drawn_once(sold, players)


def test_no_transaction_is_open_and_no_lock_held_while_a_relay_is_asked(sold, players, beacon):
    seen = []

    def look() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT state FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            states = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid <> pg_backend_pid()"
            )
            seen.append((states, cursor.fetchone()[0]))
        connection.close()

    beacon.while_asked = look
    finish(sold, beacon)
    assert len(seen) >= 2
    assert all(states == ["idle"] and locks == 0 for states, locks in seen), seen
    assert_drawn_once(sold, players)


def test_a_slow_relay_does_not_hold_up_the_closing_of_other_draws(sold, make_draw, players, beacon, settings):
    settings.BEACON_RELAYS = [beacon.relay("hanging")]
    settings.BEACON_TIMEOUT_SECONDS = 60
    local = make_draw()
    take(players[0], local)
    let_close(local)
    asking = threading.Thread(target=_closing_connection(fetch_rounds))
    asking.start()
    try:
        wait_until(lambda: beacon.times_asked("hanging"), "the relay is being asked")
        assert fetch_rounds() == 0, "another worker does not wait in line"
        close_due_draws()
        local.refresh_from_db()
        assert asking.is_alive()
        assert local.state == Draw.State.DRAWN
    finally:
        beacon.closing.set()
        asking.join()


def test_the_command_without_a_queue_draws_while_a_relay_hangs(sold, make_draw, players, beacon, environment):
    local = make_draw()
    take(players[0], local)
    let_close(local)
    given = environment | {"BEACON_RELAYS": beacon.relay("hanging"), "BEACON_TIMEOUT_SECONDS": "30"}
    with program("manage.py", "close_due_draws", "--loop", "--every", "0.1", environment=given):
        wait_until(lambda: beacon.times_asked("hanging"), "the relay is being asked")
        wait_until(lambda: Draw.objects.get(pk=local.pk).settled_at, "the local draw is paid")
        sold.refresh_from_db()
        assert sold.state == Draw.State.CLOSING
        beacon.closing.set()
    wait_until_alone()
    call_command("close_due_draws")
    beacon.release(Seal.objects.get(draw=sold).round)
    call_command("close_due_draws")
    sold.refresh_from_db()
    assert sold.state == Draw.State.DRAWN


def _closing_connection(call):
    def run() -> None:
        try:
            call()
        finally:
            connection.close()

    return run


def test_entering_and_freezing_at_the_same_moment_leave_a_whole_list(beacon, make_draw, make_player):
    draw = make_draw(fairness_mode="beacon", max_participants=500)
    players = [make_player(f"late{n}", coins=200) for n in range(6)]
    take(players[0], draw)

    def enter(player):
        def run() -> None:
            for n in range(20):
                take_tickets(player.pk, draw.pk, 1, f"request-{n}")

        return run

    outcomes = at_once([*map(enter, players), lambda: let_close(draw), fetch_rounds, fetch_rounds])
    assert set(refusals(outcomes)) <= {"DrawClosed", "TicketLimitReached"}
    fetch_rounds()
    seal = Seal.objects.get()
    assert seal.total == Participation.objects.count()
    with pytest.raises(DrawClosed):
        take(players[1], draw)
    beacon.release(seal.round)
    fetch_rounds()
    close_due_draws()
    draw.refresh_from_db()
    assert draw.state == Draw.State.DRAWN
