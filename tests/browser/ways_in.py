"""The ways in beside a password: pages about the tests' OpenID provider, and about passkeys."""

from typing import Any

from django.conf import settings
from django.test import override_settings
from playwright.sync_api import Page

from tests.accounts.signin.openid_flow import LOGIN
from tests.browser.passkeys import by_name, give_device
from tests.browser.places import SOMEBODY, Act, Place, fill
from tests.browser.world import World
from tests.conftest import PASSWORD

SIGN_IN, CONNECTIONS = "/accounts/login/", "/accounts/3rdparty/"
PROVE_AGAIN = "/accounts/2fa/webauthn/reauthenticate/"
ASKS_THE_DEVICE = "#passkey_login, #mfa_webauthn_authenticate, #mfa_webauthn_reauthenticate"
NOVA = {"sub": "nova", "email": "nova@lucky11.example", "email_verified": True, "given_name": "Nova"}
CALLBACK, LEAVING = "accounts:openid_callback", "accounts:openid_login"
JOINING = "accounts:join_through_provider"


def offered(path: str, act: Act | None = None, lie: str = "", **claims: Any) -> Act:
    """Look at a page of a site that offers the provider, which says this and lies in this point."""

    def look(page: Page, world: World) -> None:
        world.provider.claims, world.provider.wrong = NOVA | claims, lie
        if not act:
            world.speak(page)
        with override_settings(SOCIALACCOUNT_PROVIDERS=world.offered):
            page.goto(world.origin + path)
            if act:
                act(page, world)

    return look


def to_the_provider(page: Page, world: World) -> None:
    with page.expect_navigation(url=f"{world.provider.origin}/authorize**"):
        page.get_by_role("button", name="Continue with Replica").click()


def say_yes(page: Page, world: World) -> None:
    with page.expect_navigation(url=f"{world.origin}/**", wait_until="load"):
        page.get_by_role("button", name="Yes, it is me").click()


def through(page: Page, world: World) -> None:
    """Press the provider's button, and say yes there."""
    to_the_provider(page, world)
    world.speak(page)
    say_yes(page, world)


def leave(page: Page, world: World) -> None:
    """Press the provider's button; the provider takes its time."""
    world.speak(page)
    page.route(f"{world.provider.origin}/**", lambda route: route.abort("aborted"))
    with page.expect_navigation(url=f"**{LOGIN}**"):
        page.get_by_role("button", name="Continue with Replica").click()


def press(page: Page, world: World) -> None:
    world.speak(page)
    with page.expect_navigation():
        page.get_by_role("button", name="Continue with Replica").click()


def accept_nothing(page: Page, world: World) -> None:
    to_the_provider(page, world)
    say_yes(page, world)
    fill("Create my account", first_name="N" * 61)(page, world)


def taken(page: Page, world: World) -> None:
    """The provider vouches for the email of a player who never confirmed it here."""
    world.provider.claims = NOVA | {"sub": "other", "email": world.players["unconfirmed"].email}
    through(page, world)


PROVIDER = [
    Place("sign in, with a provider", "account_login", SIGN_IN, SOMEBODY, offered(SIGN_IN)),
    Place("provider, on the way", LEAVING, SIGN_IN, SOMEBODY, offered(SIGN_IN, leave)),
    Place("provider, away", LEAVING, SIGN_IN, SOMEBODY, offered(SIGN_IN, press, "broken"), status=502),
    Place("provider, asked by address", LEAVING, SIGN_IN, SOMEBODY, offered(LOGIN)),
    Place("provider, said no", CALLBACK, SIGN_IN, SOMEBODY, offered(SIGN_IN, through, "access_denied")),
    Place("provider, too late", CALLBACK, SIGN_IN, SOMEBODY, offered(SIGN_IN, through, "nonce")),
    Place(
        "provider, not proved",
        CALLBACK,
        SIGN_IN,
        SOMEBODY,
        offered(SIGN_IN, through, "signature"),
        status=502,
    ),
    Place(
        "provider, no confirmed email",
        CALLBACK,
        SIGN_IN,
        SOMEBODY,
        offered(SIGN_IN, through, email_verified=False),
    ),
    Place("provider, email taken", CALLBACK, SIGN_IN, SOMEBODY, offered(SIGN_IN, taken)),
    Place("join through the provider", JOINING, SIGN_IN, SOMEBODY, offered(SIGN_IN, through)),
    Place(
        "join through the provider, mistakes", JOINING, SIGN_IN, SOMEBODY, offered(SIGN_IN, accept_nothing)
    ),
    Place(
        "other ways to sign in, one offered",
        "socialaccount_connections",
        CONNECTIONS,
        "alice",
        offered(CONNECTIONS),
    ),
    Place(
        "other ways to sign in, connected",
        "socialaccount_connections",
        CONNECTIONS,
        "linked",
        offered(CONNECTIONS),
    ),
    Place("other ways to sign in, provider gone", "socialaccount_connections", CONNECTIONS, "linked"),
]


def with_device(path: str, act: Act, holds: bool = True) -> Act:
    """Look at a page on a computer with an authenticator, which holds the player's passkey or none."""

    def look(page: Page, world: World) -> None:
        give_device(page, world.passkey if holds else None)
        with override_settings(MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=True):
            page.goto(by_name(world.origin) + path)
            act(page, world)

    return look


def refuse(page: Page, world: World) -> None:
    """Ask the device, which says no, and the page tells."""
    page.locator(ASKS_THE_DEVICE).click()
    page.locator("[data-passkey-failed]").wait_for()


def second_factor(page: Page, world: World) -> None:
    fill("Sign in", login="{keyed}", password=PASSWORD)(page, world)


def second_factor_refused(page: Page, world: World) -> None:
    second_factor(page, world)
    refuse(page, world)


def signed_in_by_passkey(page: Page, world: World) -> None:
    world.speak(page)
    with page.expect_navigation(url="**/"):
        page.locator(ASKS_THE_DEVICE).click()


def prove_again_refused(page: Page, world: World) -> None:
    origin = by_name(world.origin)
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": world.cookies["keyed"], "url": origin}
    page.context.add_cookies([cookie])  # type: ignore[list-item]
    world.speak(page)
    page.goto(origin + PROVE_AGAIN)
    refuse(page, world)


PASSKEYS = [
    Place(
        "sign in, passkey refused",
        "account_login",
        SIGN_IN,
        SOMEBODY,
        with_device(SIGN_IN, refuse, holds=False),
    ),
    Place(
        "signed in by passkey", "draws:list", SIGN_IN, SOMEBODY, with_device(SIGN_IN, signed_in_by_passkey)
    ),
    Place(
        "second factor at sign-in, passkey",
        "mfa_authenticate",
        SIGN_IN,
        SOMEBODY,
        with_device(SIGN_IN, second_factor),
    ),
    Place(
        "second factor at sign-in, passkey refused",
        "mfa_authenticate",
        SIGN_IN,
        SOMEBODY,
        with_device(SIGN_IN, second_factor_refused, holds=False),
    ),
    Place("prove again, passkey", "mfa_reauthenticate_webauthn", PROVE_AGAIN, who="keyed"),
    Place(
        "prove again, passkey refused",
        "mfa_reauthenticate_webauthn",
        SIGN_IN,
        SOMEBODY,
        with_device(SIGN_IN, prove_again_refused, holds=False),
    ),
    Place("second factors, keyed", "mfa_index", "/accounts/2fa/", who="keyed"),
    Place("passkeys, none", "mfa_list_webauthn", "/accounts/2fa/webauthn/", who="alice"),
]
