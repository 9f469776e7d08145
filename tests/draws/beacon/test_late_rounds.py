"""A round that is late, or never comes."""

from datetime import timedelta

import pytest

from accounts.models import OutboxEmail
from common.database.clock import database_now
from draws import fairness
from draws.beacon import chain
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.overdue import is_overdue, overdue
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, FrozenList, Round, Seal, Winner
from ledger.services import balance
from tests.conftest import let_close
from tests.support.beacon_draws import plant
from tests.support.pages import take

pytestmark = pytest.mark.django_db


def time_of_the_round(draw, ago):
    """Have the draw's list frozen, and its round due, so long ago."""
    number = chain.CHAIN.round_at(int((database_now() - ago).timestamp()))
    plant("UPDATE draw_seals SET round = %s WHERE draw_id = %s", number, draw.pk)
    plant(
        "UPDATE draws SET frozen_at = clock_timestamp() - %s - interval '2 minutes' WHERE id = %s",
        ago,
        draw.pk,
    )
    draw.refresh_from_db()
    return number


def test_a_draw_that_waits_for_its_round_is_not_overdue_until_the_round_is_late(frozen):
    plant("UPDATE draws SET frozen_at = frozen_at - interval '3 minutes'")
    frozen.refresh_from_db()
    assert overdue() == ([], False)
    assert not is_overdue(frozen, database_now())
    time_of_the_round(frozen, timedelta(minutes=2))
    [late], _ = overdue()
    seal = Seal.objects.get(draw=frozen)
    assert (late.draw, late.since) == (frozen, seal.round_time)
    assert late.why == f"Waiting for the beacon since {seal.round_time:%d %B %Y, %H:%M:%S} UTC."
    assert is_overdue(Draw.objects.get(), database_now())


def test_a_round_that_comes_days_late_still_decides(frozen, beacon):
    beacon.release(time_of_the_round(frozen, timedelta(days=6, hours=23)))
    fetch_rounds()
    close_due_draws()
    frozen.refresh_from_db()
    assert frozen.state == Draw.State.DRAWN


def test_a_round_that_nobody_brings_for_seven_days_voids_the_draw_and_leaves_list_and_seed(
    frozen, alice, bob, beacon
):
    time_of_the_round(frozen, timedelta(days=6, hours=23))
    fetch_rounds()
    close_due_draws()
    frozen.refresh_from_db()
    assert frozen.state == Draw.State.CLOSED
    number = time_of_the_round(frozen, timedelta(days=7, seconds=10))
    close_due_draws()
    frozen.refresh_from_db()
    seal = Seal.objects.get(draw=frozen)
    assert (frozen.state, frozen.void_code) == (Draw.State.VOID, Draw.VoidCode.BEACON_MISSING)
    assert (balance(alice.pk), balance(bob.pk)) == (50, 50)
    assert OutboxEmail.objects.filter(key__startswith="refunded:").count() == 2
    expected = fairness.void_hash(
        bytes(seal.open_hash), bytes(seal.freeze_hash), fairness.VoidCode.BEACON_MISSING, frozen.void_reason
    )
    assert bytes(seal.void_hash) == expected
    assert seal.is_seed_public
    assert FrozenList.objects.filter(draw=frozen).exists()

    beacon.release(number)
    fetch_rounds()
    assert close_due_draws() == 0
    assert (Round.objects.count(), Winner.objects.count()) == (0, 0)


def test_local_draws_neither_ask_relays_nor_wait_for_them(make_draw, alice, beacon):
    draw = make_draw()
    take(alice, draw)
    let_close(draw)
    close_due_draws()
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.state == Draw.State.DRAWN
    assert beacon.asked == {}
