"""A prize from the first click to the parcel, on the real site: two players and two staff members."""

import re

import pytest
from django.contrib.auth.models import Group
from playwright.sync_api import Page, expect

from accounts.models import User
from draws.models import Claim, Winner
from draws.prizes.claims import details_of
from tests.browser.conftest import Site, publish_a_draw
from tests.races.together import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

OPEN_SECONDS = 65
ADDRESS = "7 Mill Lane\nPorto"


@pytest.fixture
def member_of(make_player):
    """Makes a member of staff of one group."""

    def make(group):
        member = make_player(group.lower(), is_staff=True)
        member.groups.add(Group.objects.get(name=group))
        return member

    return make


def enter(page: Page, site: Site) -> None:
    page.goto(site.origin)
    page.get_by_role("link", name="A moka pot").click()
    page.get_by_role("button", name="Enter with 5 coins").click()
    expect(page.locator(".receipt")).to_contain_text("You are in with")


@pytest.fixture
def server_environment(server_environment, mail_server):
    """Mail goes out by SMTP, to a server that the test reads."""
    return server_environment | {"EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}"}


def mail_to(mail_server, player, subject):
    """The text of a mail, once the worker has delivered it."""

    def there():
        mails = (mail for mail in mail_server.accepted if mail["To"] == player.email)
        return [mail for mail in mails if mail["Subject"] == subject]

    wait_until(there, f"{subject!r} is delivered")
    [mail] = there()
    return mail.get_body(("plain",)).get_content()


def claim(page: Page, mail: str, winner: User) -> None:
    """The winner follows the mail's link, and says where the prize goes."""
    found = re.search(r"http://\S+/winners/\d+/claim/", mail)
    assert found
    page.goto(found[0])
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
    page.get_by_role("link", name="Show where it goes").click()
    expect(page.locator("#content")).not_to_contain_text("Mill Lane")
    page.get_by_role("button", name=re.compile("Show|Read")).click()
    expect(page.locator("#content")).to_contain_text("7 Mill Lane")
    page.goto(f"{site.origin}/admin/draws/winner/{win.pk}/change/")
    page.get_by_role("link", name="Mark as sent").click()
    page.locator("[name=tracking]").fill("PT-4711")
    page.get_by_role("button", name="It is on its way").click()
    expect(page.locator(".messagelist")).to_contain_text("Marked as sent")


@pytest.mark.nightly
def test_a_prize_is_published_won_claimed_and_sent(running_site, visit, alice, bob, member_of, mail_server):
    publisher = visit(running_site.origin, player=member_of("Draws"))
    sender = visit(running_site.origin, player=member_of("Prizes"))
    windows = {
        alice: visit(running_site.origin, player=alice, width=390),
        bob: visit(running_site.origin, player=bob),
    }
    terms = {"prize_amount": "45.00", "max_participants": "10", "reserve_count": "1"}
    publish_a_draw(publisher.page, running_site, OPEN_SECONDS, title="A moka pot", entry_fee="5", **terms)
    for window in windows.values():
        enter(window.page, running_site)
    for window in windows.values():
        # Nobody touches the pages: they notice the result by themselves.
        window.page.get_by_role("button", name="Show result").click(timeout=60_000)
        result = window.page.get_by_role("heading", name=re.compile(r"Ticket 000[12] won|Not this time"))
        expect(result).to_be_visible()

    win = Winner.objects.get()
    loser = bob if win.user == alice else alice
    assert "Your tickets did not win" in mail_to(mail_server, loser, "Drawn: A moka pot")
    claim(windows[win.user].page, mail_to(mail_server, win.user, "You won: A moka pot"), win.user)
    kept = Claim.objects.get()
    assert "Mill Lane" not in kept.details
    assert details_of(kept).address == ADDRESS
    send(sender.page, running_site, win)
    assert "PT-4711" in mail_to(mail_server, win.user, "Your prize is on its way: A moka pot")

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
