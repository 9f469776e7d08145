"""What a user gets, in a browser on the real site: web server, worker and beat in processes of their own."""

import re

import pytest
from playwright.sync_api import Page, expect

from accounts.models import User
from draws.models import Draw, Winner
from ledger.services import balance, history
from tests.browser.conftest import Site, publish_a_draw
from tests.conftest import let_close

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

NOVA = "nova@lucky11.example"
# Nobody waits for it: the test lets it close.
OPEN_SECONDS = 3600


def join(page: Page, site: Site) -> None:
    """Sign up and confirm with the mail in the development mailbox."""
    page.goto(site.origin)
    expect(page.get_by_role("heading", level=1)).to_have_text("No draw is open right now")
    page.get_by_role("link", name="Join", exact=True).click()
    page.get_by_label("Email").fill(NOVA)
    page.get_by_label("Password").fill("tall-orange-kettle")
    page.get_by_label("First name").fill("Nova")
    page.locator("[name=accepts_rules]").check()
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("check your email")
    page.get_by_role("link", name="the mailbox").click()
    page.get_by_role("link", name="Confirm your email for Lucky11").click()
    page.get_by_role("link", name=re.compile("confirm-email")).click()
    expect(page.locator(".purse")).to_contain_text("50")


def test_a_visitor_joins_enters_waits_and_has_the_coins(running_site, visit, make_player):
    visitor = visit(running_site.origin, width=390)
    staff = visit(running_site.origin, player=make_player("staff", is_staff=True, is_superuser=True))
    page = visitor.page
    join(page, running_site)
    terms = {"prize_coins": "121", "entry_fee": "5", "max_participants": "100", "max_per_player": "3"}
    publish_a_draw(staff.page, running_site, OPEN_SECONDS, title="The quick eleven", **terms)
    draw = Draw.objects.get()

    page.goto(running_site.origin)
    page.get_by_role("link", name="The quick eleven").click()
    page.get_by_role("button", name="One ticket more").click()
    page.get_by_role("button", name="Enter with 10 coins").click()
    receipt = page.locator(".receipt")
    expect(receipt).to_contain_text("You are in with 2 tickets")
    expect(receipt.locator(".mini")).to_have_text(["0001", "0002"])
    expect(page.locator(".purse")).to_contain_text("40")

    # Nobody touches the page: it notices the result by itself.
    let_close(draw)
    page.get_by_role("button", name="Show result").click(timeout=60_000)
    expect(page.get_by_role("heading", name="You won 121 coins")).to_be_visible()
    expect(page.locator("#entry")).to_contain_text("It is yours, Nova.")
    expect(page.locator("#entry")).to_contain_text(re.compile("Credited to your purse|Being credited"))
    page.goto(f"{running_site.origin}/coins/")
    expect(page.locator(".purse-big")).to_have_text("161 coins")
    expect(page.locator(".moves .amount")).to_have_text(["+121 coins", "\N{MINUS SIGN}10 coins", "+50 coins"])
    expect(page.locator(".moves .after")).to_contain_text(["161", "40", "50"])
    assert visitor.complaints == []

    nova = User.objects.get(email=NOVA)
    assert balance(nova.pk) == 161
    assert [row.amount for row in history(nova.pk)] == [121, -10, 50]
    assert Winner.objects.get().user == nova
    draw.refresh_from_db()
    assert draw.winner == nova
    mails = visit(running_site.origin).go("/dev/mail/")
    expect(mails.get_by_role("link", name="The result is in: The quick eleven")).to_be_visible()
