"""Which passwords players and staff may set, in every place where one is set, and how one is recognized."""

import re
import unicodedata
from datetime import timedelta

import pytest
import time_machine
from django.contrib.auth import hashers
from django.contrib.auth.password_validation import validate_password
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.models import User
from tests.conftest import PASSWORD
from tests.support.codes import code_mailed_to
from tests.support.pages import signed_in, words
from tests.support.staff import sign_in_boss

pytestmark = pytest.mark.django_db

TYPED = "Café-\ufb01re-brûlée"
BARE, WHOLE = unicodedata.normalize("NFD", TYPED), unicodedata.normalize("NFKC", TYPED)
GUESSABLE = {
    "on the list": ("football1", "too common"),
    "digits behind": ("sunshine2026!", "too common"),
    "digits before": ("1234monkey", "too common"),
    "signs for letters": ("P@ssw0rd99", "too common"),
    "wide letters": ("".join(chr(ord(sign) + 0xFEE0) for sign in "password1"), "too common"),
    "twice": ("dragondragon", "too common"),
    "one letter": ("zzzzzzzzzzzz", "too common"),
    "the site": ("Lucky11-2026", "too easy to guess"),
    "its coins": ("luckycoins77", "too easy to guess"),
    "the site and a common one": ("lucky11password", "too easy to guess"),
    "their address": ("nova.1987.nova", "too easy to guess"),
    "their provider": ("Northmail-1987", "too easy to guess"),
    "their name": ("Barbarossa55", "too easy to guess"),
    "digits": ("4718-2930-1147", "entirely numeric"),
    "short": ("tram-28", "at least 8 characters"),
    "long": ("tram-28-" * 40, "at most 256 characters"),
}
FINE = [
    "tall-orange-kettle",
    "ein langer Satz über Züge",
    "lucky is a word in this one",
    "λίγες ωραίες λέξεις",
    "x" + "7q" * 127,
]


@pytest.fixture(autouse=True)
def _no_earlier_tries(db):
    cache.clear()


def nova(make_player):
    user = make_player("nova", first_name="Barbarossa")
    user.email = "nova.87@northmail.example"
    user.save(update_fields=["email"])
    user.emailaddress_set.update(email=user.email)
    return user


def sign_in(user, password):
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("kind", GUESSABLE)
def test_what_anyone_would_try_is_refused_with_the_reason(make_player, kind):
    password, sentence = GUESSABLE[kind]
    with pytest.raises(ValidationError, match=sentence):
        validate_password(password, nova(make_player))


@pytest.mark.parametrize("password", FINE)
def test_a_few_words_are_a_password_in_any_script_and_without_digits(make_player, password):
    validate_password(password, nova(make_player))


@pytest.mark.parametrize("kind", ["digits behind", "the site", "their name", "long"])
def test_the_same_is_refused_wherever_a_password_is_set(client, make_player, kind, monkeypatch):
    password, sentence = GUESSABLE[kind]
    joining = {
        "email": "x@lucky11.example",
        "password1": password,
        "first_name": "Barbarossa",
        "accepts_rules": "on",
    }
    assert sentence in words(client.post("/accounts/signup/", joining))
    player = nova(make_player)
    own = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    assert sentence in words(signed_in(player).post("/accounts/password/change/", own))
    assert sentence in words(after_the_code(player, password))
    sign_in_boss(client, make_player)
    new = {"password1": password, "password2": password, "usable_password": "true"}
    assert sentence in words(client.post(f"/admin/accounts/user/{player.pk}/password/", new))
    assert player.password == User.objects.get(pk=player.pk).password
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", password)
    if kind != "their name":
        with pytest.raises(CommandError, match=sentence):
            call_command("createsuperuser", interactive=False, email="first@lucky11.example")


def after_the_code(player, password):
    """What a player reads who chooses this password with a code that was sent to them."""
    client = Client()
    client.post("/accounts/password/reset/", {"email": player.email})
    client.post("/accounts/password/reset/confirm/", {"code": code_mailed_to(player.email)})
    return client.post("/accounts/password/reset/complete/", {"password1": password, "password2": password})


@pytest.mark.parametrize("keyboard", [TYPED, BARE, WHOLE])
def test_a_password_is_the_same_from_every_keyboard(alice, keyboard):
    for set_with in (TYPED, BARE, WHOLE):
        alice.set_password(set_with)
        alice.save()
        assert sign_in(alice, keyboard)
    assert not sign_in(alice, keyboard.replace("r", "R", 1))


def test_a_password_from_before_still_signs_in_and_then_does_from_every_keyboard(alice):
    User.objects.filter(pk=alice.pk).update(password=hashers.make_password(BARE))
    assert not sign_in(alice, TYPED)
    assert sign_in(alice, BARE)
    assert sign_in(alice, TYPED)


def test_proving_an_old_password_again_does_not_end_the_session_that_asks(alice):
    User.objects.filter(pk=alice.pk).update(password=hashers.make_password(BARE))
    alice.refresh_from_db()
    browser = signed_in(alice)
    browser.post("/accounts/reauthenticate/", {"password": BARE})
    assert browser.get("/profile/").status_code == 200


def test_an_unknown_email_takes_as_many_hashes_as_a_known_one(alice, monkeypatch):
    made = []

    def counted(hasher, password, salt, *rest):
        made.append(password)
        return encode(hasher, password, salt, *rest)

    encode = hashers.MD5PasswordHasher.encode
    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    counts = {}
    for email in (alice.email, "nobody@lucky11.example"):
        made.clear()
        Client().post("/accounts/login/", {"login": email, "password": BARE})
        counts[email] = len(made)
    assert len(set(counts.values())) == 1, counts


def test_a_password_of_two_megabytes_is_refused_without_being_normalized(alice, monkeypatch):
    seen = []
    monkeypatch.setattr(unicodedata, "normalize", lambda form, text: seen.append(len(text)) or text)
    assert not sign_in(alice, "e" + "\u0301" * 500_000)
    assert all(length <= 256 for length in seen)


@pytest.mark.parametrize("old", ["", "not-my-password", PASSWORD[:-1]])
def test_a_password_is_not_changed_without_the_one_before(alice, old):
    new = {"oldpassword": old, "password1": FINE[0], "password2": FINE[0]}
    answer = signed_in(alice).post("/accounts/password/change/", new)
    assert answer.status_code == 200
    assert not sign_in(alice, FINE[0])
    assert sign_in(alice, PASSWORD)


def test_what_is_typed_as_a_password_is_not_shown(client, alice):
    pages = [client.get(page) for page in ("/accounts/signup/", "/accounts/login/")]
    for page in (*pages, signed_in(alice).get("/accounts/password/change/")):
        fields = re.findall(r'<input[^>]*name="[^"]*password[^>]*>', page.content.decode())
        assert fields
        assert all('type="password"' in field for field in fields)


def test_a_password_of_ten_years_ago_still_signs_in(alice):
    with time_machine.travel(timezone.now() + timedelta(days=3653)):
        assert sign_in(alice, PASSWORD)


def test_nobody_is_asked_a_question_whose_answer_others_could_know(client):
    """Only emails and passwords are asked for; the rest of the form of joining is nobody's way in."""
    asked = {
        name
        for page in ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")
        for name in re.findall(r'<input[^>]*name="(\w+)"', client.get(page).content.decode())
    }
    joining = {"first_name", "accepts_rules", "website", "time_zone", "language", "next"}
    assert asked - joining <= {
        "csrfmiddlewaretoken",
        "login",
        "credential",
        "email",
        "password",
        "password1",
        "remember",
        "q",
    }


def test_passwords_can_be_pasted(client):
    page = client.get("/accounts/signup/").content.decode()
    assert "onpaste" not in page
    assert 'autocomplete="new-password"' in page
