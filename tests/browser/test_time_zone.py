"""The site shows the time of the device, from the second page on, without a question."""

import pytest
from django.core.cache import cache
from django.test import Client
from playwright.sync_api import Browser, Page, expect

from accounts.models import User

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def device_in(browser: Browser, live_server):
    """Opens a window on a device that is somewhere."""
    contexts = []

    def open_window(zone: str, player: User | None = None) -> Page:
        context = browser.new_context(timezone_id=zone, base_url=live_server.url, service_workers="block")
        contexts.append(context)
        if player:
            client = Client()
            client.force_login(player)
            name, cookie = next(iter(client.cookies.items()))
            context.add_cookies([{"name": name, "value": cookie.value, "url": live_server.url}])
        return context.new_page()

    yield open_window
    for context in contexts:
        context.close()


def test_a_visitor_sees_their_own_time_and_joins_with_it(device_in):
    cache.clear()
    page = device_in("Asia/Tokyo")
    page.goto("/")
    page.goto("/accounts/signup/")
    expect(page.locator(".foot")).to_contain_text("Times are those of Tokyo.")
    page.get_by_label("Email").fill("nova@lucky11.example")
    page.locator("[name=password1]").fill("tall-orange-kettle")
    page.locator("[name=accepts_rules]").check()
    page.get_by_role("button", name="Create my account").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("check your email")
    assert User.objects.get(email="nova@lucky11.example").time_zone == "Asia/Tokyo"


def test_a_player_who_is_elsewhere_is_offered_the_time_there_once(device_in, alice):
    page = device_in("Asia/Tokyo", alice)
    page.goto("/rules/")
    page.goto("/rules/")
    page.get_by_role("button", name="Keep UTC").click()
    page.wait_for_url("**/rules/")
    expect(page.get_by_role("button", name="Keep UTC")).to_have_count(0)
    page.context.clear_cookies(name="time_zone_kept")
    page.goto("/rules/")
    page.get_by_role("button", name="Use the time of Tokyo").click()
    expect(page.locator(".flash")).to_contain_text("Times are now those of Tokyo.")
    expect(page.locator(".foot")).to_contain_text("Times are those of Tokyo.")
    expect(page.get_by_role("button", name="Keep")).to_have_count(0)
    alice.refresh_from_db()
    assert alice.time_zone == "Asia/Tokyo"


def test_a_player_finds_their_city_by_typing(device_in, alice):
    page = device_in("UTC", alice)
    page.goto("/profile/")
    field = page.get_by_label("Time zone")
    assert page.locator("datalist option[value='Lisbon, Europe']").count() == 1
    field.fill("lisbon")
    field.press("Enter")
    expect(page.locator(".flash")).to_contain_text("Saved.")
    expect(page.get_by_label("Time zone")).to_have_value("Lisbon, Europe")
    alice.refresh_from_db()
    assert alice.time_zone == "Europe/Lisbon"
