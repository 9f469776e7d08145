"""Tickets a second: one hot draw, many draws, the usual way, raw pgbench; and entry forms over HTTP."""

from collections.abc import Callable
from functools import partial

from benchmarks import fixtures, raw, web_load
from benchmarks.runs import Measured, Sizes, alternate
from benchmarks.tickets import CONTROL, SERVICE, Clients
from benchmarks.website import Browser, Site

PLAYERS = 1_600
BROWSERS = 160
SPREAD = 1_000
CLIENTS = (1, 4, 16, 64)
USUAL = 16  # clients of a figure whose name has no number
WARMING = 0.3

Variant = tuple[str, Callable[[bool], float]]


def measure_tickets(measured: Measured, sizes: Sizes) -> None:
    """Sell tickets through the service, the control and pgbench."""
    players, spread = fixtures.players(PLAYERS), fixtures.draws(SPREAD)
    from django.db import connection

    connection.close()
    with Clients(players) as clients:

        def sell(service: str, draws: list[int], count: int, warming: bool) -> float:
            chosen = draws or fixtures.draws(1)
            fixtures.reset_server_state()
            return clients.sell(service, chosen, count, _length(sizes, warming))

        variants: dict[str, Variant] = {}
        for count in CLIENTS:
            words = f"Python service, {count} client{'s' if count > 1 else ''}"
            hot, many = f"one draw, {words}", f"{SPREAD:,} draws, {words}"
            variants[_name("hot", count)] = (hot, partial(sell, SERVICE, [], count))
            variants[_name("spread", count)] = (many, partial(sell, SERVICE, spread, count))
        words = f"one draw, select_for_update and ORM, {USUAL} clients"
        variants["control"] = (words, partial(sell, CONTROL, [], USUAL))
        variants["pgbench"] = (f"one draw, raw pgbench, {USUAL} clients", partial(_pgbench, sizes))
        alternate(measured, "tickets/s", variants)


def measure_forms(measured: Measured, sizes: Sizes) -> None:
    """Send entry forms to the site, and ask for the page that does nothing."""
    players = [fixtures.PLAYER.format(n) for n in range(BROWSERS)]
    with Site() as site:
        browsers = [site.browser(player, draw) for draw in fixtures.draws(1) for player in players]
        variants: dict[str, Variant] = {
            "http_enter": ("POST an entry form, 16 connections", partial(_enter, sizes, site, browsers)),
            "http_noop": (
                "GET a signed-in page that does nothing, 16 connections",
                partial(_noop, sizes, site, browsers),
            ),
        }
        alternate(measured, "requests/s", variants)


def _name(what: str, clients: int) -> str:
    return what if clients == USUAL else f"{what}_{clients}"


def _length(sizes: Sizes, warming: bool) -> float:
    return min(WARMING, sizes.seconds) if warming else sizes.seconds


def _pgbench(sizes: Sizes, warming: bool) -> float:
    [draw] = fixtures.draws(1)
    fixtures.reset_server_state()
    return raw.sell(PLAYERS, draw, USUAL, _length(sizes, warming))


def _enter(sizes: Sizes, site: Site, browsers: list[Browser], warming: bool) -> float:
    [draw] = fixtures.draws(1)
    fixtures.reset_server_state()
    return web_load.rate(site.port, web_load.enter(browsers, draw), 303, _length(sizes, warming))


def _noop(sizes: Sizes, site: Site, browsers: list[Browser], warming: bool) -> float:
    fixtures.reset_server_state()
    return web_load.rate(site.port, web_load.noop(browsers), 200, _length(sizes, warming))
