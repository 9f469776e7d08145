"""A page has one clock, the server's, by which it counts down and asks for news, however slow the line is."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SCRIPTS = Path(__file__).parents[2] / "static" / "js"
# The scripts begin a minute after the server wrote the page, as on a line that broke off and came back.
LATE = "{ const real = performance.now.bind(performance); performance.now = () => real() + 60_000; }"
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


def test_a_draw_that_closed_while_its_page_was_on_the_way_counts_down_no_more_and_is_asked_for(
    live_server, visit, make_draw
):
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(seconds=50))
    window = visit(live_server.url)
    window.page.add_init_script(LATE)
    with window.page.expect_request(lambda request: "now.json" in request.url):
        page = window.go(f"/draws/{draw.pk}/")
        # The numbers and their units are boxes, so the white space between them shows nothing.
        expect(page.locator(".clock")).to_have_text(re.compile(r"^\s*0\s*d\s*0\s*h\s*00\s*min\s*00\s*s\s*$"))
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
