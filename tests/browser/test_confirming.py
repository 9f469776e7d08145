"""A newcomer confirms their email on the phone; the page on which they joined goes on by itself."""

import re

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import OutboxEmail

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def link_in(mail: OutboxEmail, origin: str) -> str:
    found = re.search(r"http://[^/]+(/accounts/confirm-email/\S+)", mail.text)
    assert found
    return origin + found[1]


def join(page, live_server, draw):
    cache.clear()
    page.goto(f"{live_server.url}/draws/{draw.pk}/")
    page.locator("#entry").get_by_role("link", name=re.compile("Join|Create")).click()
    page.get_by_label("Email").fill("nova@lucky11.example")
    page.locator("[name=password1]").fill("tall-orange-kettle")
    page.locator("[name=accepts_rules]").check()
    page.get_by_role("button", name="Create my account").click()
    expect(page.locator("[data-waiting]")).to_contain_text("nova@lucky11.example")
    return link_in(OutboxEmail.objects.latest("pk"), live_server.url)


def test_confirming_on_another_device_lets_both_go_on_where_the_player_wanted(live_server, visit, draw):
    laptop, phone = visit(live_server.url), visit(live_server.url, width=390)
    link = join(laptop.page, live_server, draw)
    phone.page.goto(link)
    phone.page.get_by_role("button", name="Yes, confirm it").click()
    expect(phone.page.locator(".flash")).to_contain_text("50 coins are yours")
    assert phone.page.url == f"{live_server.url}/draws/{draw.pk}/"
    expect(phone.page.locator(".purse")).to_have_count(0)
    # Nobody touches the laptop.
    laptop.page.wait_for_url(f"{live_server.url}/draws/{draw.pk}/")
    expect(laptop.page.locator(".purse")).to_contain_text("50")
    expect(laptop.page.get_by_role("button", name="Enter with 5 coins")).to_be_visible()
    assert [laptop.complaints, phone.complaints] == [[], []]


def test_confirming_in_the_same_browser_takes_one_press_and_both_tabs_go_on(live_server, visit, draw):
    window = visit(live_server.url)
    link = join(window.page, live_server, draw)
    mail = window.page.context.new_page()
    mail.goto(link)
    expect(mail.get_by_role("button", name="Enter with 5 coins")).to_be_visible()
    expect(mail.locator(".flash")).to_contain_text("50 coins are yours. Choose a draw")
    window.page.wait_for_url(f"{live_server.url}/draws/{draw.pk}/")
    expect(window.page.locator(".purse")).to_contain_text("50")
