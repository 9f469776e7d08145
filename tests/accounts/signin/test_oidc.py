"""Joining and signing in through an OpenID Connect provider: real HTTP, real forms, real pages."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount, SocialToken
from django.test import Client

from accounts.models import OldAccount, OutboxEmail, RulesAcceptance, Session, User, fingerprint_of
from ledger.services import history
from tests.accounts.signin.openid_flow import (
    ADDRESS,
    LOGIN,
    accept,
    is_signed_in,
    nothing_was_done,
    say_yes,
    through,
    way_to_the_provider,
)
from tests.conftest import PASSWORD
from tests.support.openid_provider import offered_by
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db


def test_without_a_provider_there_is_no_button_and_no_way_in(client):
    assert "Continue with" not in words(client.get("/accounts/login/"))
    assert client.post(LOGIN).status_code == 404
    assert client.get(LOGIN + "callback/?code=x&state=y").status_code == 404


def test_a_visitor_joins_through_the_provider_accepts_the_rules_and_has_coins(client, provider):
    assert "Continue with Replica" in words(client.get("/accounts/login/"))
    form = through(client)
    assert "Join Lucky11" in words(form)
    assert 'value="Nova"' in form.content.decode()
    assert ADDRESS in form.content.decode()
    assert not User.objects.exists(), "nothing is made before the rules are accepted"
    refused = client.post("/accounts/3rdparty/signup/", {})
    assert "Tick the box" in words(refused)
    assert not User.objects.exists()
    page = accept(client, email="somebody@else.example")
    nova = User.objects.get()
    assert (nova.email, nova.first_name, nova.coins) == (ADDRESS, "Nova", 50)
    assert "50 coins" in words(page)
    assert EmailAddress.objects.get().verified
    assert RulesAcceptance.objects.get().user == nova
    assert [row.type for row in history(nova.pk)] == ["signup_bonus"]
    link = SocialAccount.objects.get()
    assert (link.provider, link.uid, link.user) == ("openid", "u-1", nova)
    assert not nova.has_usable_password()
    again = Client()
    through(again)
    assert is_signed_in(again)
    assert User.objects.count() == 1


def test_looking_at_the_way_to_the_provider_starts_no_sign_in(client, provider):
    page = client.get(LOGIN)
    assert page.status_code == 200
    assert 'http-equiv="refresh"' not in page.content.decode()
    assert provider.asked == []
    nothing_was_done(client)


def test_the_provider_is_asked_with_state_nonce_and_pkce_and_nothing_that_the_visitor_adds(client, provider):
    for _ in range(2):
        through(client, next="/coins/")
    page = client.post(f"{LOGIN}?scope=admin&auth_params=nonce%3Dknown%26prompt%3Dnone")
    assert page.status_code == 200
    assert "admin" not in page.content.decode()
    assert "known" not in page.content.decode()
    first, second = provider.asked
    assert set(first["scope"].split()) == {"openid", "email", "profile"}
    assert first["code_challenge_method"] == "S256"
    for secret in ("state", "nonce", "code_challenge"):
        assert len(first[secret]) >= 16
        assert first[secret] != second[secret]


def test_whoever_wanted_a_page_gets_there(client, provider, draw):
    through(client)
    accept(client)
    back = Client()
    page = through(back, next=f"/draws/{draw.pk}/")
    assert page.redirect_chain[-1][0] == f"/draws/{draw.pk}/"
    assert "//evil.example" not in str(through(Client(), next="//evil.example/").redirect_chain)


def test_no_token_and_no_profile_of_the_provider_is_kept(client, provider):
    provider.claims |= {"picture": "https://provider.example/nova.jpg", "phone_number": "+351 555"}
    through(client)
    kept = json.dumps(list(Session.objects.values_list("sess", flat=True)))
    assert not any(token in kept for token in provider.tokens)
    accept(client)
    assert SocialAccount.objects.get().extra_data == {"iss": provider.origin, "email": ADDRESS}
    assert not SocialToken.objects.exists()


def test_a_player_is_linked_when_both_sides_confirmed_the_email_and_keeps_the_password(
    client, provider, alice
):
    provider.claims["email"] = alice.email.upper()
    through(client)
    assert is_signed_in(client)
    assert SocialAccount.objects.get().user == alice
    assert User.objects.count() == 1
    assert Client().login(email=alice.email, password=PASSWORD)
    assert "Replica was connected" in OutboxEmail.objects.values_list("subject", flat=True)


def test_an_email_that_is_not_confirmed_here_is_never_linked(client, provider, make_player):
    carol = make_player("carol", confirmed=False)
    provider.claims["email"] = carol.email
    page = through(client)
    assert page.status_code == 409
    assert "An account with this email already exists" in words(page)
    assert "No account was created, changed or connected" in words(page)
    nothing_was_done(client, players=1)
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize("said", [False, None, "false", "no", 0, [], ["true"]])
def test_an_email_that_the_provider_has_not_confirmed_is_refused_known_or_not(provider, alice, said):
    answers = []
    for email in (alice.email, ADDRESS):
        client = Client()
        provider.claims |= {"email": email, "email_verified": said}
        page = through(client)
        assert page.status_code == 403
        assert "We need a confirmed email" in words(page)
        nothing_was_done(client, players=1)
        answers.append(words(page))
    assert answers[0] == answers[1], "the answer must not tell that an email is known"


@pytest.mark.parametrize(
    "email",
    [
        None,
        "",
        "no address",
        "nova@lucky11.example\nBcc: all@lucky11.example",
        7,
        ["nova@lucky11.example"],
        {},
    ],
)
def test_an_email_that_is_missing_or_none_is_refused(client, provider, email):
    provider.claims["email"] = email
    page = through(client)
    assert page.status_code in (403, 502)
    assert "No account was created, changed or connected" in words(page)
    nothing_was_done(client)


def test_an_email_that_was_taken_while_the_form_was_open_makes_nothing(client, provider, make_player):
    through(client)
    dora = make_player("dora")
    User.objects.filter(pk=dora.pk).update(email=ADDRESS)
    page = accept(client)
    assert User.objects.count() == 1
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(client)
    assert page.status_code in (200, 409)


def test_a_second_account_of_the_provider_is_not_linked_by_itself(provider, alice):
    provider.claims["email"] = alice.email
    through(Client())
    provider.claims["sub"] = "u-2"
    client = Client()
    assert through(client).status_code == 409
    assert SocialAccount.objects.get().uid == "u-1"
    assert not is_signed_in(client)


def imported(pk="31415926", email=None, **fields):
    """A player of the old site, as an import writes them: no password, never signed in here."""
    player = User.objects.create(pk=pk, email=email, password="", **fields)
    OldAccount.objects.create(digest=fingerprint_of(pk), user=player)
    return player


def test_a_player_of_the_old_site_is_found_by_their_id(client, provider):
    old = imported(email=ADDRESS)
    provider.claims["sub"] = old.pk
    through(client)
    assert is_signed_in(client)
    assert SocialAccount.objects.get().user == old
    old.refresh_from_db()
    assert (old.email, old.coins) == (ADDRESS, 50)


def test_a_player_of_the_old_site_without_an_email_gets_the_confirmed_one(client, provider):
    old = imported()
    provider.claims["sub"] = old.pk
    through(client)
    assert is_signed_in(client)
    old.refresh_from_db()
    assert old.email == ADDRESS
    assert EmailAddress.objects.get().verified


@pytest.mark.parametrize("claim", [{"email_verified": False}, {"email": None}])
def test_a_player_of_the_old_site_is_not_left_without_any_email(client, provider, claim):
    old = imported()
    provider.claims |= {"sub": old.pk} | claim
    assert through(client).status_code == 403
    assert not SocialAccount.objects.exists()
    old.refresh_from_db()
    assert old.email is None


def test_a_player_of_the_old_site_does_not_take_another_players_email(client, provider, alice):
    old = imported()
    provider.claims |= {"sub": old.pk, "email": alice.email}
    assert through(client).status_code == 403
    assert not SocialAccount.objects.exists()
    assert not is_signed_in(client)


def test_an_id_opens_no_account_that_was_opened_here_before(provider, alice, make_player):
    """With a password, a link, a sign-in before, or on the staff, the id is not enough."""
    linked = imported("27182818")
    SocialAccount.objects.create(user=linked, provider="openid", uid="another")
    staff = imported("16180339", is_staff=True)
    returned = imported("14142135")
    signed_in(returned)
    for player in (alice, linked, staff, returned):
        provider.claims |= {"sub": player.pk, "email": f"attacker-{player.pk}@lucky11.example"}
        client = Client()
        assert "Join Lucky11" in words(through(client))
        assert not SocialAccount.objects.filter(uid=player.pk).exists()


def test_a_closed_account_is_not_opened_through_the_provider(provider, alice):
    provider.claims["email"] = alice.email
    through(Client())
    User.objects.filter(pk=alice.pk).update(is_active=False)
    client = Client()
    through(client)
    assert not is_signed_in(client)


@pytest.fixture
def well_behaved(settings, tmp_path):
    """`oidc-provider-mock`, in a process of its own, with one user."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    user = json.dumps({"sub": "nova-at-mock", "email": ADDRESS, "email_verified": True})
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "-p", str(port), "-n", "true"]
    with (tmp_path / "mock.log").open("wb") as log:
        process = subprocess.Popen([*command, "--user-claims", user], stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + 30
        description = f"http://127.0.0.1:{port}/.well-known/openid-configuration"
        while time.monotonic() < deadline:
            assert process.poll() is None, (tmp_path / "mock.log").read_text()
            with suppress(OSError), urllib.request.urlopen(description, timeout=5) as answer:
                origin = json.load(answer)["issuer"]
                break
            time.sleep(0.05)
        settings.SOCIALACCOUNT_PROVIDERS = offered_by(origin)
        yield origin
    finally:
        process.terminate()
        process.wait(10)


def test_the_whole_flow_with_a_provider_that_is_not_ours(client, well_behaved):
    way_back = say_yes(way_to_the_provider(client), sub="nova-at-mock")
    assert "Join Lucky11" in words(client.get(way_back, follow=True))
    accept(client, first_name="Nova")
    assert User.objects.get().email == ADDRESS
    again = Client()
    again.get(say_yes(way_to_the_provider(again), sub="nova-at-mock"), follow=True)
    assert is_signed_in(again)
    denied = Client()
    page = denied.get(say_yes(way_to_the_provider(denied), action="deny"), follow=True)
    assert page.status_code == 400, "this provider leaves the state out when somebody says no"
    assert not is_signed_in(denied)
