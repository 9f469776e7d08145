"""Checks of Redis: version, protection, memory, and what it keeps over a restart."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from django.conf import settings

from lucky11 import checks
from lucky11.operations.doctor.results import Result, from_messages, ok, problem, warning, worst

OLDEST = 7


@contextmanager
def _client() -> Iterator[redis.Redis]:
    with redis.Redis.from_url(
        settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5, decode_responses=True
    ) as client:
        yield client


def _info(section: str) -> dict[str, Any]:
    with _client() as client:
        return dict(client.info(section))


def server() -> Result:
    """Check that Redis answers, is new enough, and takes writes."""
    info = _info("server")
    # Valkey names the version of Redis that it is compatible with, too.
    version = str(info.get("redis_version", "0"))
    name = f"Valkey {info['valkey_version']}" if "valkey_version" in info else f"Redis {version}"
    found = f"{name}, {info.get('redis_mode', 'standalone')}."
    if int(version.partition(".")[0]) < OLDEST:
        return problem(found, f"Install Redis {OLDEST} or newer, or Valkey.")
    if _info("replication").get("role") != "master":
        return problem(f"{found} It is a replica, which takes no writes.", "Name the primary in REDIS_URL.")
    return ok(found)


def protection() -> Result:
    """Check that Redis asks for a password, or is reached by TLS or a Unix socket."""
    address = settings.REDIS_URL.partition(":")[0]
    how = {"rediss": "REDIS_URL uses TLS.", "unix": "REDIS_URL is a Unix socket."}
    return from_messages(checks.redis_protection(None), how.get(address, "Redis asks for a password."))


def memory() -> Result:
    """Check that Redis refuses writes when its memory is full, instead of dropping tasks."""
    info = _info("memory")
    policy, limit = str(info.get("maxmemory_policy", "unknown")), int(info.get("maxmemory", 0))
    size = f"{limit // 2**20} MiB" if limit else "not limited"
    found = f"maxmemory-policy is {policy}; memory is {size}."
    if policy == "noeviction":
        return ok(found)
    advice = (
        "Set `maxmemory-policy noeviction` in redis.conf; any other policy drops tasks when memory is full."
    )
    return problem(found, advice) if limit else warning(found, advice)


def persistence() -> Result:
    """Check what Redis keeps over a restart, and that it can write it."""
    info = _info("persistence")
    broken = [
        problem(f"The newest {what} failed.", "Read Redis' log; until one succeeds it may refuse writes.")
        for what, key in (
            ("snapshot", "rdb_last_bgsave_status"),
            ("write to the AOF", "aof_last_write_status"),
        )
        if info.get(key, "ok") != "ok"
    ]
    if broken:
        return worst(broken, "")
    if int(info.get("aof_enabled", 0)):
        return ok("The queue is kept in an AOF.")
    snapshots = _snapshots()
    if snapshots:
        return ok(f"The queue is kept in snapshots ({snapshots}).")
    if snapshots is None:
        return ok("No AOF; this account may not ask whether there are snapshots.")
    said = "Redis keeps nothing over a restart: what waits in the queue then runs only at its next turn."
    return warning(said, "Set `appendonly yes` in redis.conf.")


def _snapshots() -> str | None:
    """Return when Redis takes snapshots; None if it does not let us ask."""
    try:
        with _client() as client:
            return str(client.config_get("save").get("save", ""))
    except redis.ResponseError:
        return None
