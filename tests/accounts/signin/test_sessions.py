"""A signed-in browser is a row of the guide's `sessions` table."""

from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.contrib.sessions.backends.base import UpdateError
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Session
from accounts.signin.sessions import SessionStore
from accounts.tasks import purge_sessions
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_signing_in_writes_a_row_that_names_the_player_and_its_end(client, alice):
    client.force_login(alice)
    row = Session.objects.get()
    assert row.sid == client.cookies["sessionid"].value
    assert row.sess["_auth_user_id"] == alice.pk
    assert timedelta(days=13) < row.expire - timezone.now() <= timedelta(days=14)
    with connection.cursor() as cursor:
        cursor.execute("SELECT sess->>'_auth_user_id', pg_typeof(sess)::text FROM sessions")
        assert cursor.fetchone() == (alice.pk, "json")


def test_signing_out_removes_the_row(client, alice):
    client.force_login(alice)
    client.logout()
    assert not Session.objects.exists()


def test_a_session_keeps_what_was_put_into_it():
    store = SessionStore()
    store["basket"] = {"numbers": [1, 2], "name": "Ana é"}
    store.save()
    assert SessionStore(store.session_key)["basket"] == {"numbers": [1, 2], "name": "Ana é"}


def test_an_expired_session_is_empty_and_is_purged():
    store = SessionStore()
    store["a"] = 1
    store.save()
    kept = SessionStore()
    kept.create()
    Session.objects.filter(sid=store.session_key).update(expire=timezone.now() - timedelta(seconds=1))
    assert SessionStore(store.session_key).get("a") is None
    purge_sessions()
    assert [row.sid for row in Session.objects.all()] == [kept.session_key]


def test_a_session_removed_meanwhile_is_not_written_back():
    store = SessionStore()
    store.create()
    other = SessionStore(store.session_key)
    other.delete()
    store["a"] = 1
    with pytest.raises(UpdateError):
        store.save()
    assert not store.exists(store.session_key)


def test_a_new_key_keeps_the_content():
    store = SessionStore()
    store["a"] = 1
    store.save()
    old = store.session_key
    store.cycle_key()
    assert store.session_key != old
    assert SessionStore(store.session_key)["a"] == 1
    assert not Session.objects.filter(sid=old).exists()


def test_whoever_signs_in_leaves_the_key_of_the_visit_before_behind(client, alice):
    client.post("/accounts/password/reset/", {"email": alice.email})
    before = client.cookies["sessionid"].value
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert client.get("/profile/").status_code == 200
    assert client.cookies["sessionid"].value != before
    stolen = Client()
    stolen.cookies["sessionid"] = before
    assert stolen.get("/profile/").status_code == 302


def test_asynchronous_code_keeps_sessions_in_the_same_rows():
    store = SessionStore()

    async def keep() -> None:
        await store.aset("a", 1)
        await store.asave()

    async_to_sync(keep)()
    assert Session.objects.get(sid=store.session_key).sess == {"a": 1}
    assert SessionStore(store.session_key)["a"] == 1
