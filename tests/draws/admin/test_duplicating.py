"""A draw that went well is made again: the same terms, the same weekday and time, and nothing of its own."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from draws.exceptions import DrawNotFound
from draws.lifecycle.duplicate import TERMS, duplicate_draw, next_closing
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, Participation, Seal
from draws.proof.sealed_secrets import secrets_of
from tests.support.pages import finish, take, words
from tests.support.staff import form_data, logged, sign_in_boss

LISBON = ZoneInfo("Europe/Lisbon")


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def page(draw):
    return f"/admin/draws/draw/{draw.pk}/duplicate/"


def duplicate(client, draw):
    done = client.post(page(draw), form_data(client.get(page(draw))))
    copy = Draw.objects.latest("pk")
    assert done["Location"] == f"/admin/draws/draw/{copy.pk}/change/"
    return copy


@pytest.mark.django_db(transaction=True)
def test_a_duplicate_has_the_terms_and_nothing_of_what_happened(client, boss, make_draw, alice):
    draw = make_draw(
        title="Coffee & cake",
        description="Beans",
        prize_details="Beans\nCup",
        prize_amount="12.50",
        entry_fee=3,
        max_participants=77,
        max_per_player=4,
        min_participants=2,
        winner_count=2,
        reserve_count=3,
        vip_only=False,
        illustration="moka",
    )
    take(alice, draw, 2)
    finish(draw)
    copy = duplicate(client, draw)
    assert [getattr(copy, name) for name in TERMS] == [getattr(draw, name) for name in TERMS]
    assert copy.state == "draft"
    assert (copy.current_participants, copy.winner, copy.void_code, copy.frozen_at) == (0, None, None, None)
    assert not Seal.objects.filter(draw=copy).exists()
    assert not Participation.objects.filter(draw=copy).exists()
    publish_draw(copy.pk)
    secrets = Seal.objects.filter(draw__in=(draw, copy))
    for column in ("draw_uid", "seed_commit"):
        assert len({bytes(getattr(seal, column)) for seal in secrets}) == 2
    for column in ("server_seed", "entry_secret"):
        assert len({getattr(secrets_of(seal), column) for seal in secrets}) == 2


@pytest.mark.django_db
def test_the_log_says_what_was_duplicated_and_by_whom(client, boss, draw):
    copy = duplicate(client, draw)
    assert logged(copy) == [(boss.email, f"Duplicated from Draw {draw.pk}: {draw.title}.")]
    assert logged(draw) == []


@pytest.mark.django_db
def test_the_page_says_when_the_copy_would_close_and_looking_makes_none(client, boss, draw):
    shown = words(client.get(page(draw)))
    assert "The copy closes on the same weekday at the same time of day" in shown
    again = draw.draw_time + timedelta(days=7)
    assert f"The copy would close {again:%A}, {again:%d %B %Y, %H:%M:%S}" in shown
    assert Draw.objects.count() == 1


@pytest.mark.django_db
def test_early_access_moves_with_the_closing_time(client, boss, make_draw):
    closes = timezone.now().replace(microsecond=0) + timedelta(days=2)
    draw = make_draw(draw_time=closes, early_access_until=closes - timedelta(hours=30))
    copy = duplicate(client, draw)
    assert copy.draw_time - copy.early_access_until == timedelta(hours=30)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("/static/img/tram.webp", "/static/img/tram.webp"),
        ("/media/draws/12/tram.webp", ""),
        ("https://elsewhere.example/tram.webp", ""),
    ],
)
def test_a_picture_of_one_draw_is_not_shared_with_its_copy(client, boss, make_draft, address, kept):
    draw = make_draft(prize_image_url=address)
    assert duplicate(client, draw).prize_image_url == kept
    assert ("Picture Not copied" in words(client.get(page(draw)))) == (kept == "")


@pytest.mark.django_db
def test_a_draw_that_is_not_there_cannot_be_duplicated():
    with pytest.raises(DrawNotFound):
        duplicate_draw(999, UTC)


@pytest.mark.parametrize(
    ("closed", "now", "expected"),
    [
        ("2026-11-20T20:00", "2026-11-25T10:00", "2026-11-27T20:00"),
        ("2026-11-18T20:00", "2026-11-25T18:59", "2026-11-25T20:00"),
        ("2026-11-18T20:00", "2026-11-25T19:01", "2026-12-02T20:00"),
        ("2026-11-28T20:00", "2026-11-25T10:00", "2026-12-05T20:00"),
        ("2020-01-01T08:30", "2026-11-25T10:00", "2026-12-02T08:30"),
    ],
    ids=["last week", "in an hour", "in less than an hour", "still open", "years ago"],
)
def test_the_copy_closes_on_the_next_such_weekday_that_is_an_hour_away(closed, now, expected):
    moments = [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (closed, now, expected)]
    assert next_closing(*moments[:2], UTC) == moments[2]


def test_eight_in_the_evening_stays_eight_in_the_evening_when_the_clocks_change():
    closed = datetime(2026, 10, 23, 20, 0, tzinfo=LISBON)
    then = next_closing(closed, datetime(2026, 10, 24, tzinfo=UTC), LISBON)
    assert then == datetime(2026, 10, 30, 20, 0, tzinfo=LISBON)
    assert then.astimezone(UTC) - closed.astimezone(UTC) == timedelta(days=7, hours=1)
