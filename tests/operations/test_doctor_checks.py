"""The doctor's checks one by one, where a value or a server of the test's shows what a production would."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from draws.beacon import chain, relays
from lucky11.models import OperationRun
from lucky11.operations import connection_budget
from lucky11.operations.doctor import beacon, clocks, folders, machine, postgres, site
from lucky11.operations.doctor.examination import examine
from lucky11.operations.doctor.registry import DATABASE, REDIS, Check, Stage, checks
from lucky11.operations.doctor.results import State, ok, problem
from tests.support.beacon_server import running
from tests.support.mail_server import free_port

# -- clocks --


@pytest.mark.parametrize(
    ("before", "told", "after", "expected"),
    [
        (100.0, 100.2, 100.4, 0.0),
        (100.0, 100.0, 100.0, 0.0),
        (100.0, 104.4, 100.4, 4.0),
        (100.0, 98.0, 103.0, -2.0),
    ],
    ids=["between", "at once", "ahead", "behind"],
)
def test_only_what_the_question_cannot_explain_counts_as_skew(before, told, after, expected):
    assert clocks.skew(before, told, after) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("seconds", "state", "said"),
    [
        (0.0, State.OK, "agree on the time"),
        (0.5, State.OK, "0.5 s ahead of"),
        (-1.5, State.WARNING, "1.5 s behind"),
        (3.0, State.PROBLEM, "The limit is 3 s."),
        (-7200.0, State.PROBLEM, "7200.0 s behind"),
    ],
)
def test_a_clock_that_is_off_is_named_with_its_seconds_and_the_limit(seconds, state, said):
    result = clocks.judge("The database", seconds)
    assert (result.state, said in result.found) == (state, True)
    assert (result.advice == "") is (state is State.OK)


def test_a_clock_an_hour_ahead_is_found_by_asking_it():
    assert clocks.compare("Redis", lambda: time.time() + 3600).state is State.PROBLEM


# -- the beacon --


@pytest.fixture
def relay_server(settings):
    settings.BEACON_TIMEOUT_SECONDS = 3
    settings.BEACON_FOLDER = ""
    with running() as server:
        due = chain.CHAIN.round_at(int(time.time() - relays.SETTLED_SECONDS))
        for number in range(due, due + 20):
            server.release(number)
        yield server


def test_a_relay_that_has_the_newest_round_is_well(settings, relay_server):
    settings.BEACON_RELAYS = [relay_server.relay("honest")]
    result = beacon.sources()
    assert result.state is State.OK, result
    assert chain.CHAIN.name in result.found


@pytest.mark.parametrize("manner", ["unknowing", "failing", "page", "another"])
def test_a_relay_that_does_not_is_quoted_and_one_that_works_makes_it_a_warning(
    settings, relay_server, manner
):
    settings.BEACON_RELAYS = [relay_server.relay(manner)]
    alone = beacon.sources()
    assert (alone.state, relay_server.relay(manner) in alone.found) == (State.PROBLEM, True)
    settings.BEACON_RELAYS = [relay_server.relay(manner), relay_server.relay("honest")]
    assert beacon.sources().state is State.WARNING


def test_a_relay_that_is_not_there_and_a_folder_that_is_not_there(settings, relay_server, tmp_path):
    settings.BEACON_RELAYS = [f"http://127.0.0.1:{free_port()}"]
    assert "could not be asked" in beacon.sources().found
    settings.BEACON_RELAYS, settings.BEACON_FOLDER = [], str(tmp_path / "rounds")
    assert (beacon.sources().state, "not a folder" in beacon.sources().found) == (State.PROBLEM, True)
    (tmp_path / "rounds").mkdir()
    assert beacon.sources().state is State.OK
    settings.BEACON_FOLDER = ""
    assert (beacon.sources().state, "operator-run" in beacon.sources().found) == (State.OK, True)


# -- the log of draws --


@pytest.mark.django_db
def test_another_origin_than_the_logs_first_is_a_problem(settings, make_draw):
    settings.LOG_ORIGIN = "https://lucky11.example"
    assert "will begin with https://lucky11.example" in site.log_origin().found
    make_draw()
    assert site.log_origin().state is State.OK
    settings.LOG_ORIGIN = "https://moved.example"
    moved = site.log_origin()
    assert (moved.state, "LOG_ORIGIN" in moved.advice) == (State.PROBLEM, True)


# -- connections --


def test_more_connections_than_the_server_lets_in_are_a_warning_that_names_the_figure_to_set(monkeypatch):
    monkeypatch.setenv("WEB_WORKERS", "30")
    needed = connection_budget.total()
    assert postgres.judge_connections(needed, needed + 3, 3).state is State.OK
    line = postgres.judge_connections(needed, needed + 2, 3)
    assert line.state is State.WARNING
    assert "web 120" in line.found
    assert f"Set max_connections to {needed + 3} or more" in line.advice


@pytest.mark.django_db(transaction=True)
def test_the_server_is_asked_how_many_connections_it_lets_in_and_keeps_for_superusers(monkeypatch):
    for name in ("WEB_WORKERS", "WEB_POOL_SIZE", "WEB_THREADS", "WORKER_THREADS"):
        monkeypatch.delenv(name, raising=False)
    with connection.cursor() as cursor:
        cursor.execute("SHOW max_connections")
        most = int(cursor.fetchone()[0])
        cursor.execute("SHOW superuser_reserved_connections")
        kept = int(cursor.fetchone()[0])
    assert f"PostgreSQL lets in {most - kept} ({most} less {kept})." in postgres.connections().found
    monkeypatch.setenv("WEB_WORKERS", str(most))
    assert postgres.connections().state is State.WARNING
    monkeypatch.setenv("WEB_WORKERS", "two")
    ((state, found),) = answers(Check("Connections", postgres.connections, DATABASE)).values()
    assert (state, "WEB_WORKERS is 'two'" in found) == (State.PROBLEM, True)


# -- folders and this machine --


def test_a_full_disk_is_a_problem_and_one_that_is_nearly_full_a_warning(settings, tmp_path, monkeypatch):
    settings.ALERT_DISK_PERCENT = 100
    assert folders.folder(tmp_path / "new").state is State.OK
    assert folders.folder(tmp_path, needed_bytes=2**60).state is State.PROBLEM
    settings.ALERT_DISK_PERCENT = -1
    assert folders.folder(tmp_path).state is State.WARNING
    monkeypatch.setattr(folders, "FEWEST_MEGABYTES", 2**40)
    assert folders.folder(tmp_path).state is State.PROBLEM


@pytest.fixture
def nobody() -> Iterator[None]:
    """Not root, who may write everywhere."""
    ours = os.geteuid()
    os.seteuid(65534 if ours == 0 else ours)
    yield
    os.seteuid(ours)


def test_a_folder_that_is_somebody_elses_or_a_file_is_a_problem(nobody):
    line = folders.folder(Path("/usr/lib/backups"))
    assert (line.state, "may not write to /usr/lib" in line.found) == (State.PROBLEM, True)
    assert "install -d -o" in line.advice
    assert "is not a folder" in folders.folder(Path("/etc/passwd/backups")).found


def test_what_is_no_key_is_named_and_not_quoted(settings):
    assert site.keys().state is State.OK
    settings.BACKUP_KEYS = ["a-key-of-no-kind"]
    line = site.keys()
    assert (line.state, "BACKUP_KEYS" in line.advice) == (State.PROBLEM, True)
    settings.ENCRYPTION_KEYS = ["a-key-of-no-kind"]
    assert "ENCRYPTION_KEYS" in site.keys().advice
    assert "a-key-of-no-kind" not in site.keys().found + line.found


def test_this_machine_has_what_the_project_file_asks_for(settings):
    needed = ".".join(map(str, machine.OLDEST_PYTHON))
    assert f'requires-python = ">={needed}"' in (settings.BASE_DIR / "pyproject.toml").read_text()
    assert (machine.python().state, machine.time_zones().state) == (State.OK, State.OK)


# -- how they run --


def answers(*given: Check, stage: Stage = Stage.RUNNING) -> dict[str, tuple[State, str]]:
    return {line.name: (line.result.state, line.result.found) for line in examine(given, stage)}


def test_a_check_that_fails_or_hangs_holds_up_no_other_and_says_no_secret(settings):
    settings.SECRET_KEY = "a-secret-that-an-error-quotes"
    hanging = threading.Event()

    def fail():
        raise ValueError(f"no such thing as {settings.SECRET_KEY}")

    found = answers(
        Check("fails", fail),
        Check("hangs", lambda: ok(str(hanging.wait())), seconds=0.2),
        Check("works", lambda: ok("well")),
    )
    hanging.set()
    assert found == {
        "fails": (State.PROBLEM, "It could not be checked (ValueError: no such thing as ….)"),
        "hangs": (State.PROBLEM, "No answer within 0 s."),
        "works": (State.OK, "well"),
    }


def test_what_needs_a_server_that_is_away_is_not_asked_but_what_needs_a_bad_one_is():
    def refuse():
        raise ConnectionError

    away = answers(Check(REDIS, refuse), Check("needs it", lambda: ok("well"), REDIS))
    bad = answers(Check(REDIS, lambda: problem("Redis 6.", "")), Check("needs it", lambda: ok("well"), REDIS))
    assert away["needs it"] == (State.WARNING, "Not checked: Redis does not answer.")
    assert bad["needs it"] == (State.OK, "well")


@pytest.mark.django_db(transaction=True)
def test_no_check_of_the_database_can_write_to_it():
    def write():
        OperationRun.objects.create(kind="of a check")
        return ok("written")

    ((state, found),) = answers(Check("writes", write, DATABASE)).values()
    assert (state, "read-only transaction" in found) == (State.PROBLEM, True)
    assert not OperationRun.objects.filter(kind="of a check").exists()


@pytest.mark.django_db(transaction=True)
def test_a_question_to_the_database_ends_after_its_time():
    def sleep():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(60)")
        return ok("slept")

    ((state, found),) = answers(Check("sleeps", sleep, DATABASE, seconds=0.5)).values()
    assert state is State.PROBLEM
    assert "statement timeout" in found or "No answer" in found


def test_every_check_has_a_name_of_its_own_and_the_servers_come_before_what_needs_them():
    names = [each.name for each in checks()]
    assert len(set(names)) == len(names) > 35
    for position, check in enumerate(checks()):
        assert not check.needs or check.needs in names[:position]
