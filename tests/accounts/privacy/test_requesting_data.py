"""Asking for one's data, packing it once, and fetching it while it is kept."""

import io
import json
import re
import zipfile
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import DataExport, Message, OutboxEmail, User
from accounts.notifications import notify
from accounts.notifications.outbox import enqueue
from accounts.privacy import data_export
from accounts.tasks import make_data_exports, purge_data
from tests.races.together import at_once
from tests.support.as_app import as_owner
from tests.support.pages import just_proved, words


def packed(user: User) -> DataExport:
    export = data_export.ask(user)
    assert make_data_exports() == 1
    export.refresh_from_db()
    return export


# -- asking --


@pytest.mark.django_db
def test_asking_on_the_page_leads_to_a_message_and_a_zip(alice):
    client = just_proved(alice)
    page = words(client.post("/profile/data/ask/", follow=True))
    assert "We are preparing your data" in page
    assert "Being prepared" in page
    make_data_exports()
    export = DataExport.objects.get()
    assert Message.objects.filter(user=alice, key=f"data:{export.pk}", url="/profile/data/").exists()
    assert "within 7 days: http" in OutboxEmail.objects.get(key=f"data:{export.pk}").text
    assert f"/profile/data/{export.pk}/" in client.get("/profile/data/").content.decode()
    response = client.get(f"/profile/data/{export.pk}/")
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert response["Content-Type"] == "application/zip"
    assert re.fullmatch(r'attachment; filename="lucky11-data-[\d-]+\.zip"', response["Content-Disposition"])
    assert response.content == bytes(export.content)


@pytest.mark.django_db
def test_one_download_waits_at_a_time(alice):
    client = just_proved(alice)
    client.post("/profile/data/ask/")
    response = client.post("/profile/data/ask/")
    assert response.status_code == 409
    assert "We are already preparing your data." in words(response)
    assert DataExport.objects.count() == 1


@pytest.mark.django_db
def test_a_new_download_can_be_asked_for_after_an_hour(alice):
    packed(alice)
    client = just_proved(alice)
    response = client.post("/profile/data/ask/")
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "You asked for a copy less than an hour ago." in words(response)
    DataExport.objects.update(asked_at=timezone.now() - timedelta(minutes=61))
    assert client.post("/profile/data/ask/").status_code == 302
    assert DataExport.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_asking_ten_times_at_once_makes_one(alice):
    answers = at_once([lambda: data_export.ask(alice)] * 10)
    assert sum(isinstance(answer, DataExport) for answer in answers) == 1
    assert DataExport.objects.count() == 1


@pytest.mark.django_db
def test_asking_needs_the_form_and_somebody_just_proved(alice, client):
    assert just_proved(alice).get("/profile/data/ask/").status_code == 405
    for path in ("/profile/data/", "/profile/data/1/"):
        assert client.get(path)["Location"] == f"/accounts/login/?next={path}"
    assert client.post("/profile/data/ask/")["Location"].startswith("/accounts/login/")
    assert Client(enforce_csrf_checks=True).post("/profile/data/ask/").status_code == 403


# -- packing --


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_pack_each_download_once(alice, bob):
    for player in (alice, bob):
        data_export.ask(player)
    assert sum(at_once([data_export.make_data_exports] * 4)) == 2
    assert OutboxEmail.objects.filter(key__startswith="data:").count() == 2
    assert data_export.make_data_exports() == 0


@pytest.mark.django_db
def test_a_download_left_half_made_is_made_again(alice, monkeypatch):
    export = data_export.ask(alice)

    def die(*args, **kwargs):
        raise SystemExit("killed")

    monkeypatch.setattr(notify, "send", die)
    with pytest.raises(SystemExit):
        data_export.make_data_exports()
    export.refresh_from_db()
    assert (export.made_at, export.content) == (None, None)
    monkeypatch.undo()
    assert data_export.make_data_exports() == 1
    export.refresh_from_db()
    assert zipfile.is_zipfile(io.BytesIO(bytes(export.content)))


@pytest.mark.django_db
def test_a_download_that_cannot_be_packed_holds_up_nobody(alice, bob, monkeypatch):
    broken, fine = data_export.ask(alice), data_export.ask(bob)
    write_archive = data_export.export_archive.write_archive

    def fail_for_alice(user, parts):
        if user.pk == alice.pk:
            raise ValueError("a broken row")
        return write_archive(user, parts)

    monkeypatch.setattr(data_export.export_archive, "write_archive", fail_for_alice)
    assert data_export.make_data_exports() == 1
    for export in (broken, fine):
        export.refresh_from_db()
    assert (broken.content, fine.content is None) == (None, False)


@pytest.mark.django_db
def test_many_rows_are_read_in_batches(alice):
    with as_owner() as cursor:
        cursor.execute(
            """WITH many AS (INSERT INTO coin_orders (idempotency_key, user_id, coins)
                             SELECT 'many:' || n, %s, 1 FROM generate_series(1, 5000) AS n RETURNING *)
               SELECT count(*) FROM many""",
            [alice.pk],
        )
        cursor.execute(
            """INSERT INTO transactions (user_id, type, amount, description, idempotency_key)
               SELECT user_id, 'import', coins, 'Brought over', idempotency_key FROM coin_orders"""
        )
    with zipfile.ZipFile(io.BytesIO(bytes(packed(alice).content))) as archive:
        rows = json.loads(archive.read("transactions.json"))
    assert [row["user_seq"] for row in rows] == list(range(1, 5002))


# -- fetching --


@pytest.mark.django_db
def test_a_download_is_for_its_player_only(alice, bob, make_player):
    export = packed(alice)
    boss = make_player("boss", is_staff=True, is_superuser=True)
    for other in (bob, boss):
        assert just_proved(other).get(f"/profile/data/{export.pk}/").status_code == 404
        assert str(export.pk) not in re.findall(
            r"/profile/data/(\d+)/", just_proved(other).get("/profile/data/").content.decode()
        )


@pytest.mark.django_db
def test_what_is_not_packed_yet_cannot_be_fetched(alice):
    export = data_export.ask(alice)
    assert just_proved(alice).get(f"/profile/data/{export.pk}/").status_code == 404


@pytest.mark.django_db
def test_an_expired_download_is_gone_and_the_sweep_removes_its_content(alice):
    export = packed(alice)
    client = just_proved(alice)
    DataExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    for _ in range(2):
        response = client.get(f"/profile/data/{export.pk}/")
        assert response.status_code == 410
        assert "That download is no longer available" in words(response)
        purge_data()
        export.refresh_from_db()
        assert export.content is None


@pytest.mark.django_db
def test_the_sweep_leaves_what_is_still_kept(alice):
    export = packed(alice)
    purge_data()
    assert just_proved(alice).get(f"/profile/data/{export.pk}/").status_code == 200


@pytest.mark.django_db
def test_copies_of_old_mails_are_blanked(alice, settings):
    for key in ("old", "new"):
        enqueue(key, alice.email, "Hello", "Text")
    OutboxEmail.objects.filter(key="new").update(sent_at=timezone.now())
    long_ago = timezone.now() - timedelta(days=settings.MAIL_KEPT_DAYS, seconds=1)
    OutboxEmail.objects.filter(key="old").update(sent_at=long_ago)
    purge_data()
    assert list(OutboxEmail.objects.filter(key="old").values_list("recipient", "subject", "text")) == [
        ("", "", "")
    ]
    assert OutboxEmail.objects.get(key="new").recipient == alice.email


@pytest.mark.django_db
def test_what_is_kept_about_ended_sessions_and_old_tries_goes(alice):
    browser = just_proved(alice)
    for key in (browser.session.session_key, "gone" * 10):
        UserSession.objects.create(user=alice, ip="203.0.113.9", session_key=key, user_agent="Firefox/1")
    cache.set("trying", 1, timeout=600)
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO cache VALUES ('old', 'x', now() - interval '1 second')")
        purge_data()
        cursor.execute("SELECT cache_key FROM cache WHERE cache_key = 'old'")
        assert cursor.fetchall() == []
    assert UserSession.objects.get().session_key == browser.session.session_key
    assert cache.get("trying") == 1
