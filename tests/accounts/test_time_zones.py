"""Days are counted in the player's time zone: nobody has one day twice by moving to another."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts import time_zones
from accounts.models import User
from draws.models import Participation
from ledger.bonuses import claim_daily_bonus, visit_today
from ledger.models import Transaction
from ledger.services import balance
from ledger.visits import next_visit_at
from tests.conftest import defects, unguarded
from tests.races.together import at_once
from tests.support.pages import signed_in, take, words

pytestmark = pytest.mark.django_db

# At every moment one of them has a later date than the other.
WEST, EAST = "Pacific/Pago_Pago", "Pacific/Kiritimati"


def move(player: User, zone: str):
    fields = {"first_name": "Alice", "last_name": "", "time_zone": zone}
    return signed_in(player).post("/profile/", fields, follow=True)


def as_if_earlier(player: User, hours: float) -> None:
    """As if everything that the player did had happened so many hours earlier."""
    span = timedelta(hours=hours)
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE transactions SET created_at = created_at - %s WHERE user_id = %s", [span, player.pk]
        )
        cursor.execute(
            "UPDATE users SET time_zone_changed_at = time_zone_changed_at - %s WHERE id = %s",
            [span, player.pk],
        )


@pytest.mark.parametrize(("home", "abroad"), [(WEST, EAST), (EAST, WEST)])
def test_moving_brings_no_second_visit_within_24_hours(make_player, home, abroad):
    alice = make_player("alice", time_zone=home)
    client = signed_in(alice)
    client.post("/coins/daily/")
    assert "Saved." in words(move(alice, abroad))
    page = words(client.post("/coins/daily/", follow=True))
    assert "You have already collected today’s coins. You can collect the next ones:" in page
    assert "Collect 3 coins" not in page
    assert balance(alice.pk) == 53


def test_the_page_says_the_very_time_from_which_the_next_coins_can_be_collected(make_player):
    alice = make_player("alice", time_zone=WEST)
    claim_daily_bonus(alice)
    move(alice, EAST)
    alice.refresh_from_db()
    visited = Transaction.objects.get(user=alice, type="daily_bonus").created_at
    opens = next_visit_at(alice)
    assert opens == visited + timedelta(hours=24)
    here = opens.astimezone(alice.tz)
    assert f"You can collect the next 3 coins: tomorrow, {here:%H:%M} (your time)." in words(
        signed_in(alice).get("/coins/")
    )
    as_if_earlier(alice, 24)
    assert visit_today(alice) == "open"
    assert claim_daily_bonus(User.objects.get(pk=alice.pk))[1]
    assert balance(alice.pk) == 56


def test_without_moving_the_next_coins_come_at_midnight(alice):
    claim_daily_bonus(alice)
    midnight = (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    assert next_visit_at(alice) == midnight
    assert "the next 3 coins: tomorrow, 00:00 (UTC)" in words(signed_in(alice).get("/coins/"))


def test_the_database_takes_no_second_visit_of_a_player_who_moved(make_player):
    alice = make_player("alice", time_zone=WEST)
    claim_daily_bonus(alice)
    move(alice, EAST)
    insert = (
        "INSERT INTO transactions (user_id, type, amount, idempotency_key) "
        "VALUES (%s, 'daily_bonus', 3, visit_key(%s))"
    )
    refused = pytest.raises(DatabaseError, match="less than 24 hours ago")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(insert, [alice.pk, alice.pk])
    assert balance(alice.pk) == 53


def test_moving_adds_no_day_to_the_streak_within_24_hours(make_player, draw):
    alice = make_player("alice", time_zone=WEST)
    take(alice, draw)
    move(alice, EAST)
    alice.refresh_from_db()
    for _ in range(2):
        take(alice, draw)
        alice.refresh_from_db()
        assert alice.current_streak == 1
    assert Participation.objects.filter(user=alice).values("taken_on").distinct().count() == 1
    assert defects() == []
    as_if_earlier(alice, 24)
    take(alice, draw)
    alice.refresh_from_db()
    assert alice.last_ticket_on == alice.today()
    # Their times were set back, so their hashes are wrong.
    assert [defect for defect in defects() if not defect.startswith("chain:")] == []


def test_a_time_zone_changes_once_a_week(alice):
    assert "Saved." in words(move(alice, EAST))
    page = move(alice, WEST)
    assert page.status_code == 400
    assert "You can change your time zone once a week" in words(page)
    assert move(alice, EAST).status_code == 200, "the rest of the form is saved"
    as_if_earlier(alice, 7 * 24)
    assert "Saved." in words(move(alice, WEST))
    alice.refresh_from_db()
    assert alice.time_zone == WEST


def test_nobody_changes_a_time_zone_twice_a_week_or_when_it_was_changed(alice):
    move(alice, EAST)
    alice.refresh_from_db()
    with pytest.raises(DatabaseError, match="once a week"), transaction.atomic():
        User.objects.filter(pk=alice.pk).update(time_zone=WEST)
    User.objects.filter(pk=alice.pk).update(time_zone_changed_at=None)
    assert User.objects.get(pk=alice.pk).time_zone_changed_at == alice.time_zone_changed_at


@pytest.mark.django_db(transaction=True)
def test_of_two_changes_at_once_one_is_told_that_it_is_too_soon(make_player):
    alice = make_player("alice")
    answers = at_once([lambda zone=zone: move(alice, zone).status_code for zone in (EAST, WEST)])
    assert sorted(answers) == [200, 400]


@pytest.mark.parametrize(
    ("typed", "zone"),
    [
        ("Lisbon", "Europe/Lisbon"),
        ("  new   york ", "America/New_York"),
        ("Knox, Indiana, America", "America/Indiana/Knox"),
        ("Asia/Tokyo", "Asia/Tokyo"),
        ("UTC", "UTC"),
        ("Eastern, US", "US/Eastern"),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_a_zone_is_found_by_its_city_and_by_its_name(typed, zone):
    assert time_zones.find(typed) == zone


def test_each_line_of_the_list_of_cities_means_one_zone():
    assert {time_zones.find(label) for label in time_zones.labels()} == set(time_zones.labels().values())
    assert len(time_zones.labels()) > 300


@pytest.mark.parametrize("made_up", ["Nowhere/Land", "../etc/passwd", "x" * 5000, ""])
def test_a_cookie_with_no_zone_changes_nothing(client, made_up):
    client.cookies["time_zone"] = made_up
    assert "Times are shown in UTC." in words(client.get("/rules/"))


def test_nothing_is_offered_to_a_player_who_may_not_change_now_or_whose_clock_is_the_same(make_player):
    alice = make_player("alice", time_zone="Europe/Lisbon")
    client = signed_in(alice)
    client.cookies["time_zone"] = "Europe/London"
    assert "Your device shows" not in words(client.get("/rules/"))
    client.cookies["time_zone"] = "Asia/Tokyo"
    assert "Your device shows the time of Tokyo." in words(client.get("/rules/"))
    client.post("/profile/time-zone/", {"zone": "Asia/Tokyo", "next": "//elsewhere.example/"})
    client.cookies["time_zone"] = "Europe/Lisbon"
    assert "Your device shows" not in words(client.get("/rules/"))
    assert client.post("/profile/time-zone/", {"zone": "Europe/Lisbon"})["Location"] == "/"
    alice.refresh_from_db()
    assert alice.time_zone == "Asia/Tokyo"
