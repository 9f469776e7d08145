"""What every answer tells the browser not to do."""

import pytest

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


def test_the_sessions_cookie_is_for_this_site_and_for_no_script(client, alice):
    client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD})
    cookie = next(each for name, each in client.cookies.items() if "session" in name)
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert len(cookie.value) == 32


def test_no_answer_may_be_read_by_other_sites(client):
    answer = client.get("/", HTTP_ORIGIN="https://elsewhere.example")
    assert not [name for name in answer.headers if name.startswith("Access-Control-")]
