"""A player whose account was taken over gets it back from the email alone, in a browser of nobody."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from playwright.sync_api import expect

from accounts.models import OutboxEmail
from tests.accounts.signin.test_undo import THIEF, is_signed_in, links, take_over

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without scripts"])
def test_from_the_email_to_the_own_account(live_server, visit, alice, script):
    cache.clear()
    thief = take_over(alice)
    window = visit(live_server.url, script=script)
    page = window.go(links(alice.email)[-1])
    expect(page.get_by_text(f"{THIEF} is removed.")).to_be_visible()
    page.get_by_role("button", name="Undo the changes").click()
    expect(page.get_by_role("heading", name="The changes are undone")).to_be_visible()
    expect(page.get_by_text("Your coins and tickets are where they were")).to_be_visible()
    assert not is_signed_in(thief)
    page.get_by_role("button", name="Send me a code for a new password").click()
    page.get_by_role("heading", name="Enter the code").wait_for()
    mail = OutboxEmail.objects.filter(recipient=alice.email).latest("pk")
    code = re.search(r"^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$", mail.text, re.MULTILINE)
    assert code, mail.text
    page.locator("main [name=code]").fill(code[1])
    page.get_by_role("button", name="Continue").click()
    for name in ("password1", "password2"):
        page.locator(f"main [name={name}]").fill("brass-river-lamp")
    page.locator("main [name=password2]").press("Enter")
    page.wait_for_url(f"{live_server.url}/accounts/password/reset/done/")
    page = window.go("/accounts/login/")
    page.locator("main [name=login]").fill(alice.email)
    page.locator("main [name=password]").fill("brass-river-lamp")
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")
    assert [row.email for row in EmailAddress.objects.all()] == [alice.email]
