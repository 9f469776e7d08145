"""The owner of the database switches the rules off and changes rows: the check names the first bad one.

`tests/integrity/test_integrity.py` has a defect for each check; here it is about which row is named.
What fits in itself again is found by the seals (`test_seals.py`).
"""

from decimal import Decimal

import pytest
from django.db import transaction

from draws.entries.take import take_tickets
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, Participation, Winner
from ledger.models import Transaction
from lucky11.integrity.checks import CHECKS
from tests.conftest import defects, let_close, unguarded
from tests.support.coins import move
from tests.support.forgery import forge

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.plants_defects]

ROWS = 5  # of each player: the welcome, then four visits


@pytest.fixture
def players(make_player):
    """Two players, the one with the lower id first, with five rows each."""
    two = sorted([make_player("one"), make_player("two")], key=lambda player: player.pk)
    for n in range(1, ROWS):
        for player in two:
            move(player.pk, n, f"visit:{player.pk}:{n}")
    assert defects() == []
    return two


def tamper(*statements, **values):
    """Run these as the owner, with every trigger off."""
    with unguarded() as cursor:
        for statement in statements:
            cursor.execute(statement, values)
            assert cursor.rowcount > 0


def first_bad(name):
    """The first bad row that a check names."""
    defect = CHECKS[name]()
    assert defect is not None, f"{name} finds nothing"
    return defect.row


def assert_the_chain_breaks_at(player, seq):
    row = first_bad("chain")
    assert (row["user_id"], row["user_seq"]) == (player.pk, seq)
    ids = Transaction.objects.filter(user=player, user_seq=seq).values_list("pk", flat=True)
    assert row["transaction_id"] in ids


EDITS = {
    "the amount": "amount = amount + 1",
    "the amount and the balance": "amount = amount + 1, balance_after = balance_after + 1",
    "the balance": "balance_after = balance_after + 1",
    "the type": "type = 'daily_bonus'",
    "the words": "description = 'Something else'",
    "the reference": "reference = 'draw:1'",
    "the key": "idempotency_key = 'another'",
    "the date": "created_at = created_at - interval '1 day'",
    "a moment of the date": "created_at = created_at + interval '1 microsecond'",
    "who did it": "actor_id = user_id",
    "the hash": "hash = sha256('made up')",
    "the id": "id = id + 1000",
}


@pytest.mark.parametrize(
    ("change", "seq"),
    [*((change, 3) for change in EDITS.values()), (EDITS["the words"], 1), (EDITS["the words"], ROWS)],
    ids=[*EDITS, "the words of the first row", "the words of the last row"],
)
def test_the_row_that_was_edited_is_named_and_none_of_the_rows_behind_it(players, change, seq):
    player = players[1]
    tamper(f"UPDATE transactions SET {change} WHERE user_id = %(p)s AND user_seq = %(n)s", p=player.pk, n=seq)
    assert_the_chain_breaks_at(player, seq)


@pytest.mark.parametrize("seq", [1, 3, ROWS - 1])
def test_the_row_behind_one_that_was_deleted_is_named(players, seq):
    tamper("DELETE FROM transactions WHERE user_id = %(p)s AND user_seq = %(n)s", p=players[0].pk, n=seq)
    assert_the_chain_breaks_at(players[0], seq + 1)


def test_a_last_row_that_was_deleted_is_missed_by_the_players_coins(players):
    tamper("DELETE FROM transactions WHERE user_id = %(p)s AND user_seq = %(n)s", p=players[0].pk, n=ROWS)
    row = first_bad("coins")
    assert (row["user_id"], row["coins"] - row["calculated_balance"]) == (players[0].pk, ROWS - 1)


def test_the_row_behind_a_deleted_one_is_named_although_the_rest_was_numbered_anew(players):
    tamper(
        "DELETE FROM transactions WHERE user_id = %(p)s AND user_seq = 3",
        "UPDATE transactions SET user_seq = user_seq + 100 WHERE user_id = %(p)s AND user_seq > 3",
        "UPDATE transactions SET user_seq = user_seq - 101, balance_after = balance_after - 2"
        " WHERE user_id = %(p)s AND user_seq > 100",
        "UPDATE users SET coins = coins - 2 WHERE id = %(p)s",
        p=players[0].pk,
    )
    assert_the_chain_breaks_at(players[0], 3)
    assert CHECKS["coins"]() is None


def test_the_first_of_two_rows_whose_amounts_were_swapped_is_named(players):
    tamper(
        "UPDATE transactions t SET amount = o.amount FROM transactions o WHERE o.user_id = t.user_id"
        " AND t.user_id = %(p)s AND t.user_seq + o.user_seq = 6 AND t.user_seq IN (2, 4)",
        p=players[1].pk,
    )
    assert CHECKS["coins"]() is None
    assert_the_chain_breaks_at(players[1], 2)


def test_the_first_of_two_players_who_swapped_rows_is_named(players):
    first, second = players
    tamper(
        "UPDATE transactions SET user_id = 'nobody' WHERE user_id = %(a)s AND user_seq = 3",
        "UPDATE transactions SET user_id = %(a)s WHERE user_id = %(b)s AND user_seq = 3",
        "UPDATE transactions SET user_id = %(b)s WHERE user_id = 'nobody'",
        a=first.pk,
        b=second.pk,
    )
    assert CHECKS["coins"]() is None
    assert_the_chain_breaks_at(first, 3)


FORGE = """
    INSERT INTO transactions
        (user_id, type, amount, description, idempotency_key, user_seq, balance_after, hash)
    SELECT user_id, 'import', 400, 'A present', 'forged', user_seq + 1, balance_after + 400, {hash}
    FROM transactions WHERE user_id = %(p)s AND user_seq = 5"""
PAY_OUT = "UPDATE users SET coins = coins + 400 WHERE id = %(p)s"


@pytest.mark.parametrize("made_up", ["sha256('made up')", "hash", "''::bytea"])
def test_a_row_that_was_made_up_is_named_although_coins_and_balances_fit(players, made_up):
    tamper(FORGE.format(hash=made_up), PAY_OUT, p=players[0].pk)
    assert CHECKS["coins"]() is None
    assert_the_chain_breaks_at(players[0], ROWS + 1)


def test_a_row_that_was_copied_behind_the_last_one_is_named(players):
    tamper(
        "INSERT INTO transactions (user_id, type, amount, description, reference, idempotency_key, user_seq,"
        " balance_after, hash, created_at) SELECT user_id, type, amount, description, reference,"
        " idempotency_key || ':2', user_seq + 1, balance_after + amount, hash, created_at"
        " FROM transactions WHERE user_id = %(p)s AND user_seq = 5",
        "UPDATE users SET coins = coins + 4 WHERE id = %(p)s",
        p=players[1].pk,
    )
    assert CHECKS["coins"]() is None
    assert_the_chain_breaks_at(players[1], ROWS + 1)


def test_a_second_last_row_is_named_although_it_fits_in_itself_and_nothing_forbade_it(players):
    with transaction.atomic(), unguarded() as cursor:
        cursor.execute("ALTER TABLE transactions DROP CONSTRAINT transactions_user_seq_once")
        cursor.execute(
            "INSERT INTO transactions (user_id, type, amount, idempotency_key, user_seq, balance_after)"
            " SELECT user_id, 'daily_bonus', amount, 'second', user_seq, balance_after FROM transactions"
            " WHERE user_id = %s AND user_seq = %s RETURNING id",
            [players[0].pk, ROWS],
        )
        second = cursor.fetchone()[0]
        cursor.execute(
            "UPDATE transactions t SET hash = ledger_row_hash(p.hash, t) FROM transactions p"
            " WHERE t.id = %s AND p.user_id = t.user_id AND p.user_seq = t.user_seq - 1",
            [second],
        )
        row = first_bad("chain")
        assert (row["user_id"], row["user_seq"], row["transaction_id"]) == (players[0].pk, ROWS, second)
        transaction.set_rollback(True)


def test_of_several_bad_rows_the_first_is_named(players):
    tamper("UPDATE transactions SET description = 'x' WHERE user_seq IN (2, 4)")
    assert_the_chain_breaks_at(players[0], 2)


# -- tickets, winners --


@pytest.fixture
def sold(make_draw, players):
    """An open draw: two tickets of the first player with one payment, one of the second."""
    draw = make_draw()
    for player, count in zip(players, (2, 1), strict=True):
        take_tickets(player.pk, draw.pk, count, "request-1")
    return draw


def payment(player):
    return Transaction.objects.get(user=player, type="entry")


def test_the_payment_is_named_whose_ticket_was_given_to_somebody_else(sold, players):
    tamper("UPDATE participations SET user_id = %(p)s WHERE ticket_number = 1", p=players[1].pk)
    row = first_bad("payments")
    assert (row["transaction_id"], row["user_id"]) == (payment(players[0]).pk, players[0].pk)
    assert first_bad("statistics")["user_id"] == players[0].pk


def test_the_payment_is_named_when_two_players_tickets_changed_hands(sold, players):
    swap = "UPDATE participations SET user_id = CASE user_id WHEN %(a)s THEN %(b)s ELSE %(a)s END"
    tamper(swap + " WHERE ticket_number IN (1, 3)", a=players[0].pk, b=players[1].pk)
    # Everyone has as many as before: only the payments tell.
    assert CHECKS["statistics"]() is CHECKS["ticket counts"]() is None
    assert first_bad("payments")["transaction_id"] == payment(players[0]).pk


@pytest.mark.parametrize("paid_with", ["999999", "transaction_id"])
def test_a_ticket_that_was_made_up_is_named_although_it_was_counted(sold, players, paid_with):
    tamper(
        "INSERT INTO participations (user_id, draw_id, ticket_number, transaction_id, taken_on)"
        f" SELECT user_id, draw_id, 4, {paid_with}, taken_on FROM participations WHERE ticket_number = 3",
        "UPDATE draws SET current_participants = 4",
        "UPDATE users SET total_participations = total_participations + 1 WHERE id = %(p)s",
        p=players[1].pk,
    )
    assert CHECKS["ticket counts"]() is CHECKS["statistics"]() is CHECKS["ticket numbers"]() is None
    expected = None if paid_with == "999999" else payment(players[1]).pk
    assert first_bad("payments")["transaction_id"] == expected


def test_the_draw_is_named_whose_ticket_was_deleted_with_its_count(sold, players):
    tamper(
        "DELETE FROM participations WHERE ticket_number = 2",
        "UPDATE draws SET current_participants = 2 WHERE id = %(d)s",
        d=sold.pk,
    )
    row = first_bad("ticket numbers")
    assert (row["draw_id"], row["highest"], row["tickets"]) == (sold.pk, 3, 2)
    assert first_bad("payments")["transaction_id"] == payment(players[0]).pk


def test_the_payment_is_named_that_a_cheaper_price_would_not_explain(sold, players):
    tamper("UPDATE draws SET entry_fee = 4 WHERE id = %(d)s", d=sold.pk)
    assert first_bad("payments")["transaction_id"] == payment(players[0]).pk


def test_a_refund_for_a_draw_that_was_never_cancelled_is_named(sold, players):
    paid = payment(players[1])
    refund = forge(user_id=paid.user_id, type="refund", amount=-paid.amount, reverses_id=paid.pk)
    assert first_bad("refunded tickets") == {"transaction_id": refund, "draw_id": sold.pk}


def test_the_refund_is_named_that_gives_another_players_payment_back(make_draw, players):
    draw = make_draw()
    for player in players:
        take_tickets(player.pk, draw.pk, 1, "request-1")
    cancel_draw(draw.pk, reason="The host withdrew.")
    close_due_draws()
    tamper(
        "DELETE FROM transactions WHERE reverses_id = %(t)s",
        "UPDATE transactions SET reverses_id = %(t)s WHERE type = 'refund' AND user_id = %(p)s",
        t=payment(players[1]).pk,
        p=players[0].pk,
    )
    refund = Transaction.objects.get(type="refund", user=players[0])
    assert first_bad("refunds")["transaction_id"] == refund.pk
    assert first_bad("settled")["draw_id"] == draw.pk


@pytest.fixture
def drawn(make_draw, players):
    """A drawn draw with two winners, a prize of coins and money each."""
    draw = make_draw(winner_count=2, prize_amount=Decimal("20.00"), prize_policy="one_prize_per_player")
    for player in players:
        take_tickets(player.pk, draw.pk, 2, "request-1")
    let_close(draw)
    close_due_draws()
    return draw


def test_the_first_winner_is_named_when_two_winners_swapped_places(drawn):
    tamper("UPDATE winners SET place = place + 10", "UPDATE winners SET place = 11 - place")
    first = Winner.objects.order_by("pk")[0]
    assert first_bad("winners")["winner_id"] == first.pk
    assert first_bad("first winners")["draw_id"] == drawn.pk


def test_the_winner_is_named_who_was_given_somebody_elses_win(drawn, players):
    winner = Winner.objects.order_by("pk")[1]
    other = next(player for player in players if player.pk != winner.user_id)
    tamper("UPDATE winners SET user_id = %(p)s WHERE id = %(w)s", p=other.pk, w=winner.pk)
    row = first_bad("winners")
    assert (row["winner_id"], row["user_id"]) == (winner.pk, other.pk)
    assert first_bad("prizes")["winner_id"] == winner.pk


def test_a_winner_who_was_made_up_is_named(drawn):
    free = Participation.objects.filter(win=None).order_by("pk")[0]
    tamper(
        "INSERT INTO winners (user_id, draw_id, ticket_id, place, prize_coins, settled_at)"
        " VALUES (%(p)s, %(d)s, %(t)s, 2, 100, now())",
        p=free.user_id,
        d=drawn.pk,
        t=free.pk,
    )
    made_up = Winner.objects.get(place=2)
    assert first_bad("winners")["winner_id"] == made_up.pk
    assert first_bad("prizes")["winner_id"] == made_up.pk


def test_a_win_that_was_deleted_leaves_its_draw_and_its_prize_named(drawn):
    gone = Winner.objects.get(place=1)
    tamper("DELETE FROM winners WHERE id = %(w)s", w=gone.pk)
    assert first_bad("first winners")["draw_id"] == drawn.pk
    assert first_bad("prizes")["transaction_id"] == gone.transaction_id
    assert Draw.objects.get().winner_id is not None
