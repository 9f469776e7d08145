"""While operators work on the site, players read and nothing is written; coins that are owed still move."""

from io import StringIO

import pytest
from django.core.management import call_command

from draws.models import Participation
from draws.tasks import close_due_draws
from ledger.services import balance
from lucky11.operations import maintenance_mode, runs
from tests.conftest import let_close
from tests.support.pages import field, signed_in, take, words
from tests.support.staff import sign_in_boss

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _as_a_new_process():
    maintenance_mode.clear_cache()
    yield
    maintenance_mode.clear_cache()


def maintenance(*arguments: str) -> str:
    output = StringIO()
    call_command("maintenance", *arguments, stdout=output)
    return output.getvalue()


def entering(browser, draw):
    page = browser.get(f"/draws/{draw.pk}/")
    form = {"tickets": 1, "request_id": field(page, "request_id")}
    return lambda: browser.post(f"/draws/{draw.pk}/enter/", form)


def test_a_ticket_waits_until_maintenance_is_over_and_is_then_charged_once(draw, alice):
    enter = entering(signed_in(alice), draw)
    assert maintenance("on", "--why=A new disk").startswith("Maintenance has been on since ")
    for _ in range(2):
        answer = enter()
        assert (answer.status_code, answer["Retry-After"]) == (503, "120")
        assert "Nothing was charged and nothing was changed." in words(answer)
    assert (balance(alice.pk), Participation.objects.count()) == (50, 0)
    assert maintenance("off") == "Maintenance is over.\n"
    for _ in range(2):
        assert enter().status_code == 303
    assert (balance(alice.pk), Participation.objects.count()) == (45, 1)


@pytest.mark.parametrize("path", ["/accounts/signup/", "/accounts/password/reset/", "/rules/accept/"])
def test_joining_and_every_other_form_waits(client, path):
    maintenance("on")
    assert client.post(path, {"email": "new@lucky11.example"}).status_code == 503


def test_everything_is_read_as_always(client, draw):
    maintenance("on")
    for path in ("/", f"/draws/{draw.pk}/", "/rules/", "/accounts/login/", "/healthz"):
        assert client.get(path).status_code == 200, path


def test_staff_work_on(client, make_player, make_draft, settings):
    settings.STAFF_SECOND_FACTOR = False
    sign_in_boss(client, make_player)
    draft = make_draft()
    maintenance("on")
    assert client.post(f"/admin/draws/draw/{draft.pk}/publish/", {}).status_code in (200, 302)


def test_a_due_draw_closes_and_pays(draw, alice):
    take(alice, draw)
    maintenance("on")
    let_close(draw)
    close_due_draws()
    draw.refresh_from_db()
    assert draw.settled_at is not None
    assert balance(alice.pk) == 145


def test_status_says_since_when_and_why_and_the_whole_time_is_kept():
    assert maintenance("status") == "off\n"
    assert maintenance("off") == "Maintenance was not on.\n"
    maintenance("on", "--why=A new disk")
    maintenance("on", "--why=Another reason")
    assert maintenance("status").startswith("on since ")
    assert maintenance("status").endswith("A new disk\n")
    maintenance("off")
    kept = runs.last_good("maintenance")
    assert (kept.summary, kept.ended_at >= kept.started_at) == ("A new disk", True)
    assert maintenance_mode.current() is None


def test_the_database_is_asked_at_most_once_a_second(django_assert_num_queries):
    with django_assert_num_queries(1):
        for _ in range(100):
            maintenance_mode.is_on()
