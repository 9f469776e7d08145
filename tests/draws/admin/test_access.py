"""Who enters the staff's pages, by which door, and that the pages keep the site's content policy."""

import re

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.conftest import PASSWORD
from tests.support.pages import take, words
from tests.support.staff import form_data, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db

MODELS = sorted(model._meta.label_lower for model in admin.site._registry)


def pages_of(label):
    app, model = label.split(".")
    return reverse(f"admin:{app}_{model}_changelist"), reverse(f"admin:{app}_{model}_change", args=["1"])


def test_staff_enter_by_the_sites_own_door(client, make_player):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    door = client.get("/admin/draws/draw/", follow=True)
    address = door.redirect_chain[-1][0]
    assert address.startswith("/accounts/login/?next=")
    entered = client.post(address, {"login": boss.email, "password": PASSWORD}, follow=True)
    assert entered.request["PATH_INFO"] == "/admin/draws/draw/"
    assert "Lucky11 staff" in words(entered)


def test_the_admins_own_door_takes_no_password(client, make_player):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    answer = client.post("/admin/login/", {"username": boss.email, "password": PASSWORD})
    assert answer.status_code == 302
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("path", ["/admin/", "/admin/draws/draw/", "/admin/draws/draw/1/publish/"])
def test_a_player_is_refused(client, alice, path):
    client.force_login(alice)
    assert client.get(path, follow=True).status_code == 403


@pytest.mark.parametrize("label", MODELS)
def test_staff_without_the_permission_are_refused_and_superusers_are_not(client, make_player, label):
    sign_in_clerk(client, make_player)
    assert [client.get(page).status_code for page in pages_of(label)] == [403, 403]
    sign_in_boss(client, make_player)
    assert client.get(pages_of(label)[0]).status_code == 200


@pytest.mark.parametrize("what", ["publish", "cancel"])
@pytest.mark.parametrize("may", ["view", "change"])
def test_who_may_only_look_at_draws_or_write_drafts_neither_publishes_nor_cancels(
    client, make_player, draw, make_draft, what, may
):
    sign_in_clerk(client, make_player, "draws.view_draw", f"draws.{may}_draw")
    for each in (draw, make_draft()):
        said = words(client.get(f"/admin/draws/draw/{each.pk}/change/"))
        assert "Cancel the draw" not in said
        assert "Publish " not in said
        assert client.get(f"/admin/draws/draw/{each.pk}/{what}/").status_code == 403
        assert client.post(f"/admin/draws/draw/{each.pk}/{what}/", {"reason": "x"}).status_code == 403


def test_a_clerk_with_the_permission_does_what_it_allows(client, make_player, make_draft):
    sign_in_clerk(client, make_player, "draws.publish_draw", "draws.view_draw")
    draft = make_draft()
    address = f"/admin/draws/draw/{draft.pk}/publish/"
    assert client.post(address, form_data(client.get(address), reason="Ready")).status_code == 302
    draft.refresh_from_db()
    assert draft.is_open
    assert client.get(f"/admin/draws/draw/{draft.pk}/cancel/").status_code == 403
    assert client.get("/admin/draws/draw/add/").status_code == 403
    assert client.get("/admin/ledger/transaction/").status_code == 403


def test_the_staff_log_says_who_did_what_and_why_and_cannot_be_changed(client, make_player, make_draft):
    boss = sign_in_boss(client, make_player)
    draft = make_draft()
    address = f"/admin/draws/draw/{draft.pk}/publish/"
    client.post(address, form_data(client.get(address), reason="The December calendar"))
    for page in ("/admin/admin/logentry/", f"/admin/admin/logentry/?q={boss.email}"):
        said = words(client.get(page))
        assert str(boss.email) in said
        assert str(draft) in said
        assert "Why: The December calendar" in said
    entry = client.get("/admin/admin/logentry/").context["cl"].result_list[0]
    assert (
        client.post(f"/admin/admin/logentry/{entry.pk}/change/", {"change_message": "x"}).status_code == 403
    )
    assert client.post(f"/admin/admin/logentry/{entry.pk}/delete/", {"post": "yes"}).status_code == 403
    assert "Why: The December calendar" in words(client.get(f"/admin/draws/draw/{draft.pk}/history/"))


INLINE = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\bsrc=)|javascript:", re.IGNORECASE)


@pytest.mark.django_db(transaction=True)
def test_no_page_needs_an_inline_script_or_style(client, make_player, make_draft, draw, alice):
    sign_in_boss(client, make_player)
    take(alice, draw)
    draft = make_draft()
    pages = [
        "/admin/",
        "/admin/draws/draw/add/",
        "/admin/accounts/user/add/",
        f"/admin/accounts/user/{alice.pk}/password/",
    ]
    pages += [pages_of(label)[0] for label in MODELS]
    pages += [f"/admin/accounts/user/{alice.pk}/{what}/" for what in ("suspend", "end-suspension")]
    for each in (draft, draw):
        pages += [
            f"/admin/draws/draw/{each.pk}/{what}/" for what in ("change", "publish", "cancel", "history")
        ]
    pages += [f"/admin/accounts/user/{alice.pk}/change/", f"/admin/ledger/transaction/adjust/{alice.pk}/"]
    pages.append(f"/admin/draws/draw/{draft.pk}/delete/")
    for page in pages:
        answer = client.get(page)
        assert answer.status_code == 200, page
        assert "default-src 'none'" in answer["Content-Security-Policy"], page
        assert not INLINE.search(answer.content.decode()), page
