"""Taking tickets: paid once, numbered next in line, or nothing at all."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
import time_machine
from django.db import DatabaseError, connection, transaction

from accounts.models import User
from common.database.service_flag import as_service
from draws import exceptions as refused
from draws.entries.take import receipt, take_tickets
from draws.lifecycle.cancel import cancel_draw
from draws.models import Draw, Participation
from draws.statistics import streak_after
from ledger.services import balance, history
from tests.conftest import defects, let_close

pytestmark = pytest.mark.django_db


def held(user: User) -> list[int]:
    return list(
        Participation.objects.filter(user=user).order_by("id").values_list("ticket_number", flat=True)
    )


def test_tickets_are_numbered_in_the_order_they_are_taken_and_paid(draw, alice, bob):
    first = take_tickets(alice.pk, draw.pk, 2, "request-1")
    second = take_tickets(bob.pk, draw.pk, 1, "request-1")
    third = take_tickets(alice.pk, draw.pk, 3, "request-2")
    assert (first.numbers, second.numbers, third.numbers) == ([1, 2], [3], [4, 5, 6])
    assert (first.coins_spent, first.balance, third.balance, second.balance) == (10, 40, 25, 45)
    draw.refresh_from_db()
    assert draw.current_participants == 6
    assert defects() == []


def test_the_history_says_what_was_paid_for(draw, alice):
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    paid = history(alice.pk)[0]
    assert (paid.amount, paid.description, paid.reference) == (
        -10,
        "2 tickets: Lisbon for two",
        f"draw:{draw.pk}",
    )


def test_the_same_request_again_answers_the_same_tickets_and_charges_nothing(draw, alice):
    first = take_tickets(alice.pk, draw.pk, 2, "request-1")
    again = take_tickets(alice.pk, draw.pk, 2, "request-1")
    assert (again.numbers, again.replayed, first.replayed) == (first.numbers, True, False)
    assert balance(alice.pk) == 40
    assert receipt(alice.pk, draw.pk, "request-1").numbers == [1, 2]
    assert receipt(alice.pk, draw.pk, "request-2") is None


def test_a_paid_request_is_answered_even_when_the_draw_is_full_closed_or_cancelled(make_draw, alice, bob):
    for end in ("full", "closed", "cancelled"):
        draw = make_draw(max_participants=2)
        take_tickets(alice.pk, draw.pk, 1, "request-1")
        if end == "full":
            take_tickets(bob.pk, draw.pk, 1, "request-1")
        elif end == "closed":
            let_close(draw)
        else:
            cancel_draw(draw.pk, reason="The host withdrew.")
        assert take_tickets(alice.pk, draw.pk, 1, "request-1").numbers == [1]
        with pytest.raises(refused.EntryRefused):
            take_tickets(alice.pk, draw.pk, 1, "request-2")


def test_the_same_request_for_another_number_of_tickets_is_refused(draw, alice):
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    with pytest.raises(refused.RequestConflict):
        take_tickets(alice.pk, draw.pk, 1, "request-1")
    assert balance(alice.pk) == 40


def test_a_player_who_cannot_pay_leaves_no_trace(draw, make_player):
    poor = make_player("poor", coins=14)
    with pytest.raises(refused.NotEnoughCoins) as error:
        take_tickets(poor.pk, draw.pk, 3, "request-1")
    assert (error.value.balance, error.value.cost) == (14, 15)
    assert "nothing was charged" in error.value.message
    assert (balance(poor.pk), held(poor)) == (14, [])


def test_the_last_tickets_are_sold_and_then_no_more(make_draw, alice, bob):
    draw = make_draw(max_participants=3)
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    with pytest.raises(refused.DrawFull) as error:
        take_tickets(bob.pk, draw.pk, 2, "request-1")
    assert error.value.left == 1
    assert "Only 1 ticket is left" in error.value.message
    take_tickets(bob.pk, draw.pk, 1, "request-2")
    with pytest.raises(refused.DrawFull) as error:
        take_tickets(bob.pk, draw.pk, 1, "request-3")
    assert error.value.left == 0
    assert balance(bob.pk) == 45


def test_one_player_holds_no_more_than_the_limit(draw, alice):
    take_tickets(alice.pk, draw.pk, 4, "request-1")
    with pytest.raises(refused.TicketLimitReached) as error:
        take_tickets(alice.pk, draw.pk, 2, "request-2")
    assert (error.value.held, error.value.limit) == (4, 5)
    take_tickets(alice.pk, draw.pk, 1, "request-3")
    assert len(held(alice)) == 5


def test_tickets_are_refused_after_the_closing_time(draw, alice):
    let_close(draw)
    with pytest.raises(refused.DrawClosed):
        take_tickets(alice.pk, draw.pk, 1, "request-1")
    assert balance(alice.pk) == 50


def test_tickets_of_a_cancelled_draw_are_refused(draw, alice):
    cancel_draw(draw.pk, reason="The host withdrew.")
    with pytest.raises(refused.DrawCancelled):
        take_tickets(alice.pk, draw.pk, 1, "request-1")


@pytest.mark.parametrize("draw_id", [0, -1, 10**9, 2**31, 10**30])
def test_a_draw_that_does_not_exist_is_not_found(alice, draw_id):
    with pytest.raises(refused.DrawNotFound):
        take_tickets(alice.pk, draw_id, 1, "request-1")


def test_a_draft_is_not_found(make_draft, alice):
    with pytest.raises(refused.DrawNotFound):
        take_tickets(alice.pk, make_draft().pk, 1, "request-1")


@pytest.mark.parametrize("count", [0, -1, 10**9, 2**40])
def test_a_number_of_tickets_that_makes_no_sense_is_refused(draw, alice, count):
    with pytest.raises(refused.InvalidTicketCount):
        take_tickets(alice.pk, draw.pk, count, "request-1")


@pytest.mark.parametrize("request_id", ["", "short", "x" * 65, "with:colon-", "null\x00byte-"])
def test_a_request_id_that_cannot_be_a_key_is_refused(draw, alice, request_id):
    with pytest.raises(refused.InvalidRequest):
        take_tickets(alice.pk, draw.pk, 1, request_id)


def test_a_very_large_price_is_compared_and_not_overflown(make_draw, alice):
    draw = make_draw(entry_fee=2**31 - 1)
    with pytest.raises(refused.NotEnoughCoins) as error:
        take_tickets(alice.pk, draw.pk, 5, "request-1")
    assert error.value.cost == 5 * (2**31 - 1)


def insert_ticket(values: dict[str, Any]) -> str:
    columns, marks = ", ".join(values), ", ".join(["%s"] * len(values))
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO participations ({columns}) VALUES ({marks})", list(values.values()))
    return str(error.value)


@pytest.mark.owner
def test_a_ticket_written_past_the_service_is_refused(draw, alice, bob):
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    paid = history(alice.pk)[0].pk
    ticket = {"user_id": alice.pk, "draw_id": draw.pk}
    assert "No ticket was taken" in insert_ticket(ticket | {"ticket_number": 3})
    assert "No ticket was taken" in insert_ticket(ticket | {"ticket_number": 3, "transaction_id": paid})
    assert "No ticket was taken" in insert_ticket(ticket | {"ticket_number": 9, "transaction_id": paid})
    theirs = {"user_id": bob.pk, "draw_id": draw.pk, "ticket_number": 2, "transaction_id": paid}
    assert "number_once" in insert_ticket(theirs)
    assert defects() == []


@pytest.mark.owner
def test_one_payment_never_buys_two_lots_of_tickets(draw, alice):
    take_tickets(alice.pk, draw.pk, 1, "request-1")
    paid = history(alice.pk)[0].pk
    with as_service("forged"):
        Draw.objects.filter(pk=draw.pk).update(current_participants=2)
    with pytest.raises(DatabaseError, match="No ticket was taken"), transaction.atomic():
        Participation.objects.create(user=alice, draw=draw, ticket_number=2, transaction_id=paid)


@pytest.mark.parametrize(
    ("days", "streak"),
    [
        ([1], 1),
        ([1, 1, 1], 1),
        ([1, 2, 3], 3),
        ([1, 3], 2),  # one missed day a week is forgiven
        ([1, 3, 5], 1),  # a second one is not
        ([1, 4], 1),
        ([1, 3, 4, 5, 6, 7, 8, 10], 8),  # the 2nd forgiven, the 9th a week later again
        ([1, 3, 4, 5, 6, 7, 9], 1),
        ([2, 1, 3], 2),  # a time zone changed westwards sets nothing back
    ],
)
def test_a_streak_counts_days_in_a_row_and_forgives_one_a_week(days, streak):
    last = grace = None
    count = 0
    for day in days:
        today = date(2026, 3, day)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM next_streak(%s, %s, %s, %s)", [count, last, grace, today])
            count, grace = cursor.fetchone()
        last = max(last or today, today)
    assert count == streak
    assert streak_after(date(2026, 3, day) for day in days) == (streak, last, grace)


def test_taking_a_ticket_counts_the_day_and_the_tickets(draw, alice):
    take_tickets(alice.pk, draw.pk, 3, "request-1")
    take_tickets(alice.pk, draw.pk, 1, "request-2")
    alice.refresh_from_db()
    assert (alice.total_participations, alice.current_streak) == (4, 1)
    assert alice.last_ticket_on == alice.today()


@pytest.mark.parametrize(("grace", "shown"), [(None, [5, 5, 5, 0]), (date(2026, 3, 9), [5, 5, 0, 0])])
def test_a_streak_is_shown_as_long_as_it_can_be_continued(grace, shown):
    player = User(current_streak=5, last_ticket_on=date(2026, 3, 10), grace_used_on=grace)
    for day, expected in zip(range(10, 14), shown, strict=True):
        with time_machine.travel(datetime(2026, 3, day, 12, tzinfo=UTC)):
            assert player.streak_today() == expected
