"""bin/run, on a copy of the checkout: up in one command, gone without a trace, and back with its data."""

from __future__ import annotations

import re
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from lucky11 import embedded
from lucky11.embedded import processes
from tests.operations.checkout import NEEDS_AN_ENVIRONMENT, Started, checkout, free_port, start
from tests.operations.processes import eventually
from tests.support.nightly import at_night

__all__ = ["checkout", "free_port", "start"]
pytestmark = [pytest.mark.slow, NEEDS_AN_ENVIRONMENT]
UP = "Lucky11 is running at"


def transactions(data: Path, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setenv("LUCKY11_DATA", str(data))
    with psycopg.connect(embedded.database_url()) as connection:
        row = connection.execute("SELECT count(*) FROM transactions").fetchone()
        assert row is not None
        return int(row[0])


def test_a_newcomer_starts_the_site_stops_it_and_finds_everything_again(
    start: Callable[..., Started], checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = start()
    assert first.has_said(UP), first.said()
    assert first.status("/readyz") == 200
    assert first.status("/") == 200
    for words in (f"http://localhost:{first.port}", "ana@lucky11.example", "staff@lucky11.example", "Ctrl-C"):
        assert words in first.said()
    environment_file = checkout / ".env"
    written = environment_file.read_text()
    assert environment_file.stat().st_mode & 0o777 == 0o600
    assert re.search(r"^SECRET_KEY=\w{50,}$", written, re.MULTILINE)
    seeded = transactions(first.data, monkeypatch)
    assert seeded > 0
    assert first.end(signal.SIGINT) == 130
    assert first.leavings() == []
    assert "Traceback" not in first.said()

    second = start()
    assert second.has_said(UP), second.said()
    assert transactions(second.data, monkeypatch) >= seeded
    assert "demo draws" not in second.said()
    assert environment_file.read_text() == written
    assert second.end(signal.SIGTERM) == 143
    assert second.leavings() == []


@pytest.mark.nightly
def test_a_checkout_in_a_folder_with_an_unusual_and_long_name_starts_the_site(
    checkout: Path, place: Path, free_port: int
) -> None:
    unusual = place / 'a space, it\'s é "q" $x' / ("long" * 20)
    shutil.copytree(checkout, unusual, ignore=shutil.ignore_patterns(".data", ".env", "said-*"))
    run = Started(unusual, free_port)
    try:
        assert run.has_said(UP), run.said()
        assert run.status("/readyz") == 200
        assert run.end() == 143
        assert list((unusual / ".data/run").glob("beat-schedule*"))
    finally:
        run.process.kill()
        run.process.wait()
        assert eventually(lambda: not run.leavings())


@pytest.mark.parametrize(
    ("moment", "signum"),
    [
        ("", signal.SIGTERM),
        ("Starting PostgreSQL", signal.SIGINT),
        at_night("Migrating the database", signal.SIGTERM),
        at_night("Adding demo", signal.SIGINT),
        ("web.1 started", signal.SIGTERM),
    ],
)
def test_a_start_that_is_stopped_half_way_leaves_no_process(
    start: Callable[..., Started], place: Path, moment: str, signum: signal.Signals
) -> None:
    run = start(LUCKY11_DATA=str(place / "data")) if moment != "web.1 started" else start()
    assert run.has_said(moment)
    code = run.end(signum)
    # Before our first line of Python runs, the signal itself is the answer. The shell's question to Python,
    # which that signal does not reach, ends by itself.
    assert code == 128 + signum or (not moment and code == -signum)
    assert run.leavings() == [] or (code == -signum and eventually(lambda: not run.leavings()))
    assert "Traceback" not in run.said()


@pytest.mark.nightly
def test_after_a_start_that_was_stopped_half_way_the_next_one_works(start: Callable[..., Started]) -> None:
    stopped = start()
    assert stopped.has_said("Migrating the database")
    stopped.end()
    again = start()
    assert again.has_said(UP), again.said()
    again.process.kill()  # nothing of ours runs after this, and still all of it has to end
    again.process.wait()
    assert eventually(lambda: not again.leavings())
    third = start()
    assert third.has_said(UP), third.said()

    refused = start(port=third.port)
    assert refused.process.wait(30) == 1
    assert "already running" in refused.said()

    [worker, *_] = [each for each in processes.marked(third.data) if "worker" in each.cmdline()]
    worker.kill()
    assert third.process.wait(40) == 1
    assert third.said().strip().endswith("the lines above say which and why.")
    assert third.leavings() == []
