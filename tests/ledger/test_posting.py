"""Coins move once, whole, and only through a transaction, whoever writes."""

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts.models import User
from draws.lifecycle.cancel import cancel_draw
from ledger.exceptions import IdempotencyConflict, InsufficientCoins, LedgerError, NoSuchPlayer, NotReversible
from ledger.models import Transaction
from ledger.services import MOST_GIVEN, adjust, balance, history, post, reverse
from tests.conftest import defects, unguarded
from tests.support.coins import move, order
from tests.support.pages import finish, take

pytestmark = pytest.mark.django_db


def paid_for(player: User, draw: Any) -> Transaction:
    """A player's payment for tickets of a draw that was then cancelled."""
    take(player, draw, 4)
    cancel_draw(draw.pk, reason="The prize is gone")
    return Transaction.objects.get(user=player, type="entry", reference=f"draw:{draw.pk}")


def refused(sql: str, *values: Any) -> str:
    """The sentence with which the database refuses a statement."""
    with pytest.raises(DatabaseError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)
    return str(error.value)


def test_a_confirmed_player_starts_with_the_welcome_bonus(alice):
    [welcome] = history(alice.pk)
    assert (welcome.type, welcome.amount, welcome.balance_after, welcome.user_seq) == (
        "signup_bonus",
        50,
        50,
        1,
    )
    assert balance(alice.pk) == 50


def test_each_movement_carries_its_number_and_the_balance_after_it(alice):
    move(alice.pk, 3, "a")
    move(alice.pk, -13, "b")
    assert [(row.user_seq, row.amount, row.balance_after) for row in history(alice.pk)] == [
        (3, -13, 40),
        (2, 3, 53),
        (1, 50, 50),
    ]
    assert balance(alice.pk) == 40


def test_the_same_key_moves_coins_once_and_answers_the_first_row(alice):
    first = move(alice.pk, 3, "daily")
    assert move(alice.pk, 3, "daily").pk == first.pk
    assert balance(alice.pk) == 53


@pytest.mark.parametrize("change", [{"amount": 4}, {"type": "prize"}, {"reference": "draw:1"}])
def test_the_same_key_for_another_movement_is_an_error(alice, change):
    move(alice.pk, 3, "daily")
    again = {"type": "import", "amount": 3, "key": "daily"} | change
    with pytest.raises(IdempotencyConflict):
        post(alice.pk, **again)
    assert balance(alice.pk) == 53


def test_a_key_used_for_one_player_is_refused_for_another(alice, bob):
    move(alice.pk, 3, "daily")
    with pytest.raises(IdempotencyConflict):
        post(bob.pk, "import", 3, "daily")
    assert balance(bob.pk) == 50


def test_a_player_cannot_spend_more_than_they_have(alice):
    with pytest.raises(InsufficientCoins) as error:
        post(alice.pk, "entry", -51, "too-much")
    assert "Nothing was charged" in error.value.message
    assert balance(alice.pk) == 50
    assert len(history(alice.pk)) == 1


@pytest.mark.parametrize("amount", [0, 2**31 - 1])
def test_a_movement_of_nothing_or_of_too_much_is_refused(alice, amount):
    with pytest.raises(LedgerError):
        post(alice.pk, "adjustment", amount, "odd", description="x", actor_id=alice.pk)
    assert balance(alice.pk) == 50


def test_nobody_has_no_coins(db):
    with pytest.raises(NoSuchPlayer):
        balance("nobody")
    with pytest.raises(NoSuchPlayer):
        post("nobody", "daily_bonus", 3, "x")


def test_a_payment_is_given_back_once_and_whole(alice, draw):
    paid = paid_for(alice, draw)
    refund = reverse(paid.pk, description="Returned")
    assert reverse(paid.pk).pk == refund.pk
    assert (refund.amount, refund.reverses_id, refund.reference) == (20, paid.pk, f"draw:{draw.pk}")
    assert balance(alice.pk) == 50


def test_only_a_payment_can_be_given_back(alice):
    [welcome] = history(alice.pk)
    for unreversible in (welcome.pk, 10**9):
        with pytest.raises(NotReversible):
            reverse(unreversible)


def test_a_refund_that_is_not_whole_or_not_the_players_own_is_refused(alice, bob, draw):
    paid = paid_for(alice, draw)
    sql = "INSERT INTO transactions (user_id, type, amount, reverses_id) VALUES (%s, 'refund', %s, %s)"
    assert "gives one payment" in refused(sql, alice.pk, 19, paid.pk)
    assert "gives one payment" in refused(sql, bob.pk, 20, paid.pk)
    assert "refund_reverses_an_entry" in refused(sql, alice.pk, 20, None)


def test_an_adjustment_says_who_and_why(alice, make_player):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    row = adjust(alice.pk, -7, " counted twice ", actor=boss, key="adjust")
    assert (row.amount, row.description, row.actor_id) == (-7, "counted twice", boss.pk)
    with pytest.raises(LedgerError):
        adjust(alice.pk, 7, "   ", actor=boss, key="adjust-2")
    sql = "INSERT INTO transactions (user_id, type, amount, description) VALUES (%s, 'adjustment', 5, %s)"
    assert "says_who_and_why" in refused(sql, alice.pk, "no actor")


@pytest.mark.parametrize(("type_", "amount"), [("entry", 5), ("prize", -5), ("daily_bonus", -1), ("gift", 5)])
def test_the_sign_fits_the_type_and_the_type_is_known(alice, type_, amount):
    refused("INSERT INTO transactions (user_id, type, amount) VALUES (%s, %s, %s)", alice.pk, type_, amount)
    assert balance(alice.pk) == 50


def test_the_documented_columns_and_an_ordered_key_are_enough_to_insert_a_movement(alice):
    order(alice.pk, 25, "before")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO transactions (user_id, type, amount, description, created_at, idempotency_key) "
            "VALUES (%s, 'import', 25, 'From before', now(), 'before')",
            [alice.pk],
        )
    assert balance(alice.pk) == 75
    assert defects() == []


def ordered(player: User, amount: int) -> Transaction:
    """A row that an operator ordered, and nobody posted yet."""
    key = f"ordered:{player.pk}:{amount}"
    order(player.pk, amount, key)
    return Transaction(user=player, type="import", amount=amount, idempotency_key=key)


def test_many_rows_of_one_player_in_one_statement_add_up(alice, bob):
    rows = [ordered(user, n) for n in (5, -3, 10) for user in (alice, bob)]
    Transaction.objects.bulk_create(rows)
    assert (balance(alice.pk), balance(bob.pk)) == (62, 62)
    assert [row.user_seq for row in history(alice.pk)] == [4, 3, 2, 1]
    assert defects() == []


def test_a_statement_that_would_go_below_zero_in_between_leaves_no_trace(alice):
    with pytest.raises(IntegrityError), transaction.atomic():
        Transaction.objects.bulk_create([ordered(alice, amount) for amount in (-51, 100)])
    assert balance(alice.pk) == 50


def test_a_row_that_a_conflict_skips_moves_no_coins(alice):
    move(alice.pk, 3, "daily")
    again = Transaction(user=alice, type="import", amount=3, idempotency_key="daily")
    Transaction.objects.bulk_create([again], ignore_conflicts=True)
    assert balance(alice.pk) == 53
    assert defects() == []


@pytest.mark.owner
def test_transactions_are_never_changed_or_removed(alice):
    move(alice.pk, 3, "daily")
    assert "never changed" in refused("UPDATE transactions SET amount = 4 WHERE idempotency_key = 'daily'")
    assert "never changed" in refused("UPDATE transactions SET description = 'x'")
    assert "never changed" in refused("DELETE FROM transactions")
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # rows with pending checks could not be emptied anyway
    assert "never changed" in refused("TRUNCATE transactions CASCADE")
    assert balance(alice.pk) == 53


@pytest.mark.owner
def test_coins_are_written_only_by_the_ledger(alice):
    assert "cannot be set to 51" in refused("UPDATE users SET coins = coins + 1 WHERE id = %s", alice.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(coins=1000)
    assert "starts with 0 coins" in refused("INSERT INTO users (email, coins) VALUES ('rich@x.example', 5)")
    assert balance(alice.pk) == 50


def test_saving_an_older_copy_of_a_player_changes_no_coins(alice):
    older = User.objects.get(pk=alice.pk)
    move(alice.pk, 3, "daily")
    older.first_name = "Alicia"
    older.save()
    fresh = User.objects.get(pk=alice.pk)
    assert (fresh.first_name, fresh.coins) == ("Alicia", 53)


def test_the_hash_covers_every_field_and_the_row_before(alice):
    for n in range(3):
        move(alice.pk, 3, f"daily-{n}")
    changes = {
        "description": "'other'",
        "reference": "'draw:9'",
        "idempotency_key": "'other'",
        "created_at": "created_at + interval '1 second'",
        "actor_id": "user_id",
        "type": "'prize'",
    }
    for column, value in changes.items():
        with transaction.atomic(), unguarded() as cursor:
            cursor.execute(f"UPDATE transactions SET {column} = {value} WHERE idempotency_key = 'daily-1'")
            [found] = [defect for defect in defects() if defect.startswith("chain: ")]
            assert "user_seq 3" in found
            transaction.set_rollback(True)
    assert defects() == []


def test_the_hash_does_not_depend_on_the_session(alice):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL TimeZone = 'Asia/Tokyo'")
        cursor.execute("SET LOCAL bytea_output = 'escape'")
        move(alice.pk, 3, "daily")
        assert defects() == []
        cursor.execute("SET LOCAL TimeZone = 'UTC'")
        cursor.execute("SET LOCAL bytea_output = 'hex'")
        assert defects() == []


def test_players_and_house_sum_to_zero(alice, bob, draw):
    take(alice, draw, 4)
    finish(draw)
    with connection.cursor() as cursor:
        cursor.execute("SELECT account, coins FROM ledger_house")
        house = dict(cursor.fetchall())
    assert house == {"players": 180, "issued": -100, "pots": 20, "prizes": -100}


def test_history_goes_on_below_the_last_row_shown(alice):
    for n in range(5):
        move(alice.pk, 1, f"daily-{n}")
    first = history(alice.pk, limit=4)
    rest = history(alice.pk, before_seq=first[-1].user_seq, limit=4)
    assert [row.user_seq for row in first + rest] == [6, 5, 4, 3, 2, 1]


def test_who_has_a_purse_full_of_gifts_is_given_no_more_and_pays_as_always(make_player):
    rich = make_player("rich", coins=MOST_GIVEN)
    for type in ("daily_bonus", "import"):
        with pytest.raises(
            LedgerError, match="A player cannot be given more than 1,000,000,000 coins in all"
        ):
            post(rich.pk, type, 1, f"more:{type}")
    assert balance(rich.pk) == MOST_GIVEN
    assert move(rich.pk, -1, "less").balance_after == MOST_GIVEN - 1
    assert move(rich.pk, 1, "up-to-the-brim").balance_after == MOST_GIVEN


def test_the_database_keeps_the_room_for_what_is_owed_whoever_writes(make_player, draw):
    rich = make_player("rich", coins=MOST_GIVEN)
    take(rich, draw)
    rows = [ordered(rich, amount) for amount in (5, 1)]
    with (
        pytest.raises(IntegrityError, match="transactions_leave_room"),
        transaction.atomic(),
    ):
        Transaction.objects.bulk_create(rows)
    assert balance(rich.pk) == MOST_GIVEN - 5
    Transaction.objects.bulk_create(rows[:1])
    finish(draw)
    assert balance(rich.pk) == MOST_GIVEN + draw.prize_coins


def test_what_is_owed_fits_into_a_purse_full_of_gifts(make_player, make_draw):
    rich = make_player("rich", coins=MOST_GIVEN)
    won, lost, cancelled = make_draw(prize_coins=100_000_000), make_draw(), make_draw()
    take(rich, won)
    paid = paid_for(rich, cancelled)
    move(rich.pk, 25, "filled-up-meanwhile")
    assert reverse(paid.pk).balance_after == MOST_GIVEN + 20
    finish(won)
    assert balance(rich.pk) == MOST_GIVEN + 100_000_020
    take(rich, lost)
    assert balance(rich.pk) == MOST_GIVEN + 100_000_015
