"""Players and draws in every state that a page can show, made by the services."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.test import Client, TransactionTestCase, override_settings
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts.models import OutboxEmail, UndoLink, User
from accounts.notifications import outbox
from accounts.notifications.notify import KINDS, unsubscribe_link
from accounts.play.breaks import take_break
from accounts.privacy import data_export
from accounts.signin.changes import digest_of
from accounts.signin.invitations import to_invite, token_for
from common.database.paging import moment_cursor
from draws.entries.take import take_tickets
from draws.models import OldDraw, OldWinner, Winner
from draws.notifications.sweeps import send_list_fingerprints, send_receipts, send_results
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
from draws.prizes.disqualify import disqualify
from ledger.safer_play.limits import set_limit
from tests.accounts.signin.openid_flow import accept, through
from tests.browser.passkeys import Passkey, by_name, make_passkey
from tests.browser.world_draws import make_draws
from tests.conftest import PASSWORD, defects, new_player
from tests.support import old_site_import
from tests.support.old_site import Shape, old_site
from tests.support.openid_provider import Provider, offered_by, running_provider
from tests.support.prizes import EVIDENCE, pass_on_prize

# Who has just given the password again, for the pages that ask for it.
SURE = {"alice", "secured", "newcomer"}
# Two pages of draws, two of which were not drawn.
OLD_SITE = Shape(users=10, transactions=60, draws=16, tickets=60)
RECEIPT = "0" * 31 + "1"
UNDO = "0" * 63 + "1"


@dataclass
class World:
    """The running site, who is on it with which session, and the numbers that addresses need."""

    origin: str
    players: dict[str, User]
    cookies: dict[str, str]
    numbers: dict[str, Any]
    # In which the site answers what is pressed; English where none is named.
    language: str = ""
    language_cookie = settings.LANGUAGE_COOKIE_NAME
    # The provider that the site may offer, and the setting that offers it.
    provider: Provider = field(default_factory=lambda: Provider(""))
    offered: dict[str, Any] = field(default_factory=dict)
    passkey: Passkey | None = None

    def speak(self, page: Page) -> None:
        """From the next page on, the site answers this window in the language."""
        if self.language:
            for origin in (self.origin, by_name(self.origin)):
                cookie = {"name": self.language_cookie, "value": self.language, "url": origin}
                page.context.add_cookies([cookie])  # type: ignore[list-item]


@contextmanager
def running_world() -> Iterator[World]:
    """Django's test server and a provider beside it, with nobody there; afterwards its rows are gone."""
    cache.clear()
    with tempfile.TemporaryDirectory() as folder, running_provider() as provider:
        pictures = {**settings.STORAGES["prize_pictures"], "OPTIONS": {"location": folder}}
        with override_settings(STORAGES={**settings.STORAGES, "prize_pictures": pictures}):
            server = LiveServer("127.0.0.1")
            try:
                offered = offered_by(provider.origin)
                yield World(server.url, {}, {}, {}, provider=provider, offered=offered)
                assert defects() == []
            finally:
                server.stop()
                TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined]


@contextmanager
def inhabited() -> Iterator[World]:
    """The world with players and draws in every state."""
    with running_world() as world:
        players = world.players
        players.update(_players())
        draws = make_draws(players)
        world.numbers.update({name: draw.pk for name, draw in draws.items()})
        take_tickets(players["alice"].pk, draws["open"].pk, 1, RECEIPT)
        _bring_over_the_old_site(world)
        world.cookies.update({name: _cookie_of(name, player) for name, player in players.items()})
        _protect(players)
        world.passkey = make_passkey(players["keyed"])
        _link(world)
        _claim_and_pass_on(world)
        _tell(world)
        yield world


@contextmanager
def on_the_first_day() -> Iterator[World]:
    """The world before the first draw: a player, and staff."""
    with running_world() as world:
        world.players.update(newcomer=new_player("newcomer"))
        world.players.update(staff=new_player("staff", is_staff=True, is_superuser=True))
        world.cookies.update({name: _cookie_of(name, player) for name, player in world.players.items()})
        yield world


def _cookie_of(name: str, player: User) -> str:
    client = Client()
    if name in SURE:
        client.post("/accounts/login/", {"login": player.email, "password": PASSWORD})
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    else:
        client.force_login(player)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _players() -> dict[str, User]:
    players = {name: new_player(name, coins=500) for name in ("alice", "bob", "rich")}
    # Likes surprises, as every new player does.
    players["busy"] = new_player("busy", coins=500, covers_results_from=timezone.now())
    players |= {name: new_player(name) for name in ("newcomer", "limited", "resting", "suspended", "stale")}
    players |= {name: new_player(name) for name in ("secured", "locked", "keyed")}
    players["staff"] = new_player("staff", is_staff=True, is_superuser=True)
    players["imported"] = new_player("imported", accepted_rules=False)
    players["unconfirmed"] = new_player("unconfirmed", confirmed=False)
    for period, coins in (("day", 4), ("week", 0), ("month", 1_000_000)):
        set_limit(players["limited"].pk, period, coins)
    set_limit(players["limited"].pk, "day", 900_000_000)
    take_break(players["resting"], "exclusion-five-years")
    User.objects.filter(pk=players["suspended"].pk).update(
        suspended_at=timezone.now(), suspended_reason="Two accounts of one person."
    )
    return players


def _protect(players: dict[str, User]) -> None:
    for name in ("secured", "locked"):
        TOTP.activate(players[name], "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(players[name])
    make_passkey(players["secured"])


def _bring_over_the_old_site(world: World) -> None:
    with old_site(OLD_SITE, dirty=False) as address:
        old_site_import.run(address, "--apply", "--settle", "--refund")
    world.players["old"] = OldWinner.objects.earliest("pk").user
    world.numbers["invitation"] = token_for(to_invite().exclude(pk=world.players["old"].pk).latest("pk"))
    last_of_the_page = OldDraw.objects.order_by("-draw_time", "-pk")[11]
    world.numbers["old_before"] = moment_cursor(last_of_the_page.draw_time, last_of_the_page.pk)


def _link(world: World) -> None:
    """Somebody joins through the provider."""
    client = Client()
    with override_settings(SOCIALACCOUNT_PROVIDERS=world.offered):
        world.provider.claims = {"sub": "linked", "email": "linked@lucky11.example", "email_verified": True}
        through(client)
        accept(client)
    world.players["linked"] = User.objects.get(email="linked@lucky11.example")
    world.cookies["linked"] = client.cookies[settings.SESSION_COOKIE_NAME].value


def _claim_and_pass_on(world: World) -> None:
    alice, numbers = world.players["alice"], world.numbers
    first = Winner.objects.get(draw=numbers["passed_on"], place=0)
    pass_on_prize(first.pk)
    disputed = Winner.objects.get(draw=numbers["prizes"], user=world.players["bob"])
    disqualify(disputed.pk, "accounts", EVIDENCE, asked_by=world.players["staff"])
    wins = Winner.objects.filter(user=alice)
    claimed = wins.get(draw=numbers["sent"])
    details = HandOverDetails("Alice Silva", "7 Mill Lane\nPorto")
    claim_prize(claimed.pk, alice.pk, details, Publicity("name"))
    for name in ("alice", "bob"):
        passed_on = Winner.objects.get(draw=numbers["passed_on"], user=world.players[name])
        numbers[f"passed_{name}"] = passed_on.pk
    numbers |= {
        "to_claim": wins.get(draw=numbers["prizes"]).pk,
        "claimed": claimed.pk,
        "disputed": disputed.pk,
        "coins_won": wins.get(draw=numbers["won"]).pk,
    }


def _tell(world: World) -> None:
    for send in (send_receipts, send_list_fingerprints, send_results):
        send()
    data_export.ask(world.players["alice"])
    data_export.make_data_exports()
    outbox.enqueue("world", "alice@lucky11.example", "Hello", "Hello", "<h1>Hello</h1>")
    unconfirmed = EmailAddress.objects.get(user=world.players["unconfirmed"])
    passkey = Authenticator.objects.get(user=world.players["secured"], type="webauthn")
    bob = world.players["bob"]
    UndoLink.objects.create(
        digest=digest_of(UNDO), user=bob, email=str(bob.email), before=[bob.email], what="x"
    )
    world.numbers |= {
        "mail": OutboxEmail.objects.get(key="world").pk,
        "key": EmailConfirmationHMAC(unconfirmed).key,
        "passkey": passkey.pk,
        "receipt": RECEIPT,
        "undo": UNDO,
        "unsubscribe": unsubscribe_link(world.players["alice"], KINDS["ticket"]).split("/")[-2],
    }
