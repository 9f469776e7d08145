"""Names as people type them: what nobody sees is refused, and what people see as one sign stays one."""

import pytest
from django.test import Client

from accounts.models import User
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db

FAMILY, FLAG, WAVE = "👨‍👩‍👧", "🇵🇹", "👋🏽"


@pytest.mark.parametrize(
    ("first", "last", "initials"),
    [
        ("Ana", "Lisboa", "AL"),
        (FAMILY, "Silva", f"{FAMILY}S"),
        (FLAG, WAVE, FLAG + WAVE),
        ("e\u0301lan", "", "E\u0301"),
        ("🇵🇹🇪🇸", "x", f"{FLAG}X"),
        ("❤️s", "", "❤️"),
    ],
)
def test_initials_are_whole_signs(first, last, initials):
    assert User(first_name=first, last_name=last).initials == initials


@pytest.mark.parametrize("name", ["\u200b", "\u2060\u2060", "Ana\u202e", "\u3164\u200d", "\u0301"])
def test_a_name_that_nobody_sees_is_refused(alice, name):
    answer = signed_in(alice).post("/profile/", {"first_name": name, "last_name": "", "time_zone": "UTC"})
    assert answer.status_code == 400
    assert "First name" in words(answer)
    alice.refresh_from_db()
    assert alice.first_name == "Alice"


@pytest.mark.parametrize("name", [FAMILY, "علی‌رضا", "O’Neil", ""])
def test_a_name_of_any_script_is_taken(alice, name):
    answer = signed_in(alice).post("/profile/", {"first_name": name, "last_name": "", "time_zone": "UTC"})
    assert answer.status_code == 302


def resent(alice, path="/profile/", origin="http://testserver", **fields):
    client = Client(enforce_csrf_checks=True)
    client.force_login(alice)
    return words(client.post(path, {"first_name": "Ada"} | fields, headers={"origin": origin}))


def test_only_a_form_of_this_site_without_secrets_is_offered_again(alice):
    assert "Send it again" in resent(alice)
    assert "Send it again" not in resent(alice, origin="https://elsewhere.example")
    assert "Send it again" not in resent(alice, origin="null")
    assert "Send it again" not in resent(alice, password="secret")
    assert "Send it again" not in resent(alice, path="/accounts/login/")
    assert "Send it again" not in resent(alice, path="/admin/login/")
