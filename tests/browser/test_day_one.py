"""A prize from the first click to the parcel, on the real site: two players and two staff members."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from playwright.sync_api import Page, expect

from accounts.models import User
from draws.models import Claim, Winner
from tests.browser.conftest import Site

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

OPEN_SECONDS = 25
ADDRESS = "7 Mill Lane\nPorto"


@pytest.fixture
def member_of(make_player):
    """Makes a member of staff of one group."""

    def make(group):
        member = make_player(group.lower(), is_staff=True)
        member.groups.add(Group.objects.get(name=group))
        return member

    return make


def publish(page: Page, site: Site) -> None:
    """Staff of the group Draws write a draft and publish it; it closes in a few seconds."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('second', clock_timestamp())")
        closes = cursor.fetchone()[0] + timedelta(seconds=OPEN_SECONDS)
    page.goto(f"{site.origin}/admin/draws/draw/add/")
    fields = {
        "title": "A moka pot",
        "prize_amount": "45.00",
        "entry_fee": "5",
        "max_participants": "10",
        "reserve_count": "1",
        "draw_time_0": f"{closes:%Y-%m-%d}",
        "draw_time_1": f"{closes:%H:%M:%S}",
    }
    for name, value in fields.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="Publish").click()
    page.locator("[name=reason]").fill("For the test")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messagelist")).to_contain_text("is open")


def enter(page: Page, site: Site) -> None:
    page.goto(site.origin)
    page.get_by_role("link", name="A moka pot").click()
    page.get_by_role("button", name="Enter with 5 coins").click()
    expect(page.locator(".receipt")).to_contain_text("You are in with")


def read_mail_and_claim(page: Page, site: Site, winner: User) -> None:
    """The winner reads the mail, follows its link, and says where the prize goes."""
    page.goto(f"{site.origin}/dev/mail/")
    page.get_by_role("link", name="You won: A moka pot").click()
    page.locator("a[href*='/claim/']").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Claim your prize")
    page.locator("[name=name]").fill(f"{winner.first_name} Silva")
    page.locator("[name=address]").fill(ADDRESS)
    page.get_by_label(re.compile("by my first name")).check()
    page.get_by_role("button", name="Claim the prize").click()
    expect(page.get_by_role("heading", name="Claimed")).to_be_visible()


def send(page: Page, site: Site, win: Winner) -> None:
    """Staff of the group Prizes find the prize, read where it goes, and send it."""
    page.goto(f"{site.origin}/admin/draws/winner/?hand_over=claimed")
    page.locator("#result_list th a").click()
    page.get_by_role("link", name="Read where it goes").click()
    expect(page.locator("#content")).not_to_contain_text("Mill Lane")
    page.get_by_role("button", name=re.compile("Show|Read")).click()
    expect(page.locator("#content")).to_contain_text("7 Mill Lane")
    page.goto(f"{site.origin}/admin/draws/winner/{win.pk}/change/")
    page.get_by_role("link", name="Mark as sent").click()
    page.locator("[name=tracking]").fill("PT-4711")
    page.get_by_role("button", name="It is on its way").click()
    expect(page.locator(".messagelist")).to_contain_text("Marked as sent")


def test_a_prize_is_published_won_claimed_and_sent(running_site, visit, alice, bob, member_of):
    publisher = visit(running_site.origin, player=member_of("Draws"))
    sender = visit(running_site.origin, player=member_of("Prizes"))
    windows = {
        alice: visit(running_site.origin, player=alice, width=390),
        bob: visit(running_site.origin, player=bob),
    }
    publish(publisher.page, running_site)
    for window in windows.values():
        enter(window.page, running_site)
    for window in windows.values():
        # Nobody touches the pages: they notice the result by themselves.
        result = window.page.get_by_role("heading", name=re.compile(r"Ticket 000[12] won|Not this time"))
        expect(result).to_be_visible(timeout=60_000)

    win = Winner.objects.get()
    loser = bob if win.user == alice else alice
    read_mail_and_claim(windows[win.user].page, running_site, win.user)
    assert "Mill Lane" not in Claim.objects.get().details
    send(sender.page, running_site, win)

    page = windows[win.user].page
    page.goto(f"{running_site.origin}/messages/")
    expect(
        page.get_by_role("link", name=re.compile("on its way.*moka pot|moka pot.*on its way", re.I))
    ).to_be_visible()
    page.goto(f"{running_site.origin}/winners/{win.pk}/claim/")
    expect(page.locator("main")).to_contain_text("PT-4711")
    page = windows[loser].page
    page.goto(f"{running_site.origin}/winners/{win.pk}/claim/")
    expect(page.get_by_role("heading", level=1)).not_to_contain_text("prize")
    page.goto(f"{running_site.origin}/messages/")
    expect(page.get_by_role("link", name="Drawn: A moka pot")).to_be_visible()
    page.goto(f"{running_site.origin}/winners/")
    expect(page.locator("main")).to_contain_text(win.user.first_name)
    assert [window.complaints for window in (publisher, sender, *windows.values())] == [[]] * 4
