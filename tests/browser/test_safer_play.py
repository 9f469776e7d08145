"""Limits, breaks and what holds back an entry, in a browser: accessible, and fitting small screens."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import expect

from accounts.breaks import take_break
from accounts.models import PlayBreak, User
from ledger.limits import set_limit
from ledger.models import SpendLimit
from tests.browser.test_pages import IN_THE_DARK, RULES, SIZES, SPACED, add_style
from tests.pages import take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def players(make_player, draw) -> dict[str, User | None]:
    """A player for each face of the entry panel that holds an entry back, and a visitor."""
    limited, resting, suspended = (make_player(name) for name in ("limited", "resting", "suspended"))
    take(limited, draw)
    for period, coins in (("day", 5), ("week", 0), ("month", 1_000_000)):
        set_limit(limited.pk, period, coins)
    set_limit(limited.pk, "day", 900_000_000)
    set_limit(limited.pk, "month", None)
    take_break(resting, "exclusion-five-years")
    User.objects.filter(pk=suspended.pk).update(suspended_at=timezone.now())
    return {
        "visitor": None,
        "player": make_player("player"),
        "limited": limited,
        "resting": resting,
        "suspended": suspended,
        "staff": make_player("staff", is_staff=True, is_superuser=True),
        "imported": make_player("imported", accepted_rules=False),
    }


@pytest.mark.parametrize(("width", "dark"), [*SIZES, (320, False)])
def test_pages_are_accessible_and_fit_the_screen(live_server, visit, players, draw, width, dark):
    for name, player in players.items():
        window = visit(live_server.url, width, dark, player=player)
        addresses = ["/safer-play/", f"/draws/{draw.pk}/"] + ([] if player else ["/accounts/signup/"])
        for address in addresses:
            page = window.go(address)
            add_style(page, ".tabs, .buybar { position: static !important; }")
            found = Axe().run(page, options={"runOnly": IN_THE_DARK if dark else RULES})
            assert found.violations_count == 0, f"{name} {address}\n{found.generate_report()}"
            assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} {address}"
            if width == 320:
                add_style(page, SPACED)
                assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} {address}"
        assert window.complaints == []


def test_a_player_sets_a_limit_and_then_takes_a_break(live_server, visit, alice, draw):
    page = visit(live_server.url, 390, player=alice).go(f"/draws/{draw.pk}/")
    page.get_by_role("link", name="Limits and breaks").click()
    day = page.get_by_role("form", name="In 24 hours")
    day.get_by_label("At most, in coins").fill("7")
    day.get_by_role("button", name="Set the limit").click()
    expect(page.get_by_text("From now on you spend at most 7 coins in 24 hours.")).to_be_visible()
    page.go_back()
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    expect(page.locator("#tickets-hint")).to_contain_text("Your own limits leave 7 coins.")
    page.goto(f"{live_server.url}/safer-play/")
    rest = page.get_by_role("region", name="Take a break")
    rest.get_by_label("How long").select_option("week")
    rest.get_by_label("I understand that nobody can end this early").check()
    rest.get_by_role("button", name="Start the break now").click()
    expect(page.get_by_role("heading", name="You are on a break until")).to_be_visible()
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    expect(page.locator("#entry")).to_contain_text("You are on a break")
    expect(page.get_by_role("button", name="Enter")).to_have_count(0)
    assert SpendLimit.objects.get(user=alice).coins == 7
    assert PlayBreak.objects.get().user == alice
