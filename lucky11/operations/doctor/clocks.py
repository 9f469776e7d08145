"""Checks of the clocks of the database and of Redis against this machine's; draws close by the database's."""

import time
from collections.abc import Callable

import redis
from django.conf import settings
from django.db import connection

from lucky11.operations.doctor.results import Result, ok, problem, warning

# Relays are asked for a round this much ahead of its time, and signs of life are half a minute old at most.
SKEW_WARNING, SKEW_PROBLEM = 1.0, 3.0
ADVICE = "Let both machines follow one time server (chrony); `timedatectl` says whether this one does."


def database() -> Result:
    """Compare the database's clock with this machine's."""
    return compare("The database", _database_time)


def redis_server() -> Result:
    """Compare the clock of Redis with this machine's."""
    return compare("Redis", _redis_time)


def compare(who: str, ask: Callable[[], float]) -> Result:
    """Ask for the time (Unix seconds) and judge how far it is from this machine's."""
    before = time.time()
    told = ask()
    return judge(who, skew(before, told, time.time()))


def skew(before: float, told: float, after: float) -> float:
    """Return the seconds that a clock, asked between two moments of ours, is ahead (behind: negative).

    What may be due to the time that the question took is not counted.
    """
    if before <= told <= after:
        return 0.0
    return told - after if told > after else told - before


def judge(who: str, seconds: float) -> Result:
    """Return what a clock's difference from ours means."""
    if not seconds:
        return ok(f"{who} and this machine agree on the time.")
    found = f"{who} is {abs(seconds):.1f} s {'ahead of' if seconds > 0 else 'behind'} this machine."
    if abs(seconds) >= SKEW_PROBLEM:
        return problem(f"{found} The limit is {SKEW_PROBLEM:.0f} s.", ADVICE)
    if abs(seconds) >= SKEW_WARNING:
        return warning(found, ADVICE)
    return ok(found)


def _database_time() -> float:
    with connection.cursor() as cursor:
        cursor.execute("SELECT extract(epoch FROM clock_timestamp())::float8")
        return float(cursor.fetchone()[0])


def _redis_time() -> float:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5) as client:
        client.ping()
        seconds, microseconds = client.time()
        return float(seconds) + float(microseconds) / 1e6
