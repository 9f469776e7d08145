"""A draft is saved and led on to the page that publishes it; nothing is published without that page."""

import pytest

from draws.models import Draw
from tests.draws.admin.test_drafts import ADD, page, typed
from tests.support.pages import words
from tests.support.staff import form_data, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db

BUTTON = 'name="_publish"'
ONWARD = {"_publish": "Save and publish…"}


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def test_a_new_draft_leads_to_its_terms_and_is_still_a_draft(client, boss):
    answer = client.post(ADD, form_data(client.get(ADD), **typed(), **ONWARD), follow=True)
    draft = Draw.objects.get()
    assert answer.redirect_chain == [(page(draft, "publish"), 302)]
    assert "The draft is saved. It is not published yet: read its terms." in words(answer)
    assert "Publish and seal" in answer.content.decode()
    assert draft.published_at is None


def test_a_draft_that_was_changed_is_saved_first(client, boss, make_draft):
    draft = make_draft()
    shown = client.get(page(draft))
    assert BUTTON in shown.content.decode()
    answer = client.post(page(draft), form_data(shown, title="Another tram", **ONWARD), follow=True)
    assert answer.redirect_chain == [(page(draft, "publish"), 302)]
    assert "Another tram" in words(answer)
    draft.refresh_from_db()
    assert (draft.title, draft.published_at) == ("Another tram", None)


def test_a_mistake_is_shown_and_leads_nowhere(client, boss, make_draft):
    draft = make_draft()
    answer = client.post(page(draft), form_data(client.get(page(draft)), title="", **ONWARD))
    assert answer.status_code == 200
    assert Draw.objects.get().title


def test_only_those_who_may_publish_are_led_on(client, make_player, make_draft):
    sign_in_clerk(client, make_player, "draws.view_draw", "draws.change_draw")
    draft = make_draft()
    shown = client.get(page(draft))
    assert BUTTON not in shown.content.decode()
    answer = client.post(page(draft), form_data(shown, title="Another tram", **ONWARD))
    assert answer["Location"] == "/admin/draws/draw/"


def test_a_published_draw_has_no_such_button(client, boss, draw):
    assert BUTTON not in client.get(page(draw)).content.decode()


def test_moments_and_money_are_typed_in_one_way_that_the_form_states(client, boss):
    said = words(client.get(ADD))
    assert said.count("Type it as 2026-11-30 and 20:30, in the time zone UTC.") == 2
    assert "Prize value (€)" in said
    answer = client.post(ADD, form_data(client.get(ADD), **typed(draw_time_0="11/12/2026")))
    assert "Enter the date as year-month-day, such as 2026-11-30." in words(answer)
    assert not Draw.objects.exists()


def test_every_page_names_the_time_zone_of_its_times(client, boss):
    assert "Times are in the time zone UTC." in words(client.get("/admin/draws/draw/"))
