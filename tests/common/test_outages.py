"""A server that stops answering is one line in the log, its return another, and nothing else is left out."""

import logging

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from psycopg import errors
from redis import Redis

from common import outages
from common.redis_client import redis_client


@pytest.fixture
def lines(monkeypatch):
    """What is written through the filter."""
    monkeypatch.setattr(outages, "SAME_SECONDS", 0)
    written: list[str] = []

    class Written(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(self.format(record))

    handler = Written()
    handler.addFilter(outages.OutageFilter())
    logger = logging.getLogger("a sweep")
    for each in (logger, outages.logger):
        each.addHandler(handler)
        monkeypatch.setattr(each, "propagate", False)
    yield written
    for each in (logger, outages.logger):
        each.removeHandler(handler)
    outages.is_back(outages.POSTGRESQL)
    outages.is_back(outages.REDIS)


def fail(work) -> None:
    """Log how something failed, as whoever sweeps does."""
    try:
        work()
    except Exception:
        logging.getLogger("a sweep").exception("The sweep failed.")


def ask_nobody() -> None:
    psycopg.connect("host=127.0.0.1 port=1 user=x")


def ask_django() -> None:
    try:
        ask_nobody()
    except psycopg.OperationalError as error:
        raise OperationalError(str(error)) from error


def test_a_database_that_is_away_is_one_line_and_its_return_another(lines):
    for _ in range(20):
        fail(ask_nobody)
        fail(ask_django)
    assert len(lines) == 1
    assert lines[0].startswith("PostgreSQL does not answer (")
    assert "Traceback" not in lines[0]
    outages.is_back(outages.POSTGRESQL)
    outages.is_back(outages.POSTGRESQL)
    assert len(lines) == 2
    assert lines[1].startswith("PostgreSQL answers again")
    assert lines[1].endswith("39 lines were left out.")
    fail(ask_nobody)
    assert len(lines) == 3


def test_what_a_thread_says_just_after_the_end_belongs_to_the_same_outage(lines, monkeypatch):
    monkeypatch.setattr(outages, "SAME_SECONDS", 600)
    monkeypatch.setattr(outages._outages[outages.POSTGRESQL], "over_at", -600)
    fail(ask_nobody)
    outages.is_back(outages.POSTGRESQL)
    fail(ask_nobody)
    assert len(lines) == 2


def test_redis_and_the_database_are_two_outages(lines):
    for _ in range(3):
        fail(ask_nobody)
        fail(Redis(host="127.0.0.1", port=1, retry=redis_client().get_retry()).ping)
    assert [line.split(" ", 1)[0] for line in lines] == ["PostgreSQL", "Redis"]


@pytest.mark.parametrize(
    "error",
    [
        errors.DeadlockDetected("deadlock detected"),
        errors.LockNotAvailable("canceling statement due to lock timeout"),
        errors.DiskFull("could not extend file"),
        IntegrityError("a rule"),
        DatabaseError("something else"),
        ValueError("no server at all"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_every_other_error_is_written_as_it_is_even_during_an_outage(lines, error):
    def work() -> None:
        raise error

    fail(ask_nobody)
    fail(work)
    fail(work)
    assert len(lines) == 3
    assert all("Traceback" in line and str(error) in line for line in lines[1:])


def test_a_process_that_ends_during_an_outage_says_why(lines):
    fail(ask_nobody)
    try:
        ask_nobody()
    except psycopg.OperationalError:
        logging.getLogger("a sweep").critical("Unrecoverable error: it ends", exc_info=True)
    assert len(lines) == 2
    assert lines[1].startswith("Unrecoverable error: it ends")
    assert "Traceback" in lines[1]


@pytest.mark.parametrize("code", ["57P01", "57P02", "57P03", "53300", "08006"])
def test_a_server_that_shuts_down_starts_or_takes_no_more_is_away(code):
    assert outages.server_behind(errors.lookup(code)("said so")) == outages.POSTGRESQL


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_to_the_database_tells_that_it_is_back(lines):
    fail(ask_nobody)
    connection.close()
    connection.ensure_connection()
    assert lines[1].startswith("PostgreSQL answers again")
