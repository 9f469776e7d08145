"""What a provider, or somebody who plays one, may answer, and what is then said and left undone."""

import logging
import re

import jwt
import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from accounts.models import User
from accounts.signin.openid import NotForThisSignIn, proved_claims
from tests.accounts.signin.openid_flow import (
    LOGIN,
    accept,
    is_signed_in,
    nothing_was_done,
    say_yes,
    through,
    way_to_the_provider,
)
from tests.conftest import PASSWORD
from tests.support.openid_provider import CLIENT_ID, new_key, offered_by
from tests.support.pages import words

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "lie",
    [
        "expired",
        "from the future",
        "signature",
        "no signature",
        "signed with the client's secret",
        "audience",
        "party",
        "issuer",
        "no exp",
        "no iat",
        "no sub",
        "no aud",
        "no iss",
        "no id token",
        "userinfo",
        "answer",
        "lifetime",
    ],
)
def test_an_answer_that_cannot_be_proved_signs_nobody_in(client, provider, alice, lie, caplog):
    provider.claims["email"] = alice.email
    provider.wrong = lie
    with caplog.at_level(logging.DEBUG):
        page = through(client)
    assert page.status_code == 502
    assert "we could not verify its answer" in words(page)
    assert "No account was created, changed or connected" in words(page)
    nothing_was_done(client, players=1)
    told = [record.getMessage() for record in caplog.records if record.name.startswith("accounts")]
    assert len(told) == 1
    assert "Signing in through Replica failed" in told[0]
    assert not any(secret in "".join(told) for secret in (*provider.tokens, alice.email))


@pytest.mark.parametrize("lie", ["nonce", "no nonce"])
def test_an_answer_to_another_sign_in_is_refused(client, provider, lie):
    provider.wrong = lie
    page = through(client)
    assert page.status_code == 400
    assert "belongs to another sign-in" in words(page)
    nothing_was_done(client)


def test_a_sign_in_that_sent_no_nonce_takes_no_token_without_one(provider):
    provider.wrong = "no nonce"
    token = provider.id_token("")
    with pytest.raises(NotForThisSignIn):
        proved_claims(token, provider.keys(), provider.origin, CLIENT_ID, "")


@pytest.mark.parametrize("lie", ["broken", "description"])
def test_a_provider_that_is_broken_or_another_one_is_told_before_anybody_leaves(client, provider, lie):
    provider.wrong = lie
    page = client.post(LOGIN)
    assert page.status_code == 502
    assert "Replica is unavailable" in words(page)
    nothing_was_done(client)


@pytest.mark.parametrize("issuer", ["", "http", "http://127.0.0.1", "{}/realms/other", "{}0"])
def test_a_description_is_only_of_the_very_issuer_that_the_operator_named(client, provider, issuer):
    described = provider.description() | {"issuer": issuer.format(provider.origin)}
    provider.description = lambda: described
    page = client.post(LOGIN)
    assert page.status_code == 502
    assert "Replica is unavailable" in words(page)
    nothing_was_done(client)


@pytest.mark.parametrize("ending", ["/", "/.well-known/openid-configuration"])
def test_the_operator_may_name_the_issuer_or_its_description(client, provider, settings, ending):
    settings.SOCIALACCOUNT_PROVIDERS = offered_by(provider.origin + ending)
    assert through(client).status_code == 200


def test_a_key_that_comes_with_a_token_is_not_believed(provider):
    forger = new_key()
    own = jwt.algorithms.RSAAlgorithm.to_jwk(forger.public_key(), as_dict=True) | {"kid": "1"}
    claims = jwt.decode(provider.id_token("nonce"), options={"verify_signature": False})
    headers = {"kid": "1", "jwk": own, "jku": f"{provider.origin}/jwks", "x5u": "https://evil.example/"}
    token = jwt.encode(claims | {"sub": "forged"}, forger, algorithm="RS256", headers=headers)
    with pytest.raises(jwt.InvalidSignatureError):
        proved_claims(token, provider.keys(), provider.origin, CLIENT_ID, "nonce")
    assert proved_claims(provider.id_token("nonce"), provider.keys(), provider.origin, CLIENT_ID, "nonce")


def test_a_provider_that_is_down_is_told_and_the_password_still_works(client, settings, alice):
    settings.SOCIALACCOUNT_PROVIDERS = offered_by("http://127.0.0.1:1")
    page = client.post(LOGIN)
    assert page.status_code == 502
    assert "sign in with your email and password" in words(page)
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    assert is_signed_in(client)


@pytest.mark.parametrize(("error", "status"), [("access_denied", 403), ("server_error", 502)])
def test_whoever_says_no_at_the_provider_is_back_and_nothing_happened(client, provider, error, status):
    provider.wrong = error
    page = through(client)
    assert page.status_code == status
    assert "Back to sign-in" in words(page)
    nothing_was_done(client)


def test_a_wrong_or_missing_state_is_refused(client, provider):
    way_back = say_yes(way_to_the_provider(client))
    for wrong in (re.sub(r"state=\w+", "state=made-up", way_back), re.sub(r"state=\w+&?", "", way_back)):
        page = client.get(wrong)
        assert page.status_code == 400
        assert "belongs to another sign-in" in words(page)
    nothing_was_done(client)


def test_an_answer_counts_once_and_only_in_the_browser_that_asked(client, provider):
    way_back = say_yes(way_to_the_provider(client))
    assert Client().get(way_back).status_code == 400, "another browser holds no such state"
    assert client.get(way_back).status_code == 302
    assert client.get(way_back).status_code == 400, "a state is used up"


def test_a_sub_that_belongs_to_another_provider_opens_nothing(client, provider, alice):
    SocialAccount.objects.create(
        user=alice, provider="openid", uid="u-1", extra_data={"iss": "https://earlier.example"}
    )
    assert through(client).status_code == 502
    assert not is_signed_in(client)


@pytest.mark.parametrize("sub", ["", "x" * 192, "a\nb", "\x00", 7, None])
def test_a_sub_that_is_none_is_refused(client, provider, sub):
    provider.claims["sub"] = sub
    assert through(client).status_code == 502
    nothing_was_done(client)


@pytest.mark.parametrize("name", ["x" * 61, "Nova\nBcc:", "\x00", 7, None])
def test_a_name_that_is_no_name_is_left_out(client, provider, name):
    provider.claims["given_name"] = name
    assert 'name="first_name" value' not in through(client).content.decode()
    accept(client, first_name="")
    assert User.objects.get().first_name == ""
