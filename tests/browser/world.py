"""Players and draws in every state that a page can show, made by the services."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.conf import settings
from django.core.cache import cache
from django.test import Client, TransactionTestCase
from django.utils import timezone
from playwright.sync_api import Page
from pytest_django.live_server_helper import LiveServer

from accounts import outbox, takeout
from accounts.breaks import take_break
from accounts.models import OutboxEmail, User
from draws import closing
from draws.cancelling import cancel_draw
from draws.claiming import HandOverDetails, Publicity, claim_prize
from draws.models import Draw, Winner
from draws.publishing import publish_draw
from draws.redrawing import pass_on_prize
from draws.telling import tell_entries, tell_frozen, tell_results
from ledger.limits import set_limit
from tests.conftest import PASSWORD, defects, let_close, new_draft, new_player
from tests.pages import finish, take

# Who has just given the password again, for the pages that ask for it.
SURE = {"alice", "secured"}
LONG = "A title that is as long as staff can be expected to write one " * 2


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

    def speak(self, page: Page) -> None:
        """From the next page on, the site answers this window in the language."""
        if self.language:
            cookie = {"name": self.language_cookie, "value": self.language, "url": self.origin}
            page.context.add_cookies([cookie])  # type: ignore[list-item]


@contextmanager
def inhabited() -> Iterator[World]:
    """The world on Django's test server; afterwards its rows are gone."""
    cache.clear()
    server = LiveServer("127.0.0.1")
    try:
        players = _players()
        numbers = {name: draw.pk for name, draw in _draws(players).items()}
        cookies = {name: _cookie_of(name, player) for name, player in players.items()}
        _protect(players)
        yield World(server.url, players, cookies, numbers | _further_numbers(players))
        assert defects() == []
    finally:
        server.stop()
        TransactionTestCase()._fixture_teardown()  # type: ignore[attr-defined]


def _cookie_of(name: str, player: User) -> str:
    client = Client()
    if name in SURE:
        client.post("/accounts/login/", {"login": player.email, "password": PASSWORD})
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    else:
        client.force_login(player)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def _players() -> dict[str, User]:
    players = {name: new_player(name, coins=500) for name in ("alice", "bob", "rich", "busy")}
    players |= {name: new_player(name) for name in ("newcomer", "limited", "resting", "suspended", "stale")}
    players |= {name: new_player(name) for name in ("secured", "locked")}
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
    # It can be listed, named and removed; signing in would need one from a real device.
    key = {"name": "My laptop", "passwordless": True, "credential": {"clientExtensionResults": {}}}
    Authenticator.objects.create(user=players["secured"], type="webauthn", data=key)


def _draws(players: dict[str, User]) -> dict[str, Draw]:
    alice, rich, bob = (players[name] for name in ("alice", "rich", "bob"))
    soon = timezone.now().replace(microsecond=0) + timedelta(minutes=30)
    terms: dict[str, dict[str, Any]] = {
        "open": {
            "title": "Lisbon for two, one long weekend",
            "illustration": "tram",
            "max_participants": 100,
        },
        "vip": {"vip_only": True, "illustration": "telescope"},
        "early": {"early_access_until": soon, "illustration": "bicycle"},
        "dear": {"entry_fee": 900},
        "full": {"max_participants": 2, "illustration": "moka"},
        "limit": {"max_per_player": 1, "illustration": "vinyl", "min_participants": 5},
        "won": {"illustration": "headphones"},
        "prizes": {"winner_count": 2, "prize_coins": 0, "prize_amount": 90, "reserve_count": 1},
        "sent": {"prize_coins": 0, "prize_amount": 45},
        "lost": {"prize_amount": 350, "illustration": "coins"},
        "void": {"min_participants": 9},
        "off": {"title": LONG},
        "passed_on": {"prize_amount": 90, "prize_coins": 0, "reserve_count": 2, "illustration": "vinyl"},
        "drawing": {},
    }
    draws = {name: publish_draw(new_draft(**given).pk) for name, given in terms.items()}
    for name in ("open", "limit", "won", "prizes", "sent", "void", "off", "drawing", "passed_on"):
        take(alice, draws[name])
    for name in ("full", "lost"):
        take(rich, draws[name], 2)
    take(alice, draws["lost"])
    take(bob, draws["open"], 3)
    for name in ("passed_on", "prizes"):
        take(bob, draws[name])
    cancel_draw(draws["off"].pk, actor=None, reason="The host withdrew.")
    finish(*(draws[name] for name in ("won", "prizes", "sent", "lost", "void", "passed_on")))
    let_close(draws["drawing"])
    closing.freeze_draw(draws["drawing"].pk)
    draws["draft"] = new_draft()
    return draws


def _further_numbers(players: dict[str, User]) -> dict[str, Any]:
    first = Winner.objects.get(draw__reserve_count=2, place=0)
    pass_on_prize(first.pk, "Not claimed in time.")
    wins = Winner.objects.filter(user=players["alice"])
    claimed = wins.get(draw__prize_amount=45)
    claim_prize(
        claimed.pk,
        players["alice"].pk,
        HandOverDetails("Alice Silva", "7 Mill Lane\nPorto"),
        Publicity("name"),
    )
    for tell in (tell_entries, tell_frozen, tell_results):
        tell()
    takeout.ask(players["alice"])
    takeout.make_data_exports()
    outbox.enqueue("world", "alice@lucky11.example", "Hello", "Hello", "<h1>Hello</h1>")
    unconfirmed = EmailAddress.objects.get(user=players["unconfirmed"])
    return {
        "to_claim": wins.filter(hand_over="to_claim").values_list("pk", flat=True)[0],
        "claimed": claimed.pk,
        "mail": OutboxEmail.objects.get(key="world").pk,
        "key": EmailConfirmationHMAC(unconfirmed).key,
        "passkey": Authenticator.objects.get(user=players["secured"], type="webauthn").pk,
    }
