"""The pages about fairness in a browser: for everyone, on every screen, with and without script."""

import pytest

from draws.lifecycle import close
from draws.lifecycle.cancel import cancel_draw
from draws.models import Seal, Winner
from draws.notifications.sweeps import send_list_fingerprints
from tests.conftest import let_close
from tests.support.pages import finish, take
from tests.support.prizes import pass_on_prize

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def pages(make_draw, make_player, alice, bob):
    """Every state of a draw with its list, the log and the explanation; Alice holds tickets in each."""
    draws = {
        "open": make_draw(illustration="tram", max_participants=100),
        "frozen": make_draw(illustration="moka"),
        "drawn": make_draw(illustration="headphones", winner_count=2),
        "void": make_draw(min_participants=9),
        "cancelled": make_draw(),
        "passed on": make_draw(prize_amount=90, prize_coins=0, reserve_count=2, illustration="vinyl"),
    }
    for draw in draws.values():
        for player in (alice, bob, make_player("cleo", coins=500)):
            take(player, draw, 2 if draw == draws["drawn"] else 1)
    cancel_draw(draws["cancelled"].pk, reason="The host withdrew.")
    finish(draws["drawn"], draws["void"], draws["passed on"])
    pass_on_prize(Winner.objects.get(draw=draws["passed on"], place=0).pk)
    let_close(draws["frozen"])
    close.freeze_draw(draws["frozen"].pk)
    send_list_fingerprints()
    shown = {name: f"/draws/{draw.pk}/" for name, draw in draws.items()}
    lists = {f"list {name}": f"{shown[name]}tickets/" for name in ("open", "drawn", "cancelled")}
    number = draws["drawn"].pk
    lists |= {
        "found": f"/draws/{number}/tickets/?find=3",
        "not found": f"/draws/{number}/tickets/?find=x",
    }
    others = {"log": "/log/", "fair": "/fair-draws/", "home": "/", "results": "/winners/"}
    return shown | lists | others | {"mine": "/tickets/", "messages": "/messages/"}


def test_a_fingerprint_is_copied_with_one_press(live_server, visit, pages, alice):
    window = visit(live_server.url, player=alice)
    page = window.go(pages["drawn"])
    window.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_text("This draw was sealed before it opened").click()
    page.get_by_role("button", name="Copy the result’s fingerprint").click()
    result = bytes(Seal.objects.get(draw__pk=int(pages["drawn"].split("/")[2])).result_hash).hex()
    page.wait_for_function("text => navigator.clipboard.readText().then(held => held === text)", arg=result)


def test_without_script_every_fingerprint_can_be_selected(live_server, visit, pages, alice):
    page = visit(live_server.url, script=False, player=alice).go(pages["drawn"])
    assert page.get_by_role("button", name="Copy").count() == 0
    page.get_by_text("This draw was sealed before it opened").click()
    page.get_by_text("All fingerprints in full").click()
    seal = Seal.objects.get(draw__pk=int(pages["drawn"].split("/")[2]))
    for digest in (seal.open_hash, seal.freeze_hash, seal.result_hash):
        assert page.locator("#seal dd code").get_by_text(bytes(digest).hex()).first.is_visible()
