"""Joining, confirming, signing in and resetting the password, as a visitor does it."""

import re
import threading

import pytest
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import OutboxEmail, RulesAcceptance, User
from accounts.play import rules_form
from accounts.signin.invitations import SALT, token_for
from ledger.services import history
from tests.conftest import PASSWORD
from tests.support.pages import field, just_proved, signed_in, words

pytestmark = pytest.mark.django_db

ADDRESS = "nova@lucky11.example"
JOINING = {"email": ADDRESS, "password1": "tall-orange-kettle", "accepts_rules": "on"}


@pytest.fixture(autouse=True)
def _no_earlier_tries(db: None) -> None:
    # Limits on tries are counted in the cache, by address and by client.
    cache.clear()


def join(client: Client, email: str = ADDRESS, **fields: str):
    return client.post("/accounts/signup/", JOINING | {"email": email} | fields)


def newest_mail() -> OutboxEmail:
    return OutboxEmail.objects.latest("pk")


def link_in(mail: OutboxEmail) -> str:
    found = re.search(r"http://testserver(/\S+)", mail.text)
    assert found
    return found[1]


def test_a_visitor_joins_confirms_and_has_coins(client):
    response = join(client, first_name="Nova")
    assert response.status_code == 302
    assert "check your email" in words(client.get(response["Location"]))
    mail = newest_mail()
    assert (mail.recipient, mail.subject) == (ADDRESS, "Confirm your email for Lucky11")
    assert link_in(mail) in mail.html
    assert "50 coins" in mail.text
    done = client.get(link_in(mail), follow=True)
    assert "50 coins in your purse" in words(done)
    assert "50 coins are yours. Choose a draw and take your first ticket." in words(done)
    nova = User.objects.get()
    assert (nova.email, nova.first_name, nova.coins) == (ADDRESS, "Nova", 50)
    assert [row.type for row in history(nova.pk)] == ["signup_bonus"]


def test_joining_asks_for_the_age_and_the_rules_and_keeps_when_they_were_accepted(client, settings):
    page = client.get("/accounts/signup/").content.decode()
    assert 'I am 18 or older and I accept <a href="/rules/">the rules</a>' in page
    settings.RULES_VERSION = "2031-02"
    before = timezone.now()
    join(client)
    accepted = RulesAcceptance.objects.get(user__email=ADDRESS)
    assert accepted.version == "2031-02"
    assert before <= accepted.accepted_at <= timezone.now()


def test_the_acceptance_is_written_with_the_player_or_neither_is(client, monkeypatch):
    def fail(*_: object) -> None:
        raise RuntimeError("no room for the acceptance")

    monkeypatch.setattr(rules_form, "accept_rules", fail)
    client.raise_request_exception = False
    assert join(client).status_code == 500
    assert not User.objects.exists()
    assert not OutboxEmail.objects.exists()


def test_a_link_confirms_by_itself_only_where_no_scanner_can_have_followed_it(client):
    join(client)
    link = link_in(newest_mail())
    for stranger in (Client(), Client(headers={"sec-purpose": "prefetch"})):
        assert ADDRESS in words(stranger.get(link))
    assert ADDRESS in words(client.get(link, headers={"sec-purpose": "prefetch;prerender"}))
    assert User.objects.get().coins == 0
    assert client.get(link).status_code == 302
    assert User.objects.get().coins == 50


def test_after_confirming_the_player_is_back_where_they_wanted_to_be(client, draw):
    target = f"/draws/{draw.pk}/"
    page = client.get(f"/accounts/signup/?next={target}")
    waiting = join(client, next=field(page, "next"))["Location"]
    link = link_in(newest_mail())
    # On another device, which is told to sign in and is not signed in by a link alone.
    phone = Client()
    done = phone.post(link, {"next": field(phone.get(link), "next")}, follow=True)
    assert done.redirect_chain == [(target, 302)]
    said = words(done)
    assert "50 coins are yours. The page where you joined continues by itself. Sign in to play" in said
    # The page on which they joined notices.
    assert client.get(f"{waiting}&state").json() == {"confirmed": True, "waiting": True}
    done = client.get(waiting, follow=True)
    assert done.redirect_chain[-1] == (target, 302)
    assert "50 coins in your purse" in words(done)
    assert client.get(f"{waiting}&state").json() == {"confirmed": True, "waiting": False}
    assert client.get(waiting)["Location"] == target


def test_a_page_that_leads_away_from_the_site_is_wanted_by_nobody(client):
    join(client, next="https://elsewhere.example/")
    assert "elsewhere" not in newest_mail().text
    link = link_in(newest_mail())
    assert Client().post(link, {"next": "https://elsewhere.example/"})["Location"] == "/"


def test_the_waiting_page_sends_the_email_again_but_not_at_once(client, make_player):
    known = make_player("known")
    for address in (ADDRESS, known.email):
        browser = Client()
        waiting = join(browser, address)["Location"]
        assert address in words(browser.get(waiting))
        assert browser.get(f"{waiting}?state").json() == {"confirmed": False, "waiting": True}
        sent = OutboxEmail.objects.count()
        assert "a few minutes ago" in words(browser.post(waiting, follow=True))
        assert OutboxEmail.objects.count() == sent
        cache.clear()
        assert f"We sent an email to {address}." in words(browser.post(waiting, follow=True))
        assert OutboxEmail.objects.count() == sent + 1


def test_a_browser_that_waits_for_nothing_is_led_to_signing_in(client, alice):
    assert "sign in" in words(client.get("/accounts/confirm-email/"))
    assert client.post("/accounts/confirm-email/")["Location"] == "/accounts/login/"
    assert client.get("/accounts/confirm-email/?state").json() == {"confirmed": False, "waiting": False}
    assert signed_in(alice).get("/accounts/confirm-email/?next=/coins/")["Location"] == "/coins/"


def test_confirming_twice_says_the_link_was_used_and_pays_once(client):
    join(client)
    link = link_in(newest_mail())
    Client().post(link)
    for response in (Client().get(link), Client().post(link)):
        assert response.status_code == 200
        assert "This link no longer works" in words(response)
    assert User.objects.get().coins == 50


@pytest.mark.parametrize("key", ["x", "MQ:1:abc", "-" * 200])
def test_a_made_up_confirmation_link_says_it_does_not_work(client, key):
    for response in (
        client.get(f"/accounts/confirm-email/{key}/"),
        client.post(f"/accounts/confirm-email/{key}/"),
    ):
        assert "This link no longer works" in words(response)


def test_a_link_for_one_purpose_opens_no_other(client, make_player):
    player = make_player("nova", confirmed=False)
    confirms = EmailConfirmationHMAC(player.emailaddress_set.get()).key
    invites = token_for(player)
    assert signing.loads(invites, salt=SALT) == player.pk
    with pytest.raises(signing.BadSignature):
        signing.loads(confirms, salt=SALT)
    assert "This link no longer works" in words(client.post(f"/accounts/confirm-email/{invites}/"))
    assert not player.emailaddress_set.get().verified


def test_joining_does_not_tell_whether_an_email_is_known(alice):
    known, unknown = Client(), Client()
    first, second = join(known, alice.email), join(unknown)
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    pages = [words(known.get(first["Location"])), words(unknown.get(second["Location"]))]
    assert pages[0].replace(alice.email, ADDRESS) == pages[1]
    subjects = dict(OutboxEmail.objects.values_list("recipient", "subject"))
    assert subjects[alice.email] == "You already have a Lucky11 account"
    assert User.objects.filter(email=alice.email).count() == 1


def test_an_email_is_one_account_whatever_its_case(alice):
    join(Client(), alice.email.upper())
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"email": "no address"}, "Enter a valid email address."),
        ({"password1": "short"}, "at least 8 characters"),
        ({"password1": "password"}, "too common"),
        ({"first_name": "x" * 61}, "at most 60 characters"),
        ({"accepts_rules": ""}, "you must be 18 or older and accept the rules to play here."),
        ({"accepts_rules": "false"}, "you must be 18 or older and accept the rules to play here."),
    ],
)
def test_a_form_that_is_wrong_says_what_is_wrong_at_the_field(client, fields, sentence):
    response = client.post("/accounts/signup/", JOINING | fields)
    page = words(response)
    assert "There is a problem" in page
    assert page.count(sentence) >= 2
    assert 'role="alert"' in response.content.decode()
    assert not User.objects.exists()
    assert not OutboxEmail.objects.exists()


def test_a_field_left_empty_is_named_above_the_form(client):
    page = words(client.post("/accounts/signup/", JOINING | {"email": ""}))
    assert "There is a problem Fill in “Email”." in page
    assert "This field is required." in page
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_joining_twice_at_once_makes_one_account_and_no_error():
    statuses: list[int] = []
    start = threading.Barrier(4)

    def browser() -> None:
        start.wait()
        statuses.append(join(Client()).status_code)
        connection.close()

    browsers = [threading.Thread(target=browser) for _ in range(4)]
    for thread in browsers:
        thread.start()
    for thread in browsers:
        thread.join()
    assert statuses == [302] * 4
    assert (User.objects.count(), EmailAddress.objects.count()) == (1, 1)


def test_signing_in_with_a_wrong_password_says_the_same_for_every_email(alice):
    answers = [
        words(Client().post("/accounts/login/", {"login": email, "password": "wrong-kettle"}))
        for email in (alice.email, "nobody@lucky11.example")
    ]
    assert answers[0] == answers[1]
    assert "That email and password do not match." in answers[0]


def test_a_player_signs_in_and_out_again(client, alice):
    response = client.post(
        "/accounts/login/", {"login": alice.email.upper(), "password": PASSWORD}, follow=True
    )
    assert "50 coins in your purse" in words(response)
    assert "Sign out?" in words(client.get("/accounts/logout/"))
    assert "Sign in" in words(client.post("/accounts/logout/", follow=True))


def test_signing_in_unconfirmed_sends_the_mail_again(client, make_player):
    carol = make_player("carol", confirmed=False)
    response = client.post("/accounts/login/", {"login": carol.email, "password": PASSWORD}, follow=True)
    assert "check your email" in words(response)
    assert newest_mail().recipient == carol.email


def test_a_password_is_reset_by_the_code_in_the_mail(client, alice):
    response = client.post("/accounts/password/reset/", {"email": alice.email}, follow=True)
    assert "Enter the code" in words(response)
    mail = newest_mail()
    assert (mail.recipient, mail.subject) == (alice.email, "Your code to reset your password")
    code = re.findall(r"^\s*([A-Z0-9]{4,}(?:-[A-Z0-9]+)?)\s*$", mail.text, re.MULTILINE)[0]
    assert code in mail.html
    wrong = client.post("/accounts/password/reset/confirm/", {"code": "AAAA-AAA"})
    assert "That is not the code we sent." in words(wrong)
    page = client.post("/accounts/password/reset/confirm/", {"code": code}, follow=True)
    assert "Choose a new password" in words(page)
    new = {"password1": "brass-river-lamp", "password2": "brass-river-lamp"}
    assert "Your new password is saved" in words(
        client.post("/accounts/password/reset/complete/", new, follow=True)
    )
    assert Client().login(email=alice.email, password="brass-river-lamp")
    assert newest_mail().subject == "Your password was reset"


def test_resetting_does_not_tell_whether_an_email_is_known(alice):
    answers = [
        words(Client().post("/accounts/password/reset/", {"email": email}, follow=True)).replace(email, "…")
        for email in (alice.email, "nobody@lucky11.example")
    ]
    assert answers[0] == answers[1]


def test_too_many_tries_are_stopped_with_a_page(client, alice):
    for _ in range(30):
        response = client.post("/accounts/password/reset/", {"email": alice.email})
        if response.status_code == 429:
            break
    assert response.status_code == 429
    assert "A little too fast" in words(response)


def test_a_changed_password_is_told_by_mail(alice):
    client = signed_in(alice)
    new = {"oldpassword": PASSWORD, "password1": "brass-river-lamp", "password2": "brass-river-lamp"}
    client.post("/accounts/password/change/", new)
    assert newest_mail().subject == "Your password was changed"
    assert Client().login(email=alice.email, password="brass-river-lamp")


def test_mail_is_written_in_the_database_transaction_that_needs_it(client, monkeypatch):
    from accounts.notifications import outbox

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no room for the mail")

    monkeypatch.setattr(outbox, "enqueue", fail)
    client.raise_request_exception = False
    assert join(client).status_code == 500
    assert not User.objects.exists()
    assert not EmailAddress.objects.exists()


@pytest.mark.parametrize(
    "address",
    ["email", "password/change", "password/reset", "reauthenticate", "inactive", "logout"],
)
def test_every_page_about_signing_in_looks_like_lucky11(alice, address):
    response = just_proved(alice).get(f"/accounts/{address}/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "css/base/elements" in page
    assert 'class="skip"' in page
    assert page.count("<h1") == 1
