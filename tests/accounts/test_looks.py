"""Every page can be light, dark or as the device is, and in another language, without script and account."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client

from accounts.looks import THEMES
from tests.support.pages import signed_in

pytestmark = pytest.mark.django_db

PUBLIC = ["/", "/how-it-works/", "/accounts/login/", "/winners/", "/help/", "/nothing-here/"]
PRIVATE = ["/messages/", "/coins/", "/profile/", "/tickets/"]


@pytest.fixture
def press(client):
    """Press one of the buttons at the foot of a page, as a browser does; returns the answer."""

    def send(page="/help/", browser=client, **chosen):
        form = re.search(r'<form class="looks".*?</form>', browser.get(page).content.decode(), re.DOTALL)[0]
        back = re.search(r'name="next"\s+value="([^"]*)"', form)[1]
        headers = {"Sec-Fetch-Site": "same-origin"}
        return browser.post("/looks/", {"next": back, **chosen}, headers=headers)

    return send


def shown(page) -> tuple[str, list[str]]:
    """The theme that a page's root names, and the colours that it gives the bar of the browser."""
    text = page.content.decode()
    [root] = re.findall(r"<html[^>]*>", text)
    theme = re.search(r'data-theme="(\w+)"', root)
    return theme[1] if theme else "", re.findall(r'<meta name="theme-color"[^>]*content="(#\w+)"', text)


@pytest.mark.parametrize("page", PUBLIC)
def test_a_visitors_choice_holds_on_every_page_and_leads_back_to_the_one_they_read(client, press, page):
    assert shown(client.get(page)) == ("", ["#edf1eb", "#0d1512"])
    answer = press(page, theme="dark")
    assert answer["Location"] == page
    assert shown(client.get(page)) == ("dark", ["#0d1512"])
    assert 'href="/manifest.webmanifest?theme=dark"' in client.get(page).content.decode()
    press(page, theme="light")
    assert shown(client.get(page)) == ("light", ["#edf1eb"])
    press(page, theme="")
    assert shown(client.get(page)) == ("", ["#edf1eb", "#0d1512"])


@pytest.mark.parametrize("page", PRIVATE)
def test_a_players_choice_holds_on_pages_of_their_own(alice, press, page):
    browser = signed_in(alice)
    press(page, browser, theme="dark")
    assert shown(browser.get(page))[0] == "dark"


def test_the_button_of_what_is_chosen_is_pressed(client, press):
    press(theme="dark")
    form = re.search(r'<form class="looks".*?</form>', client.get("/help/").content.decode(), re.DOTALL)[0]
    assert re.findall(r'value="(\w*)"\s+aria-pressed="true"', form)[0] == "dark"


def test_a_visitors_page_keeps_no_cookie_and_nobody_else_gets_its_copy(client, press):
    page = client.get("/help/")
    assert not page.cookies
    assert "Cookie" in page["Vary"]
    press(theme="dark")
    assert "Cookie" in client.get("/help/")["Vary"]


def test_the_choice_is_for_this_site_and_for_no_script(press):
    cookie = press(theme="dark").cookies["theme"]
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert cookie["max-age"] > 300 * 24 * 3600


def test_the_manifest_has_the_colours_of_the_theme(client):
    def colour(address):
        return client.get(address).json()["theme_color"]

    assert colour("/manifest.webmanifest") == "#edf1eb"
    assert colour("/manifest.webmanifest?theme=dark") == "#0d1512"
    assert colour("/manifest.webmanifest?theme=nonsense") == "#edf1eb"


def test_the_language_is_chosen_where_there_is_a_choice(client, press):
    page = client.get("/help/")
    assert '<html lang="en"' in page.content.decode()
    answer = press(language="en-xa")
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "en-xa"
    assert '<html lang="en-xa"' in client.get("/help/").content.decode()


def test_no_language_is_offered_where_there_is_one():
    form = render_to_string("_looks.html", {"themes": THEMES.items(), "theme": "", "languages": []})
    assert 'name="theme"' in form
    assert 'name="language"' not in form


@pytest.mark.parametrize(
    "sent",
    [{"theme": "pink"}, {"theme": "dark\nSet-Cookie: x"}, {"language": "xx"}, {"language": ""}, {}],
)
def test_what_is_no_choice_changes_nothing(client, sent):
    answer = client.post("/looks/", sent, headers={"Sec-Fetch-Site": "same-origin"})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert not answer.cookies


ELSEWHERE = ["https://evil.example/", "//evil.example", "javascript:alert(1)", "", "\\\\evil"]


@pytest.mark.parametrize("back", ELSEWHERE)
def test_the_form_leads_to_no_other_site(client, back):
    assert client.post("/looks/", {"theme": "dark", "next": back})["Location"] == "/"


@pytest.mark.parametrize("origin", ["cross-site", "same-site"])
def test_another_site_changes_nothing(client, origin):
    answer = client.post("/looks/", {"theme": "dark"}, headers={"Sec-Fetch-Site": origin})
    assert answer.status_code == 302
    assert not answer.cookies


def test_following_a_link_changes_nothing(client):
    answer = client.get("/looks/?theme=dark")
    assert answer.status_code == 405
    assert "theme" not in answer.cookies


def test_a_browser_without_any_cookie_needs_no_token(db):
    strict = Client(enforce_csrf_checks=True)
    assert "theme" in strict.post("/looks/", {"theme": "dark"}).cookies


def test_a_damaged_cookie_is_no_choice(client):
    client.cookies["theme"] = "<script>"
    assert shown(client.get("/help/"))[0] == ""
