"""Every long list of staff is filtered by days, whether an index or the rows' numbers serve it."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.utils import timezone

from accounts.admin.days import DaysFilter
from accounts.models import Message, OutboxEmail, User
from common.database.moments import first_since
from draws.models import Draw
from tests.conftest import unguarded
from tests.support.pages import words
from tests.support.staff import sign_in_boss

pytestmark = pytest.mark.django_db

# Lists that stay short, or whose rows have a key of their own and no moment of the clock.
SHORT = {"auth.group", "draws.seal", "draws.logrecord", "accounts.playbreak", "ledger.spendlimit"}
AGO = (30, 20, 20, 10, 3, 0)


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


@pytest.fixture
def messages(alice):
    """Messages of the past 30 days, numbered as they came."""
    Message.objects.all().delete()
    moments = [timezone.now() - timedelta(days=ago) for ago in AGO]
    return [
        Message.objects.create(user=alice, key=f"{n}", kind="won", title=f"{n}", created_at=moment)
        for n, moment in enumerate(moments)
    ]


def day(ago):
    return f"{timezone.localdate() - timedelta(days=ago)}"


def found(client, page, **query):
    answer = client.get(f"/admin/{page}/", query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def test_every_list_that_grows_has_the_filter():
    without = {
        model._meta.label_lower
        for model, page in admin.site._registry.items()
        if not any(
            isinstance(each, type) and issubclass(each, DaysFilter) for each in page.get_list_filter(None)
        )
    }
    assert without == SHORT


def test_rows_are_found_by_their_numbers_with_both_days_included(client, boss, messages):
    newest_first = messages[::-1]
    page = "accounts/message"
    assert found(client, page) == newest_first
    assert found(client, page, since=day(20), until=day(10)) == newest_first[2:5]
    assert found(client, page, since=day(3)) == newest_first[:2]
    assert found(client, page, until=day(21)) == newest_first[5:]
    assert found(client, page, since=day(9), until=day(4)) == []
    assert found(client, page, since=day(300), until=day(200)) == []


def test_rows_of_one_hour_may_be_numbered_out_of_their_order(client, boss, messages):
    """Transactions that run side by side take numbers and look at the clock in any order."""
    late, early = messages[4], messages[3]
    with unguarded() as cursor:
        for row, minutes in ((late, -10), (early, 10)):
            midnight = timezone.localtime().replace(hour=0, minute=0, second=0) - timedelta(days=5)
            moment = midnight + timedelta(minutes=minutes)
            cursor.execute("UPDATE messages SET created_at = %s WHERE id = %s", [moment, row.pk])
    assert found(client, "accounts/message", since=day(5), until=day(5)) == [early]
    assert found(client, "accounts/message", since=day(6), until=day(6)) == [late]


def test_the_first_number_since_a_moment(messages):
    for n, ago in enumerate(AGO):
        since = first_since(Message, "created_at", timezone.now() - timedelta(days=ago, hours=1))
        assert since == messages[AGO.index(ago)].pk, n
    assert first_since(Message, "created_at", timezone.now() + timedelta(days=1)) == messages[-1].pk + 1
    OutboxEmail.objects.all().delete()
    assert first_since(OutboxEmail, "created_at", timezone.now()) == 0


def test_days_hold_together_with_a_search_and_the_usual_spans_are_a_link_away(client, boss, messages):
    page = "accounts/message"
    assert found(client, page, q="alice", since=day(3)) == messages[:3:-1]
    assert found(client, page, q="nobody@lucky11", since=day(3)) == []
    shown = client.get(f"/admin/{page}/", {"since": day(6), "until": day(0)})
    text = " ".join(shown.content.decode().split())
    assert f'<li class="selected"><a href="?since={day(6)}&amp;until={day(0)}">Past 7 days</a>' in text
    assert "Both days included, in the time zone" in words(shown)


def test_draws_are_found_by_the_days_on_which_they_close_the_latest_first(client, boss, make_draw):
    now = timezone.now().replace(microsecond=0)
    draws = [make_draw(draw_time=now + timedelta(days=days)) for days in (3, 9, 5)]
    assert found(client, "draws/draw", since=day(-3), until=day(-5)) == [draws[2], draws[0]]
    assert found(client, "draws/draw", since=day(-9)) == [draws[1]]
    assert found(client, "draws/draw", closes="week") == [draws[2], draws[0]]
    assert Draw.objects.count() == 3


def test_players_are_found_by_the_days_on_which_they_joined(client, boss, alice):
    with unguarded() as cursor:
        moment = timezone.now() - timedelta(days=40)
        cursor.execute("UPDATE users SET created_at = %s WHERE id = %s", [moment, alice.pk])
    assert found(client, "accounts/user", since=day(41), until=day(39)) == [alice]
    assert alice not in found(client, "accounts/user", since=day(38))
    assert User.objects.count() == 2
