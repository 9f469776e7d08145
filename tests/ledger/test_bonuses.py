"""Coins come from a confirmed email, once, and from a visit a day."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from allauth.account.models import EmailAddress

from accounts.models import User
from accounts.players import confirm_email, create_player
from ledger.bonuses import (
    claim_daily_bonus,
    grant_missing_signup_bonuses,
    grant_signup_bonus,
    visit_today,
)
from ledger.services import balance, history
from tests.conftest import unguarded

pytestmark = pytest.mark.django_db


def move_to(player: User, zone: str) -> None:
    """Nobody moves the database's clock: the same moment is a later date further east."""
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET time_zone = %s WHERE id = %s", [zone, player.pk])
    player.refresh_from_db()


def test_the_welcome_bonus_comes_when_the_email_is_confirmed_and_not_before(make_player):
    player = make_player("new", confirmed=False)
    assert balance(player.pk) == 0
    confirm_email(player)
    confirm_email(player)
    assert balance(player.pk) == 50


def test_a_changed_bonus_does_not_break_a_second_confirmation(alice, settings):
    settings.SIGNUP_BONUS_COINS = 80
    grant_signup_bonus(alice.pk)
    EmailAddress.objects.create(user=alice, email="second@lucky11.example", verified=True)
    assert balance(alice.pk) == 50


def test_a_command_made_staff_member_gets_it_once_confirmed():
    user = User.objects.create_superuser("Boss@Lucky11.example", "tall-orange-kettle")
    assert (user.email, balance(user.pk)) == ("boss@lucky11.example", 0)
    confirm_email(user)
    assert balance(user.pk) == 50


def test_the_sweep_finds_confirmed_players_whom_the_bonus_missed():
    players = User.objects.bulk_create(User(email=f"bulk-{n}@lucky11.example") for n in range(3))
    EmailAddress.objects.bulk_create(
        EmailAddress(user=player, email=player.email, verified=number < 2, primary=True)
        for number, player in enumerate(players)
    )
    assert grant_missing_signup_bonuses() == 2
    assert grant_missing_signup_bonuses() == 0
    assert [balance(player.pk) for player in players] == [50, 50, 0]


def test_the_daily_bonus_comes_once_a_day_whatever_they_press(alice):
    move_to(alice, "Pacific/Honolulu")
    assert visit_today(alice) == "open"
    assert claim_daily_bonus(alice)[1]
    assert not claim_daily_bonus(alice)[1]
    assert visit_today(alice) != "open"
    assert balance(alice.pk) == 53
    move_to(alice, "Pacific/Kiritimati")  # where it is the next day
    assert visit_today(alice) == "open"
    assert claim_daily_bonus(alice)[1]
    assert balance(alice.pk) == 56


def test_the_day_is_the_players_own_by_the_databases_clock(alice):
    move_to(alice, "Pacific/Kiritimati")
    # A server of the site with a wrong clock gives no visit of another day.
    with time_machine.travel(datetime(2026, 3, 1, 10, 59, tzinfo=UTC), tick=False):
        claim_daily_bonus(alice)
    row = history(alice.pk)[0]
    zone = ZoneInfo("Pacific/Kiritimati")
    assert row.idempotency_key == f"daily:{alice.pk}:{row.created_at.astimezone(zone):%Y-%m-%d}"
    assert row.created_at.year > 2026 or row.created_at.month > 3


def test_two_players_with_emails_alike_but_for_case_are_one(db):
    create_player("Carla@Lucky11.example")
    with pytest.raises(Exception, match="users_email_once"):
        create_player("carla@lucky11.EXAMPLE")
