"""Pages about draws keep themselves up to date, and a player opens their own result, however they browse."""

from datetime import timedelta
from pathlib import PurePath

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.support.pages import finish, take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

# Compressed, on a first visit to a page about draws.
STYLE_BYTES, SCRIPT_BYTES = 14_000, 25_000
LIST_REQUESTS, DRAW_REQUESTS = 16, 12
LONGEST_REVEAL = 2500  # milliseconds


def polls(page) -> list[str]:
    """The addresses that the page asks for from now on to learn what is new."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "now.json?of=" in request.url else None)
    return asked


@pytest.fixture
def watch(live_server, visit):
    """A window whose clock stands until the test moves it."""

    def open_window(address: str, **how):
        window = visit(live_server.url, **how)
        window.page.clock.install()
        return window.go(address), window

    return open_window


# -- what changes while one looks --


def test_tickets_taken_by_others_appear_on_the_draws_page(watch, draw, alice, bob):
    page, window = watch(f"/draws/{draw.pk}/", player=alice, width=390)
    expect(page.locator(".entry__top")).to_contain_text("0 of 10 taken")
    page.get_by_label("Tickets", exact=True).fill("2")
    take(bob, draw, 3)
    page.clock.run_for(17_000)
    expect(page.locator(".entry__top")).to_contain_text("3 of 10 taken")
    expect(page.locator(".buybar")).to_contain_text("7 left")
    assert page.locator("progress.bar").evaluate("bar => bar.value") == 3
    # What the player has chosen stays, and its odds follow.
    expect(page.locator("#tickets-hint")).to_contain_text("With 2 you would hold 2 of 5 tickets")
    expect(page.get_by_role("status")).to_have_text("")
    assert window.complaints == []


def test_tickets_taken_by_others_appear_on_the_list(watch, make_draw, bob):
    first = make_draw(title="First", draw_time=timezone.now().replace(microsecond=0) + timedelta(minutes=50))
    second = make_draw(title="Second")
    page, window = watch("/")
    asked = polls(page)
    take(bob, first, 4)
    take(bob, second, 5)
    page.clock.run_for(17_000)
    expect(page.locator(".hero")).to_contain_text("4 of 10 taken")
    expect(page.locator(".card")).to_contain_text("Only 5 left")
    assert [url.partition("?")[2] for url in asked] == [f"of={first.pk},{second.pk}"]
    assert window.complaints == []


def test_a_draw_that_sells_out_says_so_once_and_keeps_the_readers_place(watch, make_draw, alice, bob):
    draw = make_draw(max_participants=3)
    page, window = watch(f"/draws/{draw.pk}/", player=alice)
    page.get_by_role("link", name="Limits and breaks").focus()
    take(bob, draw, 3)
    page.clock.run_for(17_000)
    expect(page.locator("progress.bar")).to_have_js_property("value", 3)
    page.clock.run_for(4000)
    expect(page.get_by_role("link", name="Add to calendar")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("All tickets are taken.")
    assert page.evaluate("document.activeElement.id") == "entry"
    expect(page.locator(".buybar")).to_have_count(0)
    assert window.complaints == []


def test_a_hidden_page_asks_nothing_and_asks_at_once_when_it_is_seen_again(watch, draw, bob):
    page, _ = watch(f"/draws/{draw.pk}/")
    asked = polls(page)
    hide = "hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true });"
    hide += "document.dispatchEvent(new Event('visibilitychange')); }"
    page.evaluate(hide, True)
    page.clock.run_for(120_000)
    assert asked == []
    take(bob, draw, 2)
    page.evaluate(hide, False)
    expect(page.locator(".entry__top")).to_contain_text("2 of 10 taken")
    assert len(asked) == 1


def test_a_page_whose_draws_are_over_asks_nothing(watch, draw, alice):
    take(alice, draw)
    finish(draw)
    page, _ = watch(f"/draws/{draw.pk}/")
    asked = polls(page)
    page.clock.run_for(120_000)
    assert asked == []


def test_a_draw_about_to_close_is_asked_for_more_often(watch, make_draw):
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(seconds=58))
    page, _ = watch(f"/draws/{draw.pk}/")
    asked = polls(page)
    for _ in range(45):
        page.clock.run_for(1000)
        page.evaluate("fetch('/healthz').then(() => null)")
    # Every quarter of a minute would be three times.
    assert len(asked) >= 6


def test_ten_minutes_and_one_minute_are_said_once(watch, make_draw):
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(minutes=10, seconds=30))
    page, _ = watch(f"/draws/{draw.pk}/")
    status = page.get_by_role("status")
    expect(status).to_have_text("")
    page.clock.run_for(60_000)
    expect(status).to_have_text("Ten minutes left to enter.")
    page.evaluate("document.querySelector('[data-live]').textContent = ''")
    page.clock.run_for(60_000)
    expect(status).to_have_text("")
    page.clock.fast_forward(475_000)
    page.clock.run_for(2000)
    expect(status).to_have_text("One minute left to enter.")
    assert page.locator(".clock[aria-live], .clock [aria-live]").count() == 0


def test_without_script_a_link_fetches_what_is_new(live_server, visit, draw, bob):
    for address in (f"/draws/{draw.pk}/", "/"):
        page = visit(live_server.url, script=False).go(address)
        take(bob, draw)
        page.get_by_role("link", name="Refresh", exact=True).click()
        expect(page.locator("progress.bar + p")).to_contain_text(f"{2 if address == '/' else 1} of 10 taken")


# -- the result --


@pytest.fixture
def alice(make_player):
    """A player who likes surprises."""
    return make_player("alice", covers_results_from=timezone.now())


@pytest.fixture
def bob(make_player):
    return make_player("bob", covers_results_from=timezone.now())


def test_a_player_opens_their_result_and_finds_it_open_from_then_on(live_server, visit, ended, alice):
    window = visit(live_server.url, player=alice)
    loaded = []
    window.page.on("request", lambda request: loaded.append(PurePath(request.url).name))
    page = window.go(f"/draws/{ended.pk}/")
    expect(page.get_by_role("heading", name="The result is in")).to_be_visible()
    won = page.get_by_role("heading", name="won")
    winners = page.get_by_role("heading", name="The winner", exact=True)
    expect(won).to_have_count(0)
    expect(winners).to_have_count(0)
    assert "burst.js" not in loaded
    page.get_by_role("button", name="Show result").click()
    expect(won).to_be_visible()
    expect(winners).to_be_visible()
    expect(page.locator(".reveal__result")).to_be_focused()
    expect(page.get_by_role("button", name="Show result")).to_have_count(0)
    expect(page.locator("canvas.burst")).to_have_count(1)
    expect(page.locator("canvas.burst")).to_have_count(0)
    assert "burst.js" in loaded
    page.reload()
    expect(won).to_be_visible()
    page = visit(live_server.url, player=alice).go(f"/draws/{ended.pk}/")
    expect(won).to_be_visible()
    expect(page.locator(".reveal")).to_have_count(0)
    assert window.complaints == []


def test_opening_lasts_a_moment_and_any_key_ends_it(live_server, visit, ended, alice):
    page = visit(live_server.url, player=alice).go(f"/draws/{ended.pk}/")
    # A browser that stops the clock of every movement, to look at them.
    page.evaluate(
        "document.addEventListener('animationstart', () => document.getAnimations().forEach(a => a.pause()))"
    )
    page.get_by_role("button", name="Show result").click()
    page.evaluate(
        """() => new Promise(done => {
            const paused = () => document.getAnimations().some(a => a.playState === "paused");
            const look = () => paused() ? done() : requestAnimationFrame(look);
            look();
        })"""
    )
    ends = page.evaluate(
        "document.querySelector('.reveal').getAnimations({ subtree: true })"
        ".map(a => a.effect.getComputedTiming().endTime)"
    )
    assert 0 < max(ends) <= LONGEST_REVEAL
    expect(page.locator(".is-open")).to_have_count(0)
    page.keyboard.press("Escape")
    expect(page.locator(".is-open")).to_have_count(1)


def test_a_player_who_wants_no_motion_gets_none(live_server, visit, ended, alice):
    window = visit(live_server.url, player=alice)
    window.page.emulate_media(reduced_motion="reduce")
    page = window.go(f"/draws/{ended.pk}/")
    page.evaluate(
        "window.canvases = 0;"
        "new MutationObserver(() => { canvases += document.querySelectorAll('canvas').length })"
        ".observe(document.body, { childList: true })"
    )
    page.get_by_role("button", name="Show result").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="won")).to_be_visible()
    assert page.evaluate("document.getAnimations().filter(a => a.animationName).length") == 0
    assert page.evaluate("canvases") == 0


def test_a_player_reads_the_result_at_once_by_a_link(live_server, visit, ended, alice):
    page = visit(live_server.url, player=alice).go(f"/draws/{ended.pk}/")
    page.get_by_role("button", name="Show it right away").click()
    expect(page.get_by_role("heading", name="won")).to_be_visible()


def test_without_script_the_result_is_simply_there(live_server, visit, ended, alice):
    page = visit(live_server.url, script=False, player=alice).go(f"/draws/{ended.pk}/")
    expect(page.get_by_role("heading", name="won")).to_be_visible()
    expect(page.get_by_role("heading", name="The winner", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Show result")).to_be_hidden()


def test_who_did_not_win_reads_it_plainly_and_nothing_flies(live_server, visit, make_draw, alice, bob):
    draw = make_draw()
    take(bob, draw)
    take(alice, draw)
    finish(draw)
    loser = alice if draw.winner_id == bob.pk else bob
    window = visit(live_server.url, player=loser)
    loaded = []
    window.page.on("request", lambda request: loaded.append(PurePath(request.url).name))
    page = window.go(f"/draws/{draw.pk}/")
    page.get_by_role("button", name="Show result").click()
    expect(page.get_by_role("heading", name="Not this time")).to_be_visible()
    assert "burst.js" not in loaded
    assert not {"almost", "close", "nearly"} & set(page.locator(".reveal").inner_text().lower().split())
    assert window.complaints == []


def test_visitors_and_players_without_a_ticket_have_nothing_to_open(live_server, visit, ended, bob):
    for player in (None, bob):
        page = visit(live_server.url, player=player).go(f"/draws/{ended.pk}/")
        expect(page.get_by_role("heading", name="This draw is over")).to_be_visible()
        expect(page.get_by_role("button", name="Show result")).to_have_count(0)


def test_a_search_is_made_by_keyboard(live_server, visit, make_draw):
    make_draw(title="A moka pot")
    make_draw(title="A city bicycle")
    page = visit(live_server.url).go("/")
    page.get_by_role("searchbox", name="Search draws by title").focus()
    page.keyboard.type("bicy")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Draws with “bicy”")).to_be_visible()
    expect(page.locator(".card h3")).to_have_text(["A city bicycle"])
