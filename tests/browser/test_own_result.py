"""A player who won sees their coins count up, and those who want no motion see the sum at once."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WATCH = """() => {
    window.counted = [];
    const number = document.querySelector(".tally [data-to]");
    const look = () => counted.push(Number(number.textContent));
    new MutationObserver(look).observe(number, { childList: true, characterData: true });
}"""


@pytest.fixture
def alice(make_player):
    """A player who likes surprises."""
    return make_player("alice", covers_results_from=timezone.now())


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_purse_counts_up_to_what_it_holds_once_the_result_is_open(
    live_server, visit, ended, alice, motion
):
    window = visit(live_server.url, player=alice, width=390)
    window.page.emulate_media(reduced_motion=motion)
    page = window.go(f"/draws/{ended.pk}/")
    page.evaluate(WATCH)
    page.get_by_role("button", name="Show result").click()
    expect(page.get_by_role("button", name="Share my win")).to_be_visible()
    expect(page.locator(".tally")).to_contain_text("40 + 100")
    expect(page.locator(".tally [data-to]")).to_have_text("140")
    if motion == "reduce":
        assert page.evaluate("counted") == []
    else:
        page.evaluate(
            """() => new Promise(done => {
                const look = () => counted.at(-1) === 140 ? done() : requestAnimationFrame(look);
                look();
            })"""
        )
        counted = page.evaluate("counted")
        assert counted == sorted(counted)
        assert counted[0] < 100
    assert window.complaints == []


def test_a_draw_is_checked_where_it_stands(live_server, visit, ended):
    window = visit(live_server.url, width=390)
    page = window.go(f"/draws/{ended.pk}/")
    proof = page.locator("#seal")
    expect(proof.get_by_text("All fingerprints in full")).to_be_hidden()
    expect(proof.get_by_text("Operator-run draw.")).to_be_visible()
    page.get_by_role("button", name="Check it now").click()
    expect(proof.get_by_text("Checked on your device just now: every step holds.")).to_be_focused()
    expect(proof.locator("summary use").first).to_have_attribute("href", "#i-check")
    proof.get_by_role("heading", name="This draw was sealed before it opened").click()
    expect(proof.get_by_text("All fingerprints in full")).to_be_visible()
    assert window.complaints == []


def test_a_draw_that_does_not_hold_gets_no_tick_but_the_checkers_page(live_server, visit, ended):
    page = visit(live_server.url).go(f"/draws/{ended.pk}/")
    page.route(
        "**/proof.json", lambda route: route.fulfill(body=route.fetch().text().replace("Lisbon", "Porto"))
    )
    page.get_by_role("button", name="Check it now").click()
    page.wait_for_url(f"**/draws/{ended.pk}/verify/")
    expect(page.get_by_role("heading", name="Check this draw yourself")).to_be_visible()
