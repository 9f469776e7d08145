"""A break is the player's own wish, and nobody ends it early, by any route there is."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import PlayBreak
from accounts.play import breaks
from accounts.play.breaks import BreakRefused, current_break, is_on_break, on_break, take_break
from draws.entries.take import take_tickets
from draws.exceptions import OnBreak
from ledger.bonuses import claim_daily_bonus, visit_today
from ledger.exceptions import LedgerError
from ledger.services import balance
from tests.conftest import unguarded
from tests.support.pages import signed_in, take, words

pytestmark = pytest.mark.django_db


def assert_no_ticket(user, draw) -> None:
    coins = balance(user.pk)
    with pytest.raises(OnBreak):
        take(user, draw)
    assert balance(user.pk) == coins


def let_it_end(user) -> None:
    """Nobody moves the database's clock: the break began and ended earlier instead."""
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE play_breaks SET ends_at = clock_timestamp() - interval '1 second',"
            " starts_at = starts_at - (ends_at - clock_timestamp()) - interval '1 second' WHERE user_id = %s",
            [user.pk],
        )


@pytest.mark.parametrize(
    ("length", "days"),
    [
        ("day", 1),
        ("week", 7),
        ("month", 30),
        ("three-months", 90),
        ("six-months", 180),
        ("exclusion-six-months", 180),
        ("exclusion-year", 365),
        ("exclusion-five-years", 1826),
    ],
)
def test_a_break_holds_from_now_to_its_end_to_the_minute(alice, draw, length, days):
    rest = take_break(alice, length)
    assert rest.ends_at - rest.starts_at == timedelta(days=days)
    assert rest.kind == ("exclusion" if length.startswith("exclusion") else "break")
    assert_no_ticket(alice, draw)
    assert (current_break(alice), is_on_break(alice.pk)) == (rest, True)
    let_it_end(alice)
    assert (current_break(alice), is_on_break(alice.pk)) == (None, False)
    take(alice, draw)


def test_a_self_exclusion_for_good_has_no_end(alice, draw):
    assert take_break(alice, "exclusion-for-good").ends_at is None
    with pytest.raises(OnBreak) as refusal:
        take(alice, draw)
    assert refusal.value.ends_at is None
    assert refusal.value.message == (
        "You are on a break for good. No ticket was taken and nothing was charged."
    )
    for length in breaks.LENGTHS:
        with pytest.raises(BreakRefused, match="for good"):
            take_break(alice, length)


def test_the_refusal_says_when_the_break_ends_on_the_players_clock(draw, make_player):
    kenji = make_player("kenji", time_zone="Asia/Tokyo")
    with timezone.override(kenji.tz):
        rest = take_break(kenji, "week")
        with pytest.raises(OnBreak) as refusal:
            take(kenji, draw)
        shown = timezone.localtime(rest.ends_at) + timedelta(minutes=1)
        assert f"until {shown.day} {shown:%B %Y, %H:%M}." in refusal.value.message
    assert timedelta(0) <= refusal.value.ends_at - rest.ends_at < timedelta(seconds=1)


def test_a_break_is_made_longer_and_never_shorter(alice, draw):
    month = take_break(alice, "month")
    for shorter in ("day", "week", "month"):
        if shorter == "month":
            continue
        with pytest.raises(BreakRefused, match="but not shorter"):
            take_break(alice, shorter)
    assert current_break(alice) == month
    longer = take_break(alice, "exclusion-year")
    assert current_break(alice) == longer
    with pytest.raises(BreakRefused):
        take_break(alice, "six-months")
    assert PlayBreak.objects.count() == 2


@pytest.mark.parametrize("length", ["", "minute", "-1", "DAY"])
def test_a_length_that_is_not_on_offer_starts_nothing(alice, length):
    with pytest.raises(BreakRefused) as refusal:
        take_break(alice, length)
    assert refusal.value.status == 400
    assert not PlayBreak.objects.exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE play_breaks SET ends_at = clock_timestamp() + interval '1 second'",
        "UPDATE play_breaks SET user_id = %(bob)s",
        "UPDATE play_breaks SET starts_at = ends_at, ends_at = ends_at + interval '9 days'",
        "DELETE FROM play_breaks",
        "TRUNCATE play_breaks",
        "DELETE FROM users WHERE id = %(alice)s",
        "UPDATE excluded_addresses SET ends_at = clock_timestamp()",
        "DELETE FROM excluded_addresses",
        "TRUNCATE excluded_addresses",
    ],
)
def test_not_even_the_owner_of_the_database_ends_it(alice, bob, draw, statement):
    take_break(alice, "week")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement}; SET CONSTRAINTS ALL IMMEDIATE", {"alice": alice.pk, "bob": bob.pk})
    assert_no_ticket(alice, draw)
    assert breaks.is_excluded_address(alice.email)


def test_rows_added_beside_it_do_not_end_it(alice, draw):
    take_break(alice, "week")
    now = timezone.now()
    PlayBreak.objects.create(user=alice, kind="break", starts_at=now - timedelta(days=2), ends_at=now)
    PlayBreak.objects.create(user=alice, kind="break", starts_at=now, ends_at=now + timedelta(seconds=1))
    PlayBreak.objects.create(
        user=alice, kind="break", starts_at=now + timedelta(days=9), ends_at=now + timedelta(days=10)
    )
    assert_no_ticket(alice, draw)
    assert current_break(alice).ends_at > now + timedelta(days=6)


def test_no_way_of_writing_the_row_anew_ends_it(alice, draw):
    rest = take_break(alice, "week")
    for change in (
        lambda: rest.delete(),
        lambda: PlayBreak.objects.all().delete(),
        lambda: PlayBreak.objects.update(ends_at=timezone.now()),
        lambda: PlayBreak(pk=rest.pk, user=alice, kind="break", ends_at=timezone.now()).save(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()
    assert_no_ticket(alice, draw)


def test_no_form_of_the_site_ends_it(alice, draw):
    take_break(alice, "month")
    client = signed_in(alice)
    sent = {"kind": "break", "understood": "on"}
    for length in ("day", "week", "", "-1", "0"):
        response = client.post("/safer-play/break/", {**sent, "length": length})
        assert response.status_code in (400, 409)
        assert "It lasts" not in words(response) or "No break was started" in words(response)
    for address in ("/safer-play/break/", "/safer-play/"):
        assert client.get(address).status_code in (200, 405)
        assert client.delete(address).status_code == 405
    client.post("/profile/", {"first_name": "A", "last_name": "B", "time_zone": "Pacific/Kiritimati"})
    client.post("/rules/accept/", {"accepts_rules": "on"})
    assert_no_ticket(alice, draw)


def test_no_page_of_the_staff_ends_it(alice, draw, make_player):
    take_break(alice, "month")
    rest = PlayBreak.objects.get()
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    for address in (
        f"/admin/accounts/playbreak/{rest.pk}/delete/",
        f"/admin/accounts/playbreak/{rest.pk}/change/",
        "/admin/accounts/playbreak/",
        f"/admin/accounts/user/{alice.pk}/delete/",
    ):
        boss.post(address, {"post": "yes", "ends_at_0": "2026-01-01", "ends_at_1": "00:00:00", "reason": "x"})
    assert PlayBreak.objects.get() == rest
    assert_no_ticket(alice, draw)


def test_the_session_of_yesterday_and_a_second_sign_in_are_on_a_break_too(alice, draw):
    before = signed_in(alice)
    before.get("/")
    take_break(alice, "day")
    for client in (before, signed_in(alice)):
        response = client.post(f"/draws/{draw.pk}/enter/", {"tickets": 1, "request_id": "0" * 32})
        assert response.status_code == 403
        assert "You are on a break until" in words(response)
        assert "nothing was charged" in words(response)
    assert balance(alice.pk) == 50


def test_a_paid_request_is_answered_again_on_a_break(alice, draw):
    first = take_tickets(alice.pk, draw.pk, 2, "request-1")
    take_break(alice, "exclusion-for-good")
    again = take_tickets(alice.pk, draw.pk, 2, "request-1")
    assert (again.numbers, again.replayed) == (first.numbers, True)


def test_no_coins_for_visits_and_no_word_of_them_on_a_break(alice):
    take_break(alice, "day")
    assert visit_today(alice) != "open"
    with pytest.raises(LedgerError, match="You are on a break"):
        claim_daily_bonus(alice)
    client = signed_in(alice)
    page = words(client.get("/coins/"))
    assert "Collect" not in page
    assert "You are on a break" in page
    assert "You are on a break" in words(client.post("/coins/daily/", follow=True))
    assert balance(alice.pk) == 50
    let_it_end(alice)
    assert visit_today(alice) == "open"


def test_other_pages_are_as_ever_on_a_break(alice, draw):
    take(alice, draw)
    take_break(alice, "week")
    client = signed_in(alice)
    for address in (
        "/",
        "/tickets/",
        "/coins/",
        "/winners/",
        "/profile/",
        f"/draws/{draw.pk}/",
        "/safer-play/",
    ):
        assert client.get(address).status_code == 200
    assert "You are on a break until" in words(client.get("/safer-play/"))


def test_who_is_on_a_break_is_asked_for_many_at_once(alice, bob, make_player, django_assert_num_queries):
    carol = make_player("carol")
    take_break(alice, "day")
    take_break(carol, "exclusion-for-good")
    with django_assert_num_queries(1):
        assert on_break([alice.pk, bob.pk, carol.pk]) == {alice.pk, carol.pk}
