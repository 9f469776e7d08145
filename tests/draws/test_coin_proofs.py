"""Somebody has the site's own database role: tickets, wins and refunds that never were pay no coins."""

import pytest
from django.db import DatabaseError, connection

from draws.lifecycle.cancel import cancel_draw
from draws.models import Participation, Winner
from ledger.models import Transaction
from ledger.services import balance
from lucky11.integrity.checks import CHECKS
from tests.conftest import defects, unguarded
from tests.support.forgery import as_site, forge, found, refused
from tests.support.pages import finish, take

# The attacks act as the site's role, which they make themselves.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]

PRIZE = "INSERT INTO transactions (user_id, type, amount, idempotency_key) VALUES (%s, 'prize', %s, %s)"
REFUND = "INSERT INTO transactions (user_id, type, amount, reverses_id) VALUES (%s, 'refund', %s, %s)"
ENTRY = "INSERT INTO transactions (user_id, type, amount, reference) VALUES (%s, 'entry', %s, %s)"


@pytest.fixture
def won(draw, alice, bob):
    """A draw of which the one winner is drawn, and not yet paid."""
    take(alice, draw)
    take(bob, draw)
    finish(draw)
    winner = Winner.objects.get(draw=draw)
    paid = winner.transaction
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE winners SET transaction_id = NULL, settled_at = NULL WHERE id = %s", [winner.pk]
        )
        cursor.execute("DELETE FROM transactions WHERE id = %s", [paid.pk])
        cursor.execute("UPDATE users SET coins = coins - 100 WHERE id = %s", [winner.user_id])
    return Winner.objects.get(pk=winner.pk)


def key(winner):
    return f"prize:{winner.draw_id}:{winner.place}"


def test_a_prize_that_nobody_won_is_refused(alice, draw):
    for forged in (f"prize:{draw.pk}:0", "prize:0:0", "prize", "", "my prize"):
        refused(PRIZE, alice.pk, 1_000_000, forged)


def test_a_prize_is_paid_to_its_winner_alone_and_as_promised(won, alice, bob):
    loser = bob if won.user_id == alice.pk else alice
    refused(PRIZE, loser.pk, 100, key(won))
    refused(PRIZE, won.user_id, 1_000_000, key(won))
    refused(PRIZE, won.user_id, 100, "another key")
    as_site(PRIZE, won.user_id, 100, key(won))
    refused(PRIZE, won.user_id, 100, key(won), sqlstate="23505")


@pytest.mark.parametrize(
    ("columns", "place", "coins"),
    [
        ("place 1, which the draw does not give", 1, 100),
        ("more coins than the draw gives", 0, 1_000_000),
        ("a ticket that did not win", 0, 100),
    ],
)
def test_a_prize_for_a_winner_who_was_made_up_is_refused(won, columns, place, coins):
    """Who writes the winner's row as well still has the draw and its published result against them."""
    lost = Participation.objects.filter(draw=won.draw_id).exclude(pk=won.ticket_id).get()
    with unguarded() as cursor:
        cursor.execute("DELETE FROM winners WHERE id = %s", [won.pk])
        cursor.execute(
            "INSERT INTO winners (draw_id, user_id, ticket_id, place, prize_amount, prize_coins)"
            " VALUES (%s, %s, %s, %s, 0, %s)",
            [won.draw_id, lost.user_id, lost.pk, place, coins],
        )
    refused(PRIZE, lost.user_id, coins, f"prize:{won.draw_id}:{place}")


def test_tickets_of_a_draw_that_goes_on_are_not_refunded(alice, draw):
    take(alice, draw, 3)
    paid = Transaction.objects.get(user=alice, type="entry")
    refused(REFUND, alice.pk, 15, paid.pk)
    cancel_draw(draw.pk, reason="The prize is gone")
    as_site(REFUND, alice.pk, 15, paid.pk)
    refused(REFUND, alice.pk, 15, paid.pk, sqlstate="23505")
    assert balance(alice.pk) == 50


def test_tickets_that_lost_are_not_refunded(alice, draw):
    take(alice, draw, 3)
    finish(draw)
    refused(REFUND, alice.pk, 15, Transaction.objects.get(user=alice, type="entry").pk)


@pytest.mark.parametrize("reference", ["draw:{draw}", "draw:0", "draw:", "", "draw:x"])
def test_a_payment_without_tickets_is_refused(alice, draw, reference):
    refused(ENTRY, alice.pk, -5, reference.format(draw=draw.pk))


def test_a_payment_for_tickets_that_were_paid_before_is_refused(alice, draw):
    take(alice, draw)
    refused(ENTRY, alice.pk, -5, f"draw:{draw.pk}")


def test_whoever_calls_themselves_the_service_pays_for_no_ticket(alice, draw):
    named = f"SELECT set_config('lucky11.service', 'take_tickets', true); {ENTRY}"
    refused(named.replace("%s", "'{}'").format(alice.pk, -5, f"draw:{draw.pk}"))


def test_the_owner_too_pays_for_tickets_alone(alice, draw):
    with connection.cursor() as cursor:
        cursor.execute(ENTRY, [alice.pk, -5, f"draw:{draw.pk}"])
        with pytest.raises(DatabaseError, match="Coins are paid for tickets"):
            cursor.execute("SET CONSTRAINTS proof_of_entry IMMEDIATE")


def test_a_whole_draw_adds_up_to_the_checks(alice, bob, draw, make_draw):
    other = make_draw()
    for player in (alice, bob):
        take(player, draw, 2)
        take(player, other)
    cancel_draw(other.pk, reason="The prize is gone")
    finish(draw)
    assert defects() == []


# -- what the owner forged with every trigger off --


def test_the_check_names_a_forged_prize(alice, draw):
    number = forge(user_id=alice.pk, type="prize", amount=1_000, idempotency_key=f"prize:{draw.pk}:0")
    assert found("prizes", number)


def test_the_check_names_a_prize_of_a_winner_with_more_coins_than_the_draw_gives(won):
    number = forge(user_id=won.user_id, type="prize", amount=900, idempotency_key=key(won))
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE winners SET prize_coins = 900, transaction_id = %s, settled_at = now() WHERE id = %s",
            [number, won.pk],
        )
    assert CHECKS["prizes"]() is None
    assert found("promised prizes", number)


def test_the_check_names_a_forged_refund(alice, draw):
    take(alice, draw)
    paid = Transaction.objects.get(user=alice, type="entry")
    number = forge(user_id=alice.pk, type="refund", amount=5, reverses_id=paid.pk)
    assert found("refunded tickets", number)


def test_the_check_names_a_payment_without_tickets(alice, draw):
    number = forge(user_id=alice.pk, type="entry", amount=-5, reference=f"draw:{draw.pk}")
    assert found("payments", number)


def test_the_check_names_a_refund_of_a_payment_that_never_had_tickets(alice, draw):
    paid = forge(user_id=alice.pk, type="entry", amount=-5, reference=f"draw:{draw.pk}")
    number = forge(user_id=alice.pk, type="refund", amount=5, reverses_id=paid, idempotency_key="back")
    assert found("refunded tickets", number)
