"""Coins that are asked for from many sides at once are spent, given and returned once."""

import threading

import pytest
from allauth.account.models import EmailAddress
from django.db import connection

from accounts.models import User
from draws.entries.take import Entry, take_tickets
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws, draw_winners, freeze_draw
from draws.lifecycle.settle import settle_draw
from draws.models import Draw, Participation, Winner
from ledger import services
from ledger.bonuses import claim_daily_bonus
from ledger.models import Transaction
from tests.conftest import defects, let_close, unguarded
from tests.races.together import at_once, refusals
from tests.support.coins import move, order

pytestmark = pytest.mark.django_db(transaction=True)


def sum_of_rows(user):
    return sum(Transaction.objects.filter(user=user).values_list("amount", flat=True))


def test_twenty_entries_of_thirty_coins_against_a_hundred_buy_exactly_three(make_player, make_draw):
    player = make_player("player", coins=100)
    draw = make_draw(entry_fee=30, max_participants=100, max_per_player=100)
    outcomes = at_once(
        [lambda n=n: take_tickets(player.pk, draw.pk, 1, f"request-{n:04}") for n in range(20)]
    )
    assert refusals(outcomes) == ["NotEnoughCoins"] * 17
    assert sorted(outcome.balance for outcome in outcomes if isinstance(outcome, Entry)) == [10, 40, 70]
    assert (services.balance(player.pk), sum_of_rows(player)) == (10, 10)
    assert list(Participation.objects.order_by("id").values_list("ticket_number", flat=True)) == [1, 2, 3]


def test_twenty_entries_of_a_player_without_coins_and_without_a_history_buy_nothing(make_player, draw):
    newcomer = make_player("newcomer", coins=50, confirmed=False)
    # Confirmed in bulk: no bonus, so there is no earlier row of the ledger that could be locked.
    EmailAddress.objects.filter(user=newcomer).update(verified=True)
    outcomes = at_once(
        [lambda n=n: take_tickets(newcomer.pk, draw.pk, 1, f"request-{n:04}") for n in range(20)]
    )
    assert refusals(outcomes) == ["NotEnoughCoins"] * 20
    assert User.objects.get(pk=newcomer.pk).coins == 0
    assert not Transaction.objects.filter(user=newcomer).exists()


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_the_same_twenty_who_look_before_they_pay_spend_six_times_the_coins(make_player):
    player = make_player("player", coins=100)
    all_have_looked = threading.Barrier(20, timeout=30)

    def pay(n):
        with unguarded() as cursor:
            cursor.execute("SELECT coins FROM users WHERE id = %s", [player.pk])
            left = cursor.fetchone()[0] - 30
            all_have_looked.wait()
            if left < 0:
                raise LookupError("not enough coins")
            cursor.execute("UPDATE users SET coins = %s WHERE id = %s", [left, player.pk])
            cursor.execute(
                "INSERT INTO transactions (user_id, type, amount, user_seq, balance_after)"
                " VALUES (%s, 'entry', -30, %s, %s)",
                [player.pk, 100 + n, left],
            )

    assert refusals(at_once([lambda n=n: pay(n) for n in range(20)])) == []
    assert (services.balance(player.pk), sum_of_rows(player)) == (70, 100 - 20 * 30)
    assert {defect.split(":")[0] for defect in defects()} >= {"coins", "chain", "house"}


def test_twenty_corrections_down_at_once_never_go_below_zero(make_player):
    player = make_player("player", coins=100)
    boss = make_player("boss", is_staff=True, is_superuser=True)
    outcomes = at_once(
        [
            lambda n=n: services.adjust(player.pk, -30, "Given by mistake", actor=boss, key=f"mistake:{n}")
            for n in range(20)
        ]
    )
    assert refusals(outcomes) == ["InsufficientCoins"] * 17
    assert (services.balance(player.pk), sum_of_rows(player)) == (10, 10)


def test_a_daily_visit_claimed_twenty_times_at_once_is_credited_once(alice):
    outcomes = at_once([lambda: claim_daily_bonus(alice)] * 20)
    assert refusals(outcomes) == []
    assert len({row.pk for row, _ in outcomes}) == 1
    assert services.balance(alice.pk) == 53


def test_a_payment_returned_twenty_times_at_once_is_returned_once(draw, alice):
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    paid = Transaction.objects.get(user=alice, type="entry")
    cancel_draw(draw.pk, reason="The host withdrew.")
    outcomes = at_once([lambda: services.reverse(paid.pk, description="Returned")] * 20)
    assert refusals(outcomes) == []
    assert len({row.pk for row in outcomes}) == 1
    assert services.balance(alice.pk) == 50


@pytest.fixture
def players_of_a_closing_draw(make_draw, make_player):
    players = [make_player(f"player{number}") for number in range(6)]
    draw = make_draw(winner_count=4)
    for player in players:
        take_tickets(player.pk, draw.pk, 1, "request-1")
    let_close(draw)
    return players, draw


@pytest.mark.parametrize("drawn_before", [False, True])
def test_a_draw_settled_by_many_workers_at_once_pays_each_prize_once(players_of_a_closing_draw, drawn_before):
    players, draw = players_of_a_closing_draw
    if drawn_before:
        # All of them find the same winners unpaid.
        assert (freeze_draw(draw.pk), draw_winners(draw.pk)) == (True, True)
    outcomes = at_once([close_due_draws] * 4 + [lambda: settle_draw(draw.pk)] * 12)
    assert refusals(outcomes) == []
    close_due_draws()
    assert Winner.objects.filter(draw=draw).count() == 4
    assert sorted(services.balance(player.pk) for player in players) == [45] * 2 + [145] * 4
    assert Draw.objects.get(pk=draw.pk).settled_at is not None


def test_a_key_that_was_used_invents_no_coin_whichever_way_the_row_is_inserted(alice):
    move(alice.pk, 100, "the-key")

    def rows():
        return [Transaction(user=alice, type="import", amount=100, idempotency_key="the-key")]

    def in_sql():
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO transactions (user_id, type, amount, idempotency_key)"
                " VALUES (%s, 'import', 100, 'the-key') ON CONFLICT DO NOTHING",
                [alice.pk],
            )

    outcomes = at_once(
        [lambda: Transaction.objects.bulk_create(rows(), ignore_conflicts=True)] * 10 + [in_sql] * 10
    )
    assert refusals(outcomes) == []
    assert (services.balance(alice.pk), sum_of_rows(alice)) == (150, 150)


def test_a_new_key_inserted_from_twenty_sides_moves_the_coins_once(alice):
    order(alice.pk, 100, "the-key")

    def insert():
        rows = [Transaction(user=alice, type="import", amount=100, idempotency_key="the-key")]
        Transaction.objects.bulk_create(rows, ignore_conflicts=True)

    assert refusals(at_once([insert] * 20)) == []
    assert (services.balance(alice.pk), sum_of_rows(alice)) == (150, 150)


# What looks natural, and is not the site's way: coins move before it is known whether the row stays.
MOVE_TOO_EARLY = """
CREATE FUNCTION move_too_early() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE users SET coins = coins + NEW.amount WHERE id = NEW.user_id;
    RETURN NEW;
END $$;
CREATE TRIGGER z_move_too_early BEFORE INSERT ON transactions FOR EACH ROW EXECUTE FUNCTION move_too_early();
ALTER TABLE users DISABLE TRIGGER guard_coins;
"""
MOVE_IN_TIME = """
DROP TRIGGER z_move_too_early ON transactions;
DROP FUNCTION move_too_early();
ALTER TABLE users ENABLE TRIGGER guard_coins;
"""


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_coins_that_move_before_the_insert_are_invented_for_a_key_that_was_used(alice):
    move(alice.pk, 100, "the-key")
    rows = [Transaction(user=alice, type="import", amount=100, idempotency_key="the-key")]
    with connection.cursor() as cursor:
        cursor.execute(MOVE_TOO_EARLY)
    try:
        Transaction.objects.bulk_create(rows, ignore_conflicts=True)
    finally:
        with connection.cursor() as cursor:
            cursor.execute(MOVE_IN_TIME)
    assert (services.balance(alice.pk), sum_of_rows(alice)) == (250, 150)
    assert [defect.split(":")[0] for defect in defects()] == ["coins", "house"]
