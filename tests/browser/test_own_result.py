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
