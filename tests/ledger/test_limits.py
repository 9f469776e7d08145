"""A player's own limits: lowered at once, raised or lifted a day later, against everybody."""

import uuid
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from draws.entries.take import take_tickets
from draws.exceptions import LimitReached
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from ledger.exceptions import LimitRefused, NoSuchPlayer
from ledger.models import SpendLimit
from ledger.safer_play.limits import MOST, limits_of, set_limit, tightest
from ledger.services import balance
from tests.conftest import unguarded
from tests.support.pages import finish, take

pytestmark = pytest.mark.django_db


def of(user, period):
    return next(limit for limit in limits_of(user.pk) if limit.period == period)


def let_a_day_pass(user) -> None:
    """Nobody moves the database's clock: what was asked for was asked for a day earlier instead."""
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE spend_limits SET next_at = next_at - interval '24 hours 1 second' WHERE user_id = %s",
            [user.pk],
        )


def spent_earlier(user, ago: timedelta) -> None:
    """The player's payments were made so long ago."""
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE transactions SET created_at = clock_timestamp() - %s"
            " WHERE user_id = %s AND type = 'entry'",
            [ago, user.pk],
        )


def test_without_a_limit_nothing_is_held_back(alice, draw):
    assert [(limit.period, limit.coins, limit.left) for limit in limits_of(alice.pk)] == [
        ("day", None, None),
        ("week", None, None),
        ("month", None, None),
    ]
    assert tightest(alice.pk) is None
    assert set_limit(alice.pk, "day", None).coins is None
    assert not SpendLimit.objects.exists()
    take(alice, draw, 5)


def test_a_limit_holds_at_once_and_to_the_coin(alice, draw):
    set_limit(alice.pk, "day", 12)
    take(alice, draw, 2)
    with pytest.raises(LimitReached) as refusal:
        take(alice, draw, 1)
    error = refusal.value
    assert (error.period, error.limit, error.spent, error.status) == ("day", 12, 10, 409)
    assert error.message == (
        "Your limit is 12 coins in 24 hours, and you have spent 10. "
        "No ticket was taken and nothing was charged."
    )
    assert balance(alice.pk) == 40
    assert (of(alice, "day").spent, of(alice, "day").left) == (10, 2)


def test_a_limit_that_the_payment_meets_exactly_is_not_passed(alice, draw):
    set_limit(alice.pk, "month", 15)
    take(alice, draw, 3)
    assert of(alice, "month").left == 0


def test_zero_stops_every_ticket(alice, draw):
    set_limit(alice.pk, "week", 0)
    with pytest.raises(LimitReached):
        take(alice, draw, 1)


def test_the_shortest_period_that_is_passed_is_named(alice, draw):
    for period in ("month", "week", "day"):
        set_limit(alice.pk, period, 4)
    with pytest.raises(LimitReached) as refusal:
        take(alice, draw, 1)
    assert refusal.value.period == "day"
    set_limit(alice.pk, "month", 2)
    assert tightest(alice.pk).period == "month"


def test_a_raise_holds_a_day_later_and_is_shown_until_then(alice, draw):
    set_limit(alice.pk, "day", 5)
    asked = set_limit(alice.pk, "day", 20)
    assert (asked.coins, asked.next_coins) == (5, 20)
    assert timedelta(hours=23, minutes=59) < asked.next_at - timezone.now() <= timedelta(hours=24)
    take(alice, draw, 1)
    with pytest.raises(LimitReached):
        take(alice, draw, 1)
    let_a_day_pass(alice)
    assert (of(alice, "day").coins, of(alice, "day").next_at) == (20, None)
    take(alice, draw, 3)
    with pytest.raises(LimitReached):
        take(alice, draw, 1)


def test_lifting_a_limit_takes_a_day_too(alice, draw):
    set_limit(alice.pk, "day", 0)
    set_limit(alice.pk, "day", None)
    with pytest.raises(LimitReached):
        take(alice, draw, 1)
    let_a_day_pass(alice)
    assert of(alice, "day").coins is None
    take(alice, draw, 5)


def test_asking_again_replaces_what_was_asked_for_and_starts_the_day_anew(alice):
    set_limit(alice.pk, "day", 5)
    first = set_limit(alice.pk, "day", 20)
    second = set_limit(alice.pk, "day", 10)
    assert (second.coins, second.next_coins) == (5, 10)
    assert second.next_at > first.next_at


@pytest.mark.parametrize("coins", [3, 5])
def test_the_same_limit_or_a_lower_one_calls_off_a_raise(alice, coins):
    set_limit(alice.pk, "day", 5)
    set_limit(alice.pk, "day", 20)
    again = set_limit(alice.pk, "day", coins)
    assert (again.coins, again.next_at) == (coins, None)
    let_a_day_pass(alice)
    assert of(alice, "day").coins == coins


def test_a_raise_that_came_into_force_is_lowered_at_once_again(alice):
    set_limit(alice.pk, "day", 5)
    set_limit(alice.pk, "day", 20)
    let_a_day_pass(alice)
    assert set_limit(alice.pk, "day", 10).coins == 10
    assert set_limit(alice.pk, "day", 20).next_coins == 20


@pytest.mark.parametrize(
    ("period", "span"),
    [("day", timedelta(hours=24)), ("week", timedelta(days=7)), ("month", timedelta(days=30))],
)
def test_a_payment_counts_for_exactly_its_period_whatever_the_calendar_says(alice, draw, period, span):
    take(alice, draw, 1)
    set_limit(alice.pk, period, 5)
    spent_earlier(alice, span - timedelta(minutes=1))
    with pytest.raises(LimitReached):
        take(alice, draw, 1)
    assert of(alice, period).spent == 5
    spent_earlier(alice, span + timedelta(seconds=1))
    assert of(alice, period).spent == 0
    take(alice, draw, 1)


def test_moving_to_another_time_zone_frees_nothing(alice, draw):
    set_limit(alice.pk, "day", 5)
    take(alice, draw, 1)
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        with unguarded() as cursor:
            # A player changes it once a week.
            cursor.execute("UPDATE users SET time_zone = %s WHERE id = %s", [zone, alice.pk])
        with pytest.raises(LimitReached):
            take(alice, draw, 1)


def test_coins_that_came_back_free_the_limit_again(alice, make_draw):
    draw, other = make_draw(), make_draw()
    set_limit(alice.pk, "day", 10)
    take(alice, draw, 2)
    cancel_draw(draw.pk, reason="The host withdrew.")
    close_due_draws()
    assert of(alice, "day").spent == 0
    take(alice, other, 2)
    with pytest.raises(LimitReached):
        take(alice, other, 1)


def test_coins_won_or_given_do_not_raise_a_limit(alice, draw, make_draw):
    other = make_draw()
    set_limit(alice.pk, "day", 5)
    take(alice, draw, 1)
    finish(draw)
    with pytest.raises(LimitReached):
        take(alice, other, 1)
    assert (of(alice, "day").won, of(alice, "day").entries) == (100, 1)


def test_a_paid_request_is_answered_again_though_the_limit_is_reached_now(alice, draw):
    set_limit(alice.pk, "day", 5)
    first = take_tickets(alice.pk, draw.pk, 1, "request-1")
    set_limit(alice.pk, "day", 0)
    again = take_tickets(alice.pk, draw.pk, 1, "request-1")
    assert (again.numbers, again.replayed) == (first.numbers, True)
    assert balance(alice.pk) == 45


def test_one_players_limit_is_nobody_elses(alice, bob, draw):
    set_limit(alice.pk, "day", 0)
    take(bob, draw, 1)


@pytest.mark.parametrize("coins", [-1, MOST + 1, 10**12, 2**31])
def test_a_limit_that_makes_no_sense_changes_nothing(alice, coins):
    set_limit(alice.pk, "day", 5)
    with pytest.raises(LimitRefused, match="Your limits have not changed"):
        set_limit(alice.pk, "day", coins)
    assert of(alice, "day").coins == 5
    with pytest.raises(LimitRefused):
        set_limit(alice.pk, "year", 5)
    with pytest.raises(NoSuchPlayer):
        set_limit(uuid.uuid4().hex, "day", 5)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE spend_limits SET coins = 100",
        "UPDATE spend_limits SET coins = NULL",
        "UPDATE spend_limits SET next_at = clock_timestamp()",
        "UPDATE spend_limits SET next_at = clock_timestamp() + interval '1 hour'",
        "UPDATE spend_limits SET next_at = clock_timestamp(), next_coins = NULL",
        "UPDATE spend_limits SET next_coins = 1000",
        "UPDATE spend_limits SET next_coins = NULL",
        "UPDATE spend_limits SET period = 'year'",
        "UPDATE spend_limits SET user_id = %(bob)s",
        "DELETE FROM spend_limits",
        "TRUNCATE spend_limits",
        "UPDATE spend_limits SET coins = -1",
        "INSERT INTO spend_limits (user_id, period, coins) VALUES (%(alice)s, 'day', 1000)",
        "INSERT INTO spend_limits (user_id, period, coins) VALUES (%(alice)s, 'day', 1000)"
        " ON CONFLICT (user_id, period) DO UPDATE SET coins = 1000",
    ],
)
def test_nobody_raises_a_limit_sooner_not_even_the_owner_of_the_database(alice, bob, draw, statement):
    set_limit(alice.pk, "day", 5)
    set_limit(alice.pk, "day", 50)
    with unguarded() as cursor:
        cursor.execute("UPDATE spend_limits SET next_at = next_at - interval '2 hours'")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, {"alice": alice.pk, "bob": bob.pk})
    take(alice, draw, 1)
    with pytest.raises(LimitReached):
        take(alice, draw, 1)


def test_a_lowered_limit_cannot_be_undone_in_two_steps(alice, draw):
    set_limit(alice.pk, "day", 50)
    set_limit(alice.pk, "day", 5)
    take(alice, draw, 1)
    for row in ({"coins": 5, "next_coins": 50, "next_at": timezone.now()}, {"coins": 50, "next_at": None}):
        with pytest.raises(DatabaseError, match="24 hours"), transaction.atomic():
            SpendLimit.objects.filter(user=alice).update(**row)
    with pytest.raises(LimitReached):
        take(alice, draw, 1)
