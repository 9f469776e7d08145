"""From signing in to checking a draw in Firefox and WebKit, and what text browsers make of the pages."""

import re
import shutil
import subprocess

import pytest
from django.core.cache import cache

from tests.browser import other_engines
from tests.conftest import PASSWORD
from tests.support.pages import finish, take

pytestmark = [pytest.mark.browser, pytest.mark.nightly, pytest.mark.django_db(transaction=True)]

ENGINES = {
    "firefox": (other_engines.firefox, ["firefox-esr"]),
    "webkit": (other_engines.webkit, ["WebKitWebDriver", "Xvfb"]),
}
TEXT_BROWSERS = {"w3m": ["w3m", "-dump", "-cols", "100"], "lynx": ["lynx", "-dump", "-nolist", "-width=100"]}


def missing(programs: list[str]) -> list[str]:
    return [program for program in programs if not shutil.which(program)]


@pytest.fixture(params=ENGINES)
def engine(request, tmp_path):
    begin, programs = ENGINES[request.param]
    if lacks := missing(programs):
        pytest.skip(f"{request.param} is not on this machine: it needs {' and '.join(lacks)}")
    with begin(tmp_path) as browser:
        yield browser


def test_a_player_signs_in_enters_a_draw_and_checks_one(engine, live_server, alice, bob, make_draw):
    cache.clear()
    drawn, opened = make_draw(title="A moka pot", max_participants=30), make_draw(title="A city bicycle")
    take(bob, drawn, 3)
    finish(drawn)
    engine.go(f"{live_server.url}/accounts/login/")
    offered = engine.ask("return [...document.querySelectorAll('[data-passkey]')].some((one) => !one.hidden)")
    assert offered == engine.ask("return Boolean(window.PublicKeyCredential)")
    engine.fill("[name=login]", alice.email)
    engine.fill("[name=password]", PASSWORD)
    engine.press("form.login [type=submit], main form [type=submit]:not([data-passkey])")
    engine.until("return document.querySelector('.purse')")

    engine.go(f"{live_server.url}/draws/{opened.pk}/")
    engine.press("[data-step='1']")
    engine.reads("Enter with 10 coins")
    engine.press("#entry [type=submit]")
    engine.reads("You are in with 2 tickets")
    opened.refresh_from_db()
    assert opened.current_participants == 2

    engine.go(f"{live_server.url}/draws/{drawn.pk}/verify/")
    engine.press("[data-tools]:not([hidden]) [data-check]")
    engine.reads("PASS: every step holds")


def test_fields_buttons_and_the_font_are_there_in_both_themes(engine, live_server):
    engine.go(f"{live_server.url}/accounts/login/")
    seen = """
        document.documentElement.dataset.theme = arguments[0];
        const style = (what) => getComputedStyle(document.querySelector(what));
        return [style("body").backgroundColor, style("[name=login]").borderTopColor,
            style("[type=submit].btn").color];
    """
    assert engine.ask(seen, "light") == ["rgb(237, 241, 235)", "rgb(123, 138, 129)", "rgb(255, 255, 255)"]
    assert engine.ask(seen, "dark") == ["rgb(13, 21, 18)", "rgb(113, 133, 122)", "rgb(13, 21, 18)"]
    engine.until("return document.fonts.check('20px \"Special Gothic\"')")


@pytest.fixture(params=TEXT_BROWSERS)
def read(request):
    command = TEXT_BROWSERS[request.param]
    if missing(command[:1]):
        pytest.skip(f"{request.param} is not on this machine")

    def read(address: str) -> str:
        done = subprocess.run([*command, address], capture_output=True, text=True, check=True, timeout=60)
        return " ".join(done.stdout.split())

    return read


def test_a_text_browser_reads_words_apart(read, live_server, make_draw, alice):
    first, drawn = make_draw(title="A city bicycle", max_participants=200, prize_amount=640), make_draw()
    make_draw(title="A moka pot", max_participants=200)
    take(alice, drawn, 3)
    finish(drawn)
    front = read(live_server.url)
    for words in ("Draws Results How it works", "0 of 200 taken", "5 coins a ticket", "All 2 Closing today"):
        assert words in front
    assert not re.search(r"Only \d", front)
    page = read(f"{live_server.url}/draws/{first.pk}/")
    for words in ("0 of 200 taken 200 left", "A ticket costs 5 coins", "Tickets 200"):
        assert words in page
    results = read(f"{live_server.url}/winners/")
    assert re.search(r"Winning ticket 000[123] a player", results)
