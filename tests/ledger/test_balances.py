"""A player's coins over the last 90 days, as a picture and as a table."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ledger.balances import DAYS, balances
from tests.conftest import unguarded
from tests.support.coins import move
from tests.support.pages import signed_in, words

pytestmark = [pytest.mark.django_db, pytest.mark.plants_defects]


def days_ago(player, *ages: float) -> None:
    """Move the player's movements, in their order, to so many days ago."""
    with unguarded() as cursor:
        for number, age in enumerate(ages, 1):
            cursor.execute(
                "UPDATE transactions SET created_at = %s WHERE user_id = %s AND user_seq = %s",
                [timezone.now() - timedelta(days=age), player.pk, number],
            )


@pytest.fixture
def noon(alice):
    """A time at which no day is about to end."""
    with time_machine.travel(timezone.now().replace(hour=12), tick=True):
        yield


def test_each_day_ends_with_what_its_last_movement_left(noon, alice):
    for coins in (10, 20):
        move(alice.pk, coins, f"test:{coins}")
    days_ago(alice, 5, 3, 3)
    found = balances(alice)
    today = timezone.localdate()
    assert found.days == [(today - timedelta(days=3), 80), (today - timedelta(days=5), 50)]
    assert (found.begin, found.coins, found.most) == (today - timedelta(days=5), 80, 80)
    assert found.curve.line.startswith("M0 52.1H")


def test_what_came_before_the_ninety_days_is_where_the_curve_begins(noon, alice):
    move(alice.pk, 10, "test:1")
    days_ago(alice, 400, 2)
    found = balances(alice)
    today = timezone.localdate()
    assert found.begin == today - timedelta(days=DAYS - 1)
    assert found.days == [(today - timedelta(days=2), 60), (found.begin, 50)]


def test_a_player_of_one_day_sees_no_picture_yet(noon, alice):
    assert balances(alice) is None
    assert "The last 90 days" not in words(signed_in(alice).get("/coins/"))
    days_ago(alice, 2)
    assert "The last 90 days" in words(signed_in(alice).get("/coins/"))


def test_twenty_thousand_movements_are_read_a_day_at_a_time(alice):
    with unguarded() as cursor:
        cursor.execute(
            "INSERT INTO transactions (user_id, user_seq, type, amount, balance_after, idempotency_key, "
            "created_at, reference, description, hash) "
            "SELECT user_id, n, type, amount, balance_after, 'many:' || n, now() - n * interval '6 minutes', "
            "reference, description, hash FROM transactions, generate_series(2, 20000) AS n "
            "WHERE user_id = %s",
            [alice.pk],
        )
        cursor.execute("ANALYZE transactions")
    with CaptureQueriesContext(connection) as captured:
        assert balances(alice) is not None
    assert len(captured) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, FORMAT TEXT) " + captured.captured_queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "idx_transactions_userid_created" in plan
