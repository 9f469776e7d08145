"""A real browser with an authenticator of its own: add a passkey, sign out, sign in with it alone."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache

from tests.browser.passkeys import by_name, give_device
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def window(live_server, visit):
    """A window whose computer has an authenticator."""
    cache.clear()
    opened = visit(by_name(live_server.url))
    session, device = give_device(opened.page)
    asked = {"authenticatorId": device}
    opened.keys = lambda: session.send("WebAuthn.getCredentials", asked)["credentials"]
    return opened


def sign_in(window, user):
    page = window.go("/accounts/login/")
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.locator(".purse").wait_for()


def add_passkey(window, alone=True):
    page = window.go("/accounts/2fa/webauthn/add/")
    if "reauthenticate" in page.url:
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Continue").click()
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Sign in with this passkey alone").set_checked(alone)
    page.get_by_role("button", name="Add this passkey").click()
    return page


def sign_out(window):
    page = window.go("/accounts/logout/")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Join", exact=True).first.wait_for()


def test_a_player_adds_a_passkey_and_signs_in_with_it_alone(window, settings, alice):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    sign_in(window, alice)
    page = add_passkey(window)
    page.get_by_role("heading", name="Recovery codes").wait_for()
    assert len(window.keys()) == 1
    report = Axe().run(page)
    assert report.violations_count == 0, report.generate_report()
    window.go("/accounts/2fa/webauthn/")
    assert "My laptop" in page.inner_text("main")
    sign_out(window)
    page = window.go("/accounts/login/?next=/coins/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/coins/")
    assert "50" in page.inner_text("main")
    assert window.complaints == []


def test_a_passkey_is_a_second_factor_after_the_password(window, settings, alice):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    sign_in(window, alice)
    add_passkey(window, alone=False).get_by_role("heading", name="Recovery codes").wait_for()
    sign_out(window)
    page = window.go("/accounts/login/")
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="One more step").wait_for()
    page.get_by_role("button", name="Use a passkey instead").click()
    page.locator(".purse").wait_for()
    window.go("/profile/")
    assert page.url.endswith("/profile/")
    assert window.complaints == []


def test_a_device_that_says_no_is_told_on_the_page(window, settings, alice):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    page = window.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("this device has no passkey for this site").wait_for()
    assert page.url.endswith("/accounts/login/")
    assert window.complaints == []


def test_at_an_address_of_numbers_the_page_says_where_passkeys_work(live_server, visit, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    cache.clear()
    window = visit(live_server.url.replace("localhost", "127.0.0.1"))
    give_device(window.page)
    page = window.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("that is localhost instead of 127.0.0.1").wait_for()
    assert page.locator("[data-cause]:visible").count() == 1
    assert window.complaints == []


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        ("fetch = () => Promise.reject(new TypeError())", "the site did not answer"),
        (
            "navigator.credentials.get = () => Promise.reject(new DOMException('', 'NotSupportedError'))",
            "your device could not make or use a passkey",
        ),
    ],
)
def test_what_failed_is_said_as_it_was(window, broken, said):
    page = window.go("/accounts/login/")
    page.evaluate(f"() => {{ {broken}; }}")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text(said).wait_for()
    assert page.locator("[data-cause]:visible").count() == 1


def test_a_device_that_has_the_passkey_already_says_so(window, settings, alice):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    sign_in(window, alice)
    add_passkey(window).get_by_role("heading", name="Recovery codes").wait_for()
    page = add_passkey(window)
    page.get_by_text("This device already has a passkey of yours").wait_for()
    assert len(window.keys()) == 1


def test_a_browser_without_passkeys_is_offered_none(live_server, visit, settings, alice):
    cache.clear()
    window = visit(live_server.url)
    window.page.add_init_script("delete window.PublicKeyCredential")
    page = window.go("/accounts/login/")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
    sign_in(window, alice)
    page = window.go("/accounts/2fa/")
    page.get_by_text("This browser has no passkeys.").wait_for()
    assert not page.get_by_role("link", name="Add a passkey").is_visible()


def test_setting_up_a_code_app_shows_its_picture(live_server, visit, alice):
    cache.clear()
    window = visit(live_server.url, width=390, dark=True)
    sign_in(window, alice)
    page = window.go("/accounts/2fa/totp/activate/")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    picture = page.get_by_role("img", name="QR code for the authenticator app")
    assert picture.bounding_box()["width"] > 150
    assert picture.locator("svg path").bounding_box()["width"] > 120
    assert window.complaints == []


def test_without_script_no_button_promises_a_passkey(live_server, visit):
    page = visit(live_server.url, script=False).go("/accounts/login/")
    assert not page.get_by_role("button", name="Sign in with a passkey").is_visible()
