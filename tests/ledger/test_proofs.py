"""Somebody has the site's own database role and invents coins: every row needs a fact that is not theirs."""

from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.db import DatabaseError, connection, transaction

from ledger.bonuses import claim_daily_bonus
from ledger.models import Transaction
from ledger.rates import rate
from ledger.services import balance
from tests.conftest import defects, unguarded
from tests.support.coins import follow_settings, order
from tests.support.forgery import as_site, forge, found, refused

# The attacks act as the site's role, which they make themselves.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]

# -- bonuses --

BONUS = "INSERT INTO transactions (user_id, type, amount, idempotency_key) VALUES (%s, %s, %s, %s)"


@pytest.fixture
def unconfirmed(make_player):
    return make_player("newcomer", confirmed=False)


def confirm_unseen(player):
    """A confirmed address whose welcome the site has not given yet."""
    EmailAddress.objects.filter(user=player).update(verified=True)


def test_a_welcome_of_a_million_coins_is_refused(unconfirmed):
    confirm_unseen(unconfirmed)
    refused(BONUS, unconfirmed.pk, "signup_bonus", 1_000_000, f"signup:{unconfirmed.pk}")
    as_site(BONUS, unconfirmed.pk, "signup_bonus", 50, f"signup:{unconfirmed.pk}")
    assert balance(unconfirmed.pk) == 50


def test_a_second_welcome_under_another_key_is_refused(alice):
    refused(BONUS, alice.pk, "signup_bonus", 50, "signup:again")
    refused(BONUS, alice.pk, "signup_bonus", 50, f"signup:{alice.pk}", sqlstate="23505")


def test_a_welcome_without_a_confirmed_email_is_refused(unconfirmed):
    refused(BONUS, unconfirmed.pk, "signup_bonus", 50, f"signup:{unconfirmed.pk}")


def visit_key(player, later=0):
    with connection.cursor() as cursor:
        cursor.execute("SELECT visit_key(%s, %s)", [player.pk, later])
        return cursor.fetchone()[0]


@pytest.mark.parametrize("later", [-1, 1, 30])
def test_a_visit_on_another_day_than_today_is_refused(alice, later):
    refused(BONUS, alice.pk, "daily_bonus", 3, visit_key(alice, later))


def test_a_visit_under_a_key_of_the_callers_own_is_refused(alice, bob):
    refused(BONUS, alice.pk, "daily_bonus", 3, "another visit")
    refused(BONUS, alice.pk, "daily_bonus", 3, visit_key(bob))


def test_a_visit_for_more_coins_than_the_rate_is_refused(alice):
    refused(BONUS, alice.pk, "daily_bonus", 300, visit_key(alice))


def test_a_visit_of_a_day_before_the_last_one_is_refused(alice):
    """Whoever visits in the east and then moves west would have yesterday once more."""
    move_to(alice, "Pacific/Kiritimati")
    claim_daily_bonus(alice)
    move_to(alice, "Etc/GMT+12")
    refused(BONUS, alice.pk, "daily_bonus", 3, visit_key(alice))


def move_to(player, zone):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET time_zone = %s WHERE id = %s", [zone, player.pk])
    player.refresh_from_db()


def test_a_bonus_is_dated_by_the_database_whatever_the_caller_says(alice):
    as_site(
        "INSERT INTO transactions (user_id, type, amount, idempotency_key, created_at)"
        " VALUES (%s, 'daily_bonus', 3, %s, '2020-01-01')",
        alice.pk,
        visit_key(alice),
    )
    row = Transaction.objects.get(user=alice, type="daily_bonus")
    assert row.created_at > alice.created_at - timedelta(minutes=1)
    assert defects() == []


def test_a_bonus_that_says_it_came_over_from_the_old_site_is_refused(alice):
    statement = (
        "INSERT INTO transactions (user_id, type, amount, idempotency_key, reference)"
        " VALUES (%s, %s, 1000000, 'import:tx:1', 'old:1:daily')"
    )
    for kind in ("signup_bonus", "daily_bonus", "import"):
        refused(statement, alice.pk, kind)


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO coin_rates (kind, coins) VALUES ('signup_bonus', 1000000)",
        "UPDATE coin_rates SET coins = 1000000",
        "DELETE FROM coin_rates",
        "UPDATE coin_proofs SET after = 1000000",
        "DELETE FROM coin_proofs",
    ],
)
def test_the_site_may_not_write_what_coins_are_proven_by(statement):
    refused(statement, sqlstate="42501")


def test_the_owner_does_not_change_a_rate_that_was_in_force_either(db):
    for statement in ("UPDATE coin_rates SET coins = 7", "DELETE FROM coin_rates", "TRUNCATE coin_rates"):
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            connection.cursor().execute(statement)


def test_a_release_with_another_bonus_gives_it_from_its_migration_on(make_player, settings):
    old = make_player("old")
    settings.SIGNUP_BONUS_COINS = 80
    before = make_player("before")
    follow_settings()
    after = make_player("after", coins=80)
    assert [balance(player.pk) for player in (old, before, after)] == [50, 50, 80]
    assert rate("signup_bonus") == 80
    assert defects() == []


@pytest.mark.parametrize(
    ("type_", "amount", "key"),
    [
        ("signup_bonus", 50, "signup:forged"),
        ("daily_bonus", 3_000, "daily:{player}:{today}"),
        ("daily_bonus", 3, "daily:{player}:2020-01-01"),
    ],
)
def test_the_check_names_a_forged_bonus(alice, type_, amount, key):
    today = visit_key(alice).rpartition(":")[2]
    key = key.format(player=alice.pk, today=today)
    number = forge(user_id=alice.pk, type=type_, amount=amount, idempotency_key=key)
    assert found("bonuses", number)


# -- coins of the old site --

OLD = """INSERT INTO transactions (user_id, type, amount, idempotency_key)
         VALUES (%s, 'import', %s, 'import:tx:1')"""


def test_coins_that_nobody_ordered_do_not_come_over(alice):
    refused(OLD, alice.pk, 1_000_000)


def test_an_order_is_for_its_player_and_its_coins_alone_and_once(alice, bob):
    order(alice.pk, 20, "import:tx:1")
    refused(OLD, alice.pk, 21)
    refused(OLD, bob.pk, 20)
    as_site(OLD, alice.pk, 20)
    refused(OLD, alice.pk, 20, sqlstate="23505")
    assert balance(alice.pk) == 70
    assert defects() == []


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO coin_orders (idempotency_key, user_id, coins) SELECT 'mine', id, 1000000 FROM users",
        "UPDATE coin_orders SET coins = 1000000",
        "DELETE FROM coin_orders",
    ],
)
def test_the_site_may_not_order_coins(alice, statement):
    refused(statement, sqlstate="42501")


@pytest.mark.parametrize("type_", ["signup_bonus", "daily_bonus", "import"])
def test_the_check_names_a_forged_row_of_the_old_site(alice, type_):
    order(alice.pk, 7, "forged")
    number = forge(user_id=alice.pk, type=type_, amount=700, reference="old:1:daily")
    assert found("orders", number)
