"""Edits of staff do not collide: a stale form is not saved; it shows what is stored beside what was typed."""

import pytest
from django.contrib.auth.models import Group, Permission

from accounts.models import User
from draws.lifecycle.publish import publish_draw
from draws.lifecycle.text_changes import add_to_texts
from draws.models import TextChange, Winner
from tests.support.pages import finish, signed_in, take, words
from tests.support.staff import form_data, logged, make_member

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(make_player):
    return signed_in(make_player("ann", is_staff=True, is_superuser=True))


@pytest.fixture
def ben(make_player):
    return signed_in(make_player("ben", is_staff=True, is_superuser=True))


def page(row):
    return f"/admin/{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/"


def both(answer):
    """What the page shows of each field: stored now, and typed."""
    assert answer.status_code == 200
    return [(field.label, field.now, field.typed) for field in answer.context["adminform"].form.stale]


def test_of_two_who_edit_a_draft_the_second_undoes_nothing_and_loses_nothing(ann, ben, make_draft):
    draft = make_draft(description="Two nights")
    mine = form_data(ann.get(page(draft)), description="Three nights\nin Lisbon", entry_fee="7")
    theirs = form_data(ben.get(page(draft)), description="Four nights")
    assert ben.post(page(draft), theirs).status_code == 302
    refused = ann.post(page(draft), mine)
    assert "Somebody else changed this after you opened it, so nothing was saved." in words(refused)
    assert ("Description", "Four nights", "Three nights\nin Lisbon") in both(refused)
    assert "The last change: ben" in words(refused)
    draft.refresh_from_db()
    assert (draft.description, draft.entry_fee) == ("Four nights", 5)
    again = form_data(refused)
    assert (again["description"], again["entry_fee"]) == ("Three nights\nin Lisbon", "7")
    assert ann.post(page(draft), again).status_code == 302
    draft.refresh_from_db()
    assert (draft.description, draft.entry_fee) == ("Three nights\nin Lisbon", 7)


def test_a_form_that_names_no_version_is_not_saved(ann, make_draft):
    draft = make_draft()
    data = form_data(ann.get(page(draft)), title="Porto", shown_version=None)
    assert ann.post(page(draft), data).status_code == 200
    draft.refresh_from_db()
    assert draft.title == "Lisbon for two"


def test_a_draft_that_was_published_meanwhile_says_so_first_and_shows_what_was_typed(ann, make_draft):
    draft = make_draft()
    data = form_data(
        ann.get(page(draft)), entry_fee="1", description="Three nights", draw_time_0="2031-01-01"
    )
    publish_draw(draft.pk)
    refused = ann.post(page(draft), data)
    assert "This draw was published while you were editing it, so nothing was saved." in words(refused)
    shown = {label: (now, typed) for label, now, typed in both(refused)}
    assert shown["Description"] == ("", "Three nights")
    assert shown["Coins per ticket"] == ("5", "1")
    assert "2031-01-01" in shown["Closes at"][1]
    draft.refresh_from_db()
    assert (draft.entry_fee, draft.description) == (5, "")
    assert not TextChange.objects.exists()
    assert logged(draft) == []


def test_tickets_that_are_sold_meanwhile_are_no_change_of_the_draws_text(ann, draw, alice):
    data = form_data(ann.get(page(draw)), add_description="With breakfast", reason="Asked for")
    take(alice, draw)
    assert ann.post(page(draw), data).status_code == 302
    draw.refresh_from_db()
    assert draw.description == "With breakfast"


def test_an_addition_to_a_text_that_was_added_to_meanwhile_is_looked_at_first(ann, draw):
    data = form_data(ann.get(page(draw)), add_description="With breakfast", reason="Asked for")
    add_to_texts(draw.pk, {"description": "Breakfast is included"}, actor=None)
    refused = ann.post(page(draw), data)
    assert both(refused) == [("Description", "Breakfast is included", "With breakfast")]
    assert TextChange.objects.count() == 1


def test_a_players_page_saved_over_another_change_is_refused(ann, ben, alice):
    mine = form_data(ann.get(page(alice)), first_name="Alicia", reason="A typo")
    theirs = form_data(ben.get(page(alice)), last_name="Adams", is_vip="on", reason="She asked")
    assert ben.post(page(alice), theirs).status_code == 302
    refused = ann.post(page(alice), mine)
    assert {("First name", "Alice", "Alicia"), ("Last name", "Adams", "")} <= set(both(refused))
    fresh = User.objects.get(pk=alice.pk)
    assert (fresh.first_name, fresh.last_name, fresh.is_vip) == ("Alice", "Adams", True)


def test_rights_given_to_a_group_meanwhile_are_not_taken_away(ann):
    group = Group.objects.get(name="Support")
    shown = ann.get(page(group))
    mine = form_data(shown, name="Help desk", reason="Clearer", permissions=rights(group))
    group.permissions.add(Permission.objects.get(codename="publish_draw"))
    refused = ann.post(page(group), mine)
    assert ("Name", "Support", "Help desk") in both(refused)
    assert any("publish" in now.lower() for _, now, _ in both(refused))
    assert group.permissions.filter(codename="publish_draw").exists()


def rights(group):
    return [permission.pk for permission in group.permissions.all()]


def test_a_winner_whose_name_was_hidden_meanwhile_stays_hidden(ann, make_draw, make_player, alice):
    draw = make_draw(prize_amount=20)
    take(alice, draw)
    finish(draw)
    winner = Winner.objects.get(draw=draw)
    mine = form_data(ann.get(page(winner)), reason="Nothing")
    support = signed_in(make_member(make_player, "Support"))
    hidden = form_data(support.get(page(winner)), hidden_by_staff="on", reason="A name that insults")
    assert support.post(page(winner), hidden).status_code == 302
    [(_, now, typed)] = both(ann.post(page(winner), mine))
    assert (now, typed) == ("yes", "no")
    winner.refresh_from_db()
    assert winner.hidden_by_staff
