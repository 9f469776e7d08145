"""One line in the log when a server stops answering, and one when it is back, not one per request or task.

What is left out is only that a server does not answer; every other error is logged as it is. Each process
notices for itself.
"""

import logging
import threading
import time
from dataclasses import dataclass, field

from django.db import InterfaceError, OperationalError
from kombu.exceptions import OperationalError as QueueError
from psycopg import Error as DatabaseError
from redis import ConnectionError as RedisConnectionError
from redis import TimeoutError as RedisTimeoutError

logger = logging.getLogger(__name__)

POSTGRESQL, REDIS = "PostgreSQL", "Redis"
# The server cannot be reached, is shutting down or starting, or accepts no more connections (PostgreSQL,
# appendix A).
AWAY_CLASSES = ("08", "57P", "53300")
# What threads still have to say of an outage so soon after its end is no outage of its own.
SAME_SECONDS = 3.0
# How Celery begins to say why a worker ends. That is never left out, even if an outage was the occasion.
LAST_WORDS = "Unrecoverable error"
# What libraries log about it without the exception: the beginning of a logger's name, and of the message.
SAID_BY = (
    ("celery.", "consumer: Cannot connect", REDIS),
    ("celery.", "consumer: Connection to broker lost", REDIS),
    ("celery.", "beat: Connection error", REDIS),
    ("psycopg.pool", "error connecting", POSTGRESQL),
    ("psycopg.pool", "reconnection attempt", POSTGRESQL),
    ("psycopg.pool", "discarding closed connection", POSTGRESQL),
)


@dataclass
class _Outage:
    """An outage of one server, as this process sees it."""

    since: float | None = None
    over_at: float = -SAME_SECONDS
    left_out: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)


_outages = {POSTGRESQL: _Outage(), REDIS: _Outage()}


def server_behind(error: BaseException | None) -> str | None:
    """Return the server that did not answer, if that is what an exception (or one of its causes) says."""
    while error is not None:
        if isinstance(error, (RedisConnectionError, RedisTimeoutError, QueueError)):
            return REDIS
        if isinstance(error, DatabaseError):
            return POSTGRESQL if _is_away(error) else None
        if isinstance(error, InterfaceError) and error.__cause__ is None:
            return POSTGRESQL
        error = error.__cause__ or (None if isinstance(error, OperationalError) else error.__context__)
    return None


def _is_away(error: DatabaseError) -> bool:
    # Without a code the message is libpq's own: the server said nothing.
    lost = "OperationalError", "InterfaceError", "PoolTimeout", "ConnectionTimeout"
    if error.sqlstate is None:
        return type(error).__name__ in lost
    return error.sqlstate.startswith(AWAY_CLASSES)


class OutageFilter(logging.Filter):
    """Writes the first line about a server that does not answer, in one sentence, and leaves out the rest."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be written."""
        server = _server_of(record)
        if server is None:
            return True
        outage = _outages[server]
        with outage.lock:
            now = time.monotonic()
            if outage.since is not None or now - outage.over_at < SAME_SECONDS:
                outage.left_out += 1
                return False
            outage.since = now
        error = record.exc_info[1] if record.exc_info else None
        why = str(error).splitlines()[0] if error and str(error) else record.getMessage().splitlines()[0]
        record.msg = f"{server} does not answer ({why}). More about it is left out until it is back."
        record.args, record.exc_info, record.exc_text = (), None, None
        return True


def _server_of(record: logging.LogRecord) -> str | None:
    if record.name == __name__ or record.getMessage().startswith(LAST_WORDS):
        return None
    if record.exc_info and record.exc_info[1]:
        return server_behind(record.exc_info[1])
    for name, beginning, server in SAID_BY:
        if record.name.startswith(name) and record.getMessage().startswith(beginning):
            return server
    return None


def is_back(server: str) -> None:
    """Log that a server answers again, if this process had noticed that it did not."""
    outage = _outages[server]
    if outage.since is None:  # without the lock: this is asked with every new connection
        return
    with outage.lock:
        since, left_out = outage.since, outage.left_out
        outage.since, outage.left_out, outage.over_at = None, 0, time.monotonic()
    if since is not None:
        seconds = time.monotonic() - since
        logger.warning("%s answers again, after %.0f s; %s lines were left out.", server, seconds, left_out)
