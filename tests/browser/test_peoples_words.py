"""What people wrote, of whatever length, direction and signs, leaves every page as it is."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.models import Message, User
from tests.support.pages import finish, take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

LONG = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2
SLOPES = """() => [...document.querySelectorAll("body *")].filter(
    (e) => e.getClientRects().length && !e.closest(".vh, .chipnav, .tablewrap, svg, .skip, datalist")
        && e.getBoundingClientRect().right > 321 && getComputedStyle(e).position !== "fixed"
).map((e) => e.outerHTML.slice(0, 120))"""


@pytest.fixture
def wordy(make_player, make_draw):
    """A player and draws about whom everything is one long word."""
    player = make_player("x", first_name="W" * 60, last_name="M" * 60, coins=500)
    terms = {"title": LONG[:150], "description": LONG, "prize_details": f"{LONG}\n{LONG}", "reserve_count": 1}
    open_draw, over, off = (make_draw(**terms, prize_amount=45, prize_coins=0) for _ in range(3))
    for draw in (open_draw, over, off):
        take(player, draw, 2)
    finish(over)
    User.objects.filter(pk=player.pk).update(suspended_reason=LONG, suspended_at=timezone.now())
    Message.objects.create(user=player, key="long", kind="result", title=LONG, body=LONG, url="/")
    return player, open_draw, over


def test_a_long_word_scrolls_no_page(live_server, visit, wordy):
    player, open_draw, over = wordy
    window = visit(live_server.url, player=player, width=320)
    wrong = {}
    for path in (
        *("/", "/winners/", "/tickets/", "/messages/", "/coins/", "/profile/", "/messages/choices/", "/log/"),
        *(f"/draws/{open_draw.pk}/", f"/draws/{over.pk}/", f"/draws/{over.pk}/tickets/"),
        *(f"/draws/{over.pk}/verify/", f"/winners/{over.winners.get(place=0).pk}/claim/"),
    ):
        page = window.go(path)
        wide = page.evaluate("() => document.documentElement.scrollWidth")
        if wide > 320:
            wrong[path] = (wide, page.evaluate(SLOPES)[:3])
    assert wrong == {}


def test_words_keep_their_direction_on_a_page_that_runs_the_other_way(
    live_server, visit, make_draw, settings
):
    settings.PSEUDO_LANGUAGES = True
    draw = make_draw(title="Win a moka pot!", description="Is it yours?")
    window = visit(live_server.url)
    cookie = {"name": settings.LANGUAGE_COOKIE_NAME, "value": "ar-xb", "url": live_server.url}
    window.page.context.add_cookies([cookie])
    page = window.go(f"/draws/{draw.pk}/")
    assert page.evaluate("document.documentElement.dir") == "rtl"
    for words in (page.get_by_role("heading", level=1), page.locator(".lead")):
        assert words.evaluate("e => getComputedStyle(e).direction") == "ltr"


def test_a_summary_of_errors_names_each_field(live_server, visit, alice):
    page = visit(live_server.url, player=alice).go("/profile/")
    page.locator("[name=first_name]").evaluate("field => { field.removeAttribute('maxlength') }")
    page.locator("[name=first_name]").fill("x" * 61)
    page.locator("[name=last_name]").fill("\u200b")
    page.get_by_label("Time zone").evaluate("field => { field.required = false; field.value = '' }")
    page.get_by_role("button", name="Save").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text(re.compile("First name: Ensure this value has at most 60 characters"))
    expect(summary).to_contain_text("Last name: This name has a sign that nobody sees (U+200B)")
    expect(summary).to_contain_text("Time zone: Choose the city")


def test_a_form_that_is_too_old_keeps_what_was_typed(live_server, visit, alice):
    page = visit(live_server.url, player=alice, script=False).go("/profile/")
    page.locator("[name=first_name]").fill("Alicia <3\n")
    page.context.clear_cookies(name="csrftoken")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("That form has expired")
    page.get_by_role("button", name="Send it again").click()
    expect(page.locator(".flash")).to_contain_text("Saved.")
    alice.refresh_from_db()
    assert alice.first_name == "Alicia <3"
