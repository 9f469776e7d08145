"""Limits, breaks and what holds back an entry, in a browser: accessible, and fitting small screens."""

import pytest
from playwright.sync_api import expect

from accounts.models import PlayBreak
from ledger.models import SpendLimit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_player_sets_a_limit_and_then_takes_a_break(live_server, visit, alice, draw):
    page = visit(live_server.url, 390, player=alice).go(f"/draws/{draw.pk}/")
    page.get_by_role("link", name="Limits and breaks").click()
    day = page.get_by_role("form", name="In 24 hours")
    day.get_by_label("Limit in coins").fill("7")
    day.get_by_role("button", name="Set this limit").click()
    expect(page.get_by_text("From now on you can spend at most 7 coins in 24 hours.")).to_be_visible()
    page.go_back()
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    expect(page.locator("#tickets-hint")).to_contain_text("Your own limits leave you 7 coins to spend.")
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
