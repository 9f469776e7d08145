"""The player's own page, and the mailbox of a development site."""

import pytest
from django.test import Client

from accounts.models import OutboxEmail
from accounts.notifications.outbox import enqueue
from draws.models import Draw
from ledger.services import balance
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def save(client: Client, **fields: str):
    return client.post("/profile/", {"first_name": "Alice", "last_name": "", "time_zone": "UTC"} | fields)


def test_the_page_shows_what_the_player_did(make_draw, alice):
    draw: Draw = make_draw(prize_amount=350)
    take(alice, draw, 3)
    finish(draw)
    page = words(signed_in(alice).get("/profile/"))
    for fact in ("Tickets taken 3", "Prizes won 1", "Value of prizes €350", "Days in a row 1"):
        assert fact in page


def test_names_and_time_zone_are_saved_and_nothing_else(alice):
    client = signed_in(alice)
    stolen = {"coins": "9999", "is_vip": "on", "is_staff": "on", "email": "x@lucky11.example", "id": "x"}
    response = save(client, first_name="Ada", last_name="Lovelace", time_zone="Europe/Lisbon", **stolen)
    assert response.status_code == 302
    page = words(client.get("/profile/"))
    assert "Saved." in page
    assert "Times are those of Lisbon." in page
    before = alice.email
    alice.refresh_from_db()
    assert (alice.first_name, alice.last_name, alice.time_zone) == ("Ada", "Lovelace", "Europe/Lisbon")
    assert (alice.coins, alice.is_vip, alice.is_staff, alice.email) == (50, False, False, before)


def test_saving_from_an_old_page_does_not_set_coins_back(alice, draw):
    client = signed_in(alice)
    client.get("/profile/")
    take(alice, draw, 2)
    save(client)
    assert balance(alice.pk) == 40


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../etc/passwd"])
def test_a_time_zone_that_does_not_exist_is_refused(alice, zone):
    response = save(signed_in(alice), time_zone=zone)
    assert response.status_code == 400
    assert "There is a problem" in words(response)
    alice.refresh_from_db()
    assert alice.time_zone == "UTC"


def test_a_zone_stored_under_an_old_name_can_be_kept(make_player):
    client = signed_in(make_player("carol", time_zone="US/Eastern"))
    assert 'value="Eastern, US"' in client.get("/profile/").content.decode()
    assert save(client, time_zone="US/Eastern").status_code == 302


def test_the_profile_is_for_signed_in_players(client):
    assert client.get("/profile/")["Location"] == "/accounts/login/?next=/profile/"


@pytest.fixture
def mail(db: None) -> OutboxEmail:
    enqueue("test", "a@lucky11.example", "Hello <you>", "Go to http://testserver/x?a=1&b=2 now", "<p>Hi</p>")
    return OutboxEmail.objects.get()


def test_a_development_site_shows_its_mails_newest_first(client, mail, settings):
    settings.DEBUG = True
    enqueue("later", "b@lucky11.example", "A later one", "text")
    page = words(client.get("/dev/mail/"))
    assert page.index("A later one") < page.index("Hello <you>")
    one = client.get(f"/dev/mail/{mail.pk}/")
    assert '<a href="http://testserver/x?a=1&amp;b=2"' in one.content.decode()
    assert "frame-src 'self'" in one["Content-Security-Policy"]


def test_the_html_of_a_mail_can_do_nothing(client, mail, settings):
    settings.DEBUG = True
    response = client.get(f"/dev/mail/{mail.pk}/html/")
    assert response.content == b"<p>Hi</p>"
    policy = response["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script" not in policy
    assert "allow-same-origin" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"


@pytest.mark.parametrize("address", ["/dev/mail/", "/dev/mail/{}/", "/dev/mail/{}/html/"])
def test_outside_development_there_is_no_mailbox_for_anyone(make_player, mail, settings, address):
    settings.DEBUG = False
    staff = make_player("carol", is_staff=True, is_superuser=True)
    for client in (Client(), signed_in(staff)):
        response = client.get(address.format(mail.pk))
        assert response.status_code == 404
        assert "Hello" not in words(response)
