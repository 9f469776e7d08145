"""A page that Back brings out of the browser's store, or that another tab overtook, says what is true now."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserType, Page, expect

from accounts.models import Message
from draws.models import Participation
from ledger.services import balance
from lucky11.gate import headers
from tests.support.pages import take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


WHOLE = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser(
    browser_type: BrowserType, browser_type_launch_args: dict[str, Any], browser: Browser
) -> Iterator[Browser]:
    """A browser that keeps whole pages for Back, as those of players do; Playwright turns that off."""
    program = WHOLE or browser_type_launch_args["executable_path"]
    keeping = browser_type.launch(
        **browser_type_launch_args | {"executable_path": program},
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield keeping
    keeping.close()


@pytest.fixture
def keeps_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers differ in which pages with `no-store` they keep for Back; this one keeps all."""
    if not WHOLE:
        pytest.skip("no whole Chromium on this machine, and the headless shell keeps no page for Back")
    monkeypatch.setattr(headers, "NOT_KEPT", "no-cache, private")


def go_back(page: Page, path: str, steps: int = 1) -> None:
    """Go back to a page that the browser kept whole. Playwright would wait for a page that loads."""
    page.evaluate("steps => history.go(-steps)", steps)
    page.wait_for_function(
        "path => location.pathname + location.search === path && 'keptWhole' in window", arg=path
    )


def note_what_comes_back(page: Page) -> None:
    page.add_init_script("addEventListener('pageshow', (event) => { window.keptWhole = event.persisted })")


def test_after_back_a_player_takes_more_tickets_with_a_new_key(live_server, visit, draw, alice, keeps_all):
    window = visit(live_server.url, player=alice)
    note_what_comes_back(window.page)
    page = window.go(f"/draws/{draw.pk}/")
    key = page.locator("form#entry [name=request_id]")
    first = key.input_value()
    page.get_by_role("button", name="Enter with 5 coins").click()
    expect(page.locator(".receipt")).to_contain_text("You are in with 1 ticket")
    page.goto(live_server.url + "/rules/")
    go_back(page, f"/draws/{draw.pk}/", 2)
    assert page.evaluate("keptWhole")
    expect(key).not_to_have_value(first)
    expect(page.locator(".purse")).to_contain_text("45")
    expect(page.locator("#tickets-hint")).to_contain_text("With 1 more you would hold 2")
    page.get_by_label("Add tickets").fill("2")
    page.get_by_role("button", name="Enter with 10 coins").click()
    expect(page.locator(".receipt")).to_contain_text("You are in with 2 tickets")
    assert (balance(alice.pk), Participation.objects.count()) == (35, 3)
    assert window.complaints == []


def test_a_form_that_was_used_already_offers_to_take_more(live_server, visit, draw, alice):
    page = visit(live_server.url, player=alice, script=False).go(f"/draws/{draw.pk}/")
    used = page.content()
    page.get_by_role("button", name="Enter this draw").click()
    # Without script, a browser that shows the page as it was.
    page.route(f"**/draws/{draw.pk}/", lambda route: route.fulfill(body=used, content_type="text/html"))
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    page.get_by_label("Tickets", exact=True).fill("3")
    page.get_by_role("button", name="Enter this draw").click()
    expect(page.get_by_role("alert")).to_contain_text("You are already in with 1 ticket")
    page.unroute_all()
    page.get_by_role("button", name="Take 3 more tickets").click()
    expect(page.locator(".receipt")).to_contain_text("You are in with 3 tickets")
    assert (balance(alice.pk), Participation.objects.count()) == (30, 4)


def test_a_tab_that_is_seen_again_shows_coins_and_messages_of_now(live_server, visit, draw, make_draw, alice):
    window = visit(live_server.url, player=alice)
    page = window.go(f"/draws/{draw.pk}/")
    page.get_by_label("Tickets", exact=True).fill("4")
    expect(page.locator(".bell")).to_contain_text("Messages, 1 unread")
    take(alice, make_draw(), 2)
    Message.objects.create(user=alice, key="test", kind="results", title="A test", body="Of a test.", url="/")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".purse")).to_contain_text("40")
    expect(page.locator(".bell")).to_contain_text("Messages, 2 unread")
    expect(page.locator("#tickets-hint")).to_contain_text("and have 20 coins left")
    expect(page.get_by_label("Tickets", exact=True)).to_have_value("4")
    assert window.complaints == []


def test_after_signing_out_back_brings_no_page_of_the_player(live_server, visit, alice, keeps_all):
    window = visit(live_server.url, player=alice)
    note_what_comes_back(window.page)
    page = window.go("/coins/")
    expect(page.locator("main")).to_contain_text("50")
    page.goto(live_server.url + "/tickets/")
    # Signed out elsewhere, so that this browser was told nothing.
    alice.set_password("another-password")
    alice.save()
    page.evaluate("history.back()")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    assert window.complaints == []


def test_a_tab_left_open_shows_no_page_of_a_player_who_signed_out(live_server, visit, alice):
    page = visit(live_server.url, player=alice).go("/coins/")
    other = page.context.new_page()
    other.goto(live_server.url + "/accounts/logout/")
    other.get_by_role("button", name="Sign out").click()
    expect(other.get_by_role("link", name="Sign in").first).to_be_visible()
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_form_older_than_a_sign_in_in_another_tab_is_taken_as_it_was_typed(live_server, visit, alice):
    page = visit(live_server.url, player=alice).go("/profile/")
    page.locator("[name=first_name]").fill("Alicia")
    # The other tab signed in anew, which changes the token of every form.
    page.locator("[name=csrfmiddlewaretoken]").evaluate_all(
        "all => all.forEach(t => { t.value = 'x'.repeat(64) })"
    )
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.wait_for_function(
        "() => !document.querySelector('[name=csrfmiddlewaretoken]').value.startsWith('x')"
    )
    page.locator("[name=first_name]").press("Enter")
    expect(page.locator("main")).to_contain_text("Saved.")
    alice.refresh_from_db()
    assert alice.first_name == "Alicia"
