"""A text of a published draw is corrected by two members of staff, who both read it before and after."""

import pytest

from accounts.models import Approval
from draws.lifecycle.text_changes import add_to_texts
from tests.support.pages import signed_in, words
from tests.support.staff import form_data, make_member, sign_in_boss

pytestmark = pytest.mark.django_db


def page(draw):
    return f"/admin/draws/draw/{draw.pk}/correct/"


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def ask_to_correct(client, draw, **typed):
    return client.post(
        page(draw),
        form_data(client.get(page(draw)), reason="The shop has none", **typed),
    )


def test_a_correction_waits_for_a_second_person_who_reads_both_texts(client, boss, make_player, make_draw):
    draw = make_draw(prize_details="Guitar\nCase")
    assert ask_to_correct(client, draw, prize_details="A guitar pick").status_code == 302
    draw.refresh_from_db()
    assert draw.prize_details == "Guitar\nCase"
    asked = Approval.objects.get()
    approve = f"/admin/accounts/approval/{asked.pk}/approve/"
    second = signed_in(make_member(make_player, "Draws"))
    said = words(second.get(approve))
    assert "What the winner gets, now Guitar Case" in said
    assert "What the winner gets, corrected A guitar pick" in said
    assert client.post(approve).status_code == 400
    assert second.post(approve).status_code == 302
    draw.refresh_from_db()
    assert draw.prize_details == "A guitar pick"
    assert "corrected" in words(client.get(f"/draws/{draw.pk}/"))


def test_a_correction_waits_for_a_second_person_also_where_nothing_else_does(
    client, boss, make_draw, settings
):
    settings.STAFF_APPROVALS = False
    draw = make_draw(description="Two nihgts")
    assert ask_to_correct(client, draw, description="Two nights").status_code == 302
    draw.refresh_from_db()
    assert draw.description == "Two nihgts"


def test_a_correction_of_a_text_that_changed_meanwhile_is_not_asked_for(client, boss, make_draw):
    draw = make_draw(description="Two nights")
    data = form_data(client.get(page(draw)), description="Three nights", reason="More")
    add_to_texts(draw.pk, {"description": "With breakfast"}, actor=boss)
    refused = client.post(page(draw), data)
    assert "The text changed after you opened this page" in words(refused)
    assert "Three nights" in refused.content.decode()
    assert not Approval.objects.exists()
