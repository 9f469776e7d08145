"""The staff log is found by days, by what something was done to, and by the words of what and why."""

from datetime import timedelta

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.utils import timezone

from draws.models import Draw
from tests.conftest import unguarded
from tests.support.pages import words
from tests.support.staff import sign_in_boss

pytestmark = pytest.mark.django_db

LOG = "/admin/admin/logentry/"


@pytest.fixture
def entries(client, make_player, draw, alice):
    """Three entries, of today, of 10 days ago and of 20 days ago."""
    boss = sign_in_boss(client, make_player)
    said = [(draw, "Cancelled. Why: the harbour is closed"), (alice, "Suspended"), (alice, "VIP: no → yes")]
    log = LogEntry.objects.log_actions
    made = [log(boss.pk, [row], CHANGE, text, single_object=True) for row, text in said]
    with unguarded() as cursor:
        for n, entry in enumerate(made):
            when = timezone.now() - timedelta(days=10 * n)
            cursor.execute("UPDATE django_admin_log SET action_time = %s WHERE id = %s", [when, entry.pk])
    return made


def found(client, **query):
    answer = client.get(LOG, query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def day(ago):
    return f"{timezone.localdate() - timedelta(days=ago)}"


def test_by_days_with_both_of_them_included(client, entries):
    today, earlier, earliest = entries
    assert set(found(client, since=day(10))) == {today, earlier}
    assert found(client, since=day(15), until=day(10)) == [earlier]
    assert found(client, until=day(20)) == [earliest]


def test_by_what_it_was_done_to(client, entries):
    kind = ContentType.objects.get_for_model(Draw)
    assert found(client, about=kind.pk) == entries[:1]


def test_by_words_of_what_was_done_and_why(client, entries, draw):
    assert found(client, q="harbour closed") == entries[:1]
    assert found(client, q="lisbon") == entries[:1]
    assert found(client, q="tram") == []
    assert len(found(client, q="boss")) == 3


def test_filters_and_words_hold_together_and_the_form_keeps_them(client, entries):
    assert found(client, q="suspended", since=day(5)) == []
    page = client.get(LOG, {"q": "suspended", "since": day(12)}).content.decode()
    assert '<input type="hidden" name="q" value="suspended">' in page
    assert f'value="{day(12)}"' in page
    assert "All days" in page


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        ("0001-01-01", "Dates must be from 2000 to 2099."),
        ("9999-12-31", "Dates must be from 2000 to 2099."),
        ("soon", "Enter a valid date."),
    ],
)
def test_a_day_that_makes_no_sense_is_refused_in_a_sentence(client, entries, day, sentence):
    for name in ("since", "until"):
        answer = client.get(LOG, {name: day})
        assert sentence in words(answer)
        assert list(answer.context["cl"].result_list) == []
