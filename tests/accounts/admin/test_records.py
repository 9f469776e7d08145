"""What is kept about players is for looking at: nobody ends a break, raises a limit or reads messages."""

from datetime import timedelta

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import Message, PlayBreak, RulesAcceptance
from ledger.models import SpendLimit
from tests.support.pages import signed_in, words
from tests.support.staff import form_data, logged, make_member, sign_in_boss

pytestmark = pytest.mark.django_db

THIRD_PARTY = [
    "/admin/account/emailaddress/",
    "/admin/socialaccount/socialaccount/",
    "/admin/socialaccount/socialapp/",
    "/admin/socialaccount/socialtoken/",
    "/admin/mfa/authenticator/",
    "/admin/usersessions/usersession/",
]


@pytest.fixture
def kept(alice):
    """One row of each about Alice."""
    tomorrow = timezone.now() + timedelta(days=1)
    return {
        Message: Message.objects.create(
            user=alice, key="k", kind="won", title="You won", body="The tracking number is 471129"
        ),
        RulesAcceptance: RulesAcceptance.objects.get(user=alice),
        PlayBreak: PlayBreak.objects.create(user=alice, kind="break", ends_at=tomorrow),
        SpendLimit: SpendLimit.objects.create(user=alice, period="day", coins=20),
    }


def pages(row):
    base = f"/admin/{row._meta.app_label}/{row._meta.model_name}/"
    return base, f"{base}{row.pk}/change/"


@pytest.mark.parametrize("model", [Message, RulesAcceptance, PlayBreak, SpendLimit])
def test_superusers_look_and_change_nothing(client, make_player, alice, bob, kept, model):
    sign_in_boss(client, make_player)
    listing, one = pages(kept[model])
    assert str(alice.email) in words(client.get(listing, {"user": alice.pk}))
    assert kept[model] in client.get(listing, {"q": alice.email}).context["cl"].result_list
    assert kept[model] not in client.get(listing, {"user": bob.pk}).context["cl"].result_list
    assert client.get(one).status_code == 200
    typed = {"ends_at_0": "2020-01-01", "coins": "999", "title": "x", "version": "x"}
    assert client.post(one, typed).status_code == 403
    assert client.get(f"{listing}add/").status_code == 403
    assert client.post(one.replace("change", "delete"), {"post": "yes"}).status_code == 403
    assert admin.site._registry[model].get_actions(client.get(listing).wsgi_request) == {}
    assert f"{listing}?user={alice.pk}" in client.get(pages(alice)[1]).content.decode()


def test_a_break_a_limit_and_an_acceptance_stand_whoever_writes(kept):
    for change in (
        lambda: PlayBreak.objects.update(ends_at=timezone.now()),
        lambda: PlayBreak.objects.all()._raw_delete("default"),
        lambda: SpendLimit.objects.update(coins=30),
        lambda: SpendLimit.objects.all()._raw_delete("default"),
        lambda: RulesAcceptance.objects.update(version="x"),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_staff_see_that_a_player_was_told_and_never_what(make_player, kept):
    for group in ("Support", "Auditor"):
        browser = signed_in(make_member(make_player, group))
        for page in pages(kept[Message]):
            shown = browser.get(page)
            assert "You won" in words(shown)
            assert "471129" not in shown.content.decode()


@pytest.mark.parametrize("page", THIRD_PARTY)
def test_what_other_packages_keep_about_sign_in_is_no_page_of_the_staff(client, make_player, page):
    sign_in_boss(client, make_player)
    assert client.get(page).status_code == 404


def test_only_superusers_change_what_a_group_may_do_and_say_why(client, make_player):
    group = Group.objects.get(name="Support")
    page = f"/admin/auth/group/{group.pk}/change/"
    auditor = signed_in(make_member(make_player, "Auditor"))
    assert auditor.get(page).status_code == 200
    assert auditor.post(page, {"name": "Mine", "reason": "x"}).status_code == 403
    boss = sign_in_boss(client, make_player)
    shown = client.get(page)
    assert "Say why" in words(client.post(page, form_data(shown, name="Helpers")))
    assert client.post(page, form_data(shown, name="Helpers", reason="A better word")).status_code == 302
    group.refresh_from_db()
    assert group.name == "Helpers"
    [(who, message)] = logged(group)
    assert who == boss.email
    assert "Support → Helpers" in message
    assert message.endswith("Why: A better word")
    assert group.permissions.filter(codename="suspend_user").exists()
