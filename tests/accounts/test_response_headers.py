"""What every answer tells the browser not to do."""

import pytest
from django.test import Client

from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("page", ["/", "/accounts/login/", "/coins/", "/nothing-here/"])
def test_no_answer_is_guessed_at_framed_or_named_to_others(client, alice, page):
    client.force_login(alice)
    answer = client.get(page)
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("page", "kind"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/nothing-here/", "text/html; charset=utf-8"),
        ("/log.json", "application/json"),
        ("/healthz", "text/plain; charset=utf-8"),
    ],
)
def test_every_answer_says_what_it_is_and_in_which_letters(client, page, kind):
    answer = client.get(page)
    assert answer["Content-Type"] == kind


def test_a_page_moves_to_https_and_what_machines_ask_for_does_not(settings):
    settings.SECURE_SSL_REDIRECT = True
    client = Client()
    assert client.get("/rules/")["Location"] == "https://testserver/rules/"
    for path in ("/healthz", "/readyz", "/metrics"):
        assert client.get(path).status_code != 301, path


def test_the_sessions_cookie_is_for_this_site_and_for_no_script(client, alice):
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    cookie = next(each for name, each in client.cookies.items() if "session" in name)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert len(cookie.value) == 32


@pytest.mark.parametrize("page", ["/", "/accounts/login/", "/how-it-works/", "/nothing-here/"])
def test_no_page_may_load_from_or_send_to_another_host(client, page):
    policy = client.get(page)["Content-Security-Policy"]
    said = {
        name: set(rest.split())
        for name, _, rest in (each.strip().partition(" ") for each in policy.split(";"))
    }
    assert {"default-src", "connect-src", "form-action", "img-src", "script-src"} <= said.keys()
    assert set.union(*said.values()) <= {"'none'", "'self'", "/csp-report/"}


def test_no_answer_may_be_read_by_other_sites(client):
    answer = client.get("/", HTTP_ORIGIN="https://elsewhere.example")
    assert not [name for name in answer.headers if name.startswith("Access-Control-")]
