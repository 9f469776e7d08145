"""A page has one clock, the server's, by which it counts down and asks for news, however slow the line is."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SCRIPTS = Path(__file__).parents[2] / "static" / "js"
# Whether a page's first countdown shows what is left by the machine's clock, which server and browser share.
RIGHT = """() => {
    const clock = document.querySelector("[data-countdown]");
    const part = (name) => Number(clock.querySelector(`[data-${name}]`).textContent);
    const shown = ((part("d") * 24 + part("h")) * 60 + part("m")) * 60 + part("s");
    const left = (Date.parse(clock.dataset.countdown) - realNow()) / 1000;
    return Math.abs(shown - left) <= 1;
}"""
# A device whose clocks the test can set: what it counts, and what it shows.
DEVICE = """
    const [counts, shows] = [performance.now.bind(performance), Date.now];
    const moved = { counts: 0, shows: 0 };
    performance.now = () => counts() + moved.counts;
    Date.now = () => shows() + moved.shows;
    window.realNow = () => shows() + (window.moved.server ?? 0);
    window.moved = moved;
"""
HOUR = 3_600_000
SLOW_4G = {"offline": False, "latency": 562.5, "downloadThroughput": 180_000, "uploadThroughput": 84_375}
# What every countdown shows whenever one of them changes, after all have had their turn.
SHOWN = """() => new Promise((done) => {
    const seen = [];
    const clocks = [...document.querySelectorAll("[data-countdown]")];
    const part = (clock, name) => Number(clock.querySelector(`[data-${name}]`).textContent);
    const seconds = (clock) =>
        ((part(clock, "d") * 24 + part(clock, "h")) * 60 + part(clock, "m")) * 60 + part(clock, "s");
    const look = () => {
        seen.push(clocks.map((clock) => Date.parse(clock.dataset.countdown) / 1000 - seconds(clock)));
        if (seen.length === 3) done(seen);
    };
    new MutationObserver(look).observe(clocks[0], { childList: true, characterData: true, subtree: true });
})"""


@pytest.fixture
def opened(live_server, visit, make_draw):
    """The page of a draw that closes in hours, on a device whose clocks can be set."""
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(hours=2, minutes=30))

    def open_page(before=None, asked="requestfinished"):
        window = visit(live_server.url)
        window.page.add_init_script(DEVICE)
        if before:
            before(window.page)
        with window.page.expect_event(asked, lambda request: request.url.endswith("/now.json")):
            window.go(f"/draws/{draw.pk}/")
        return window

    return open_page


def test_a_page_that_comes_back_from_the_browsers_store_shows_what_is_left_now(live_server, opened):
    with time_machine.travel(timezone.now() - timedelta(seconds=25)):
        window = opened(lambda page: page.route("**/now.json*", lambda route: route.abort()), "requestfailed")
        page = window.page
        assert not page.evaluate(RIGHT)
        # Nobody keeps what a route looks at.
        page.unroute_all()
    page.goto(live_server.url + "/rules/")
    page.go_back()
    page.wait_for_function(RIGHT)


def test_a_page_shows_what_is_left_after_its_device_slept(opened):
    window = opened()
    page = window.page
    with page.expect_response("**/now.json"), time_machine.travel(timezone.now() + timedelta(hours=1)):
        # What the device counts stood still.
        page.evaluate("hour => { moved.shows = moved.server = hour }", HOUR)
        page.wait_for_function(RIGHT)
    assert window.complaints == []


def test_a_page_that_nobody_saw_for_an_hour_asks_when_it_is_seen_again(opened):
    window = opened()
    page = window.page
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        # Both clocks of the device stood still, as in a machine that was put aside.
        page.evaluate("hour => { moved.server = hour }", HOUR)
        assert not page.evaluate(RIGHT)
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        page.wait_for_function(RIGHT)


def test_a_device_whose_clock_is_set_wrong_learns_the_time_from_the_server(opened):
    page = opened().page
    with page.expect_response("**/now.json"):
        page.evaluate("hour => { moved.shows = hour }", HOUR)
    page.wait_for_function(RIGHT)


def test_a_page_shows_what_is_left_on_a_slow_line(opened):
    def slow(page):
        line = page.context.new_cdp_session(page)
        line.send("Network.emulateNetworkConditions", SLOW_4G)

    page = opened(slow).page
    page.wait_for_function(RIGHT)


def test_a_draw_that_closed_while_its_page_was_on_the_way_counts_down_no_more_and_is_asked_for(
    live_server, visit, make_draw
):
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(seconds=50))
    window = visit(live_server.url)
    with time_machine.travel(timezone.now()) as clock:
        # The page left a minute before its scripts begin, as on a line that broke off and came back.
        window.page.route("**/now.json", lambda route: [clock.shift(60), route.continue_()])
        with window.page.expect_request("**/now.json?of=*"):
            page = window.go(f"/draws/{draw.pk}/")
            # The numbers and their units are boxes, so the white space between them shows nothing.
            expect(page.locator(".clock")).to_have_text(
                re.compile(r"^\s*0\s*d\s*0\s*h\s*00\s*min\s*00\s*s\s*$")
            )
    assert window.complaints == []


def test_all_countdowns_of_a_page_show_the_same_second(live_server, visit, settings):
    settings.DEBUG = True
    window = visit(live_server.url)
    page = window.go("/styleguide/")
    assert page.locator("[data-countdown]").count() > 1
    for moments in page.evaluate(SHOWN):
        assert max(moments) == min(moments)
    assert window.complaints == []


def test_one_script_knows_the_time():
    telling = re.compile(r"dataset\.now\b|Date\.now|new Date\(\)")
    assert {path.name for path in SCRIPTS.glob("*.js") if telling.search(path.read_text())} == {"clock.js"}
