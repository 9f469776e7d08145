"""No answer tells whether an email is known: the same page, the same status, the same work."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core.cache import cache
from django.test import Client

from tests.conftest import PASSWORD
from tests.support.pages import words

pytestmark = pytest.mark.django_db

UNKNOWN = "nobody@lucky11.example"


class CountingHasher(MD5PasswordHasher):
    algorithm = "md5"
    count = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.count += 1
        return super().encode(password, salt)


@pytest.fixture(autouse=True)
def _counts_the_work(db, settings):
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    cache.clear()


def answer(path, email, fields, client=None):
    """What somebody sees who sends this address, where they end up, and how often a password was hashed."""
    cache.clear()
    client = client or Client()
    CountingHasher.count = 0
    sent = {name: value.replace("@@", email) for name, value in fields.items()}
    page = client.post(path, sent, follow=True)
    seen = words(page).replace(email, "…").replace(email.title(), "…")
    return page.status_code, [where for where, _ in page.redirect_chain], seen, CountingHasher.count


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/accounts/login/", {"login": "@@", "password": "wrong-kettle-lamp"}),
        ("/accounts/signup/", {"email": "@@", "password1": "tall-orange-kettle", "accepts_rules": "on"}),
        ("/accounts/password/reset/", {"email": "@@"}),
    ],
)
def test_a_known_and_an_unknown_email_get_the_same_answer_for_the_same_work(alice, path, fields):
    known, unknown = (answer(path, email, fields) for email in (alice.email, UNKNOWN))
    assert known == unknown
    assert known[0] == 200


def test_an_unconfirmed_email_is_answered_like_an_unknown_one(make_player):
    carol = make_player("carol", confirmed=False)
    fields = {"login": "@@", "password": "wrong-kettle-lamp"}
    assert answer("/accounts/login/", carol.email, fields) == answer("/accounts/login/", UNKNOWN, fields)


def test_changing_to_a_known_email_is_answered_like_an_unknown_one(alice, bob):
    answers = []
    client = Client()
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for email in (bob.email, UNKNOWN):
        status, where, seen, work = answer(
            "/accounts/email/", email, {"email": "@@", "action_add": ""}, client
        )
        answers.append((status, where, seen, work))
        EmailAddress.objects.filter(user=alice, verified=False).delete()
    assert answers[0] == answers[1]
    assert "We sent an email to …" in answers[0][2]


def test_a_code_for_a_known_email_is_refused_like_one_for_an_unknown(alice):
    answers = []
    for email in (alice.email, UNKNOWN):
        client = Client()
        answer("/accounts/password/reset/", email, {"email": "@@"}, client)
        answers.append(answer("/accounts/password/reset/confirm/", email, {"code": "AAAA-AAA"}, client))
    assert answers[0] == answers[1]
