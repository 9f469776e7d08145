"""Whatever a run has started, and whatever that has started: gone when the run is over."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lucky11.bootstrap import Refusal
from lucky11.development import process_group
from lucky11.development.process_group import ProcessGroup
from tests.operations.processes import belonging_to, eventually

pytestmark = pytest.mark.slow
# It leaves its session and its parent, and does not care for SIGTERM.
RUNAWAY = """import os, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if os.fork() == 0:
    os.setsid()
time.sleep(1000)
"""


@pytest.fixture
def group(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ProcessGroup:
    monkeypatch.setenv("LUCKY11_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(process_group, "SUPERVISOR_SECONDS", 3)
    (tmp_path / "Procfile").write_text("one: exec sleep 1000\ntwo: exec sleep 1000\n")
    return ProcessGroup("bin/run")


def start_supervisor(group: ProcessGroup, folder: Path) -> None:
    group.start_supervisor(sys.executable, "-m", "honcho", "start", "--procfile", str(folder / "Procfile"))


@pytest.mark.nightly
def test_processes_that_leave_their_session_and_ignore_the_signal_end_with_the_run(
    group: ProcessGroup, tmp_path: Path
) -> None:
    def runaways() -> list[str]:
        return [line for line in belonging_to(group.data) if line.endswith("runaway.py")]

    (tmp_path / "runaway.py").write_text(RUNAWAY)
    (tmp_path / "Procfile").write_text(f"runaway: exec {sys.executable} {tmp_path}/runaway.py\n")
    with group.ended_at_exit():
        start_supervisor(group, tmp_path)
        assert eventually(lambda: len(runaways()) == 2)
    assert belonging_to(group.data) == []


def test_a_run_that_is_stopped_while_its_processes_start_ends_them_in_order(
    group: ProcessGroup, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"process{number}: exec sleep 1000\n" for number in range(30))
    (tmp_path / "Procfile").write_text(many)
    with group.ended_at_exit():
        start_supervisor(group, tmp_path)
        assert eventually(lambda: len(belonging_to(group.data)) > 1)
    assert belonging_to(group.data) == []
    assert "Traceback" not in capfd.readouterr().err


def test_a_second_run_of_the_same_data_is_refused(group: ProcessGroup) -> None:
    second = ProcessGroup("bin/run")
    with group.exclusive(), pytest.raises(Refusal, match="already running"), second.exclusive():
        pass


def test_what_a_killed_run_left_is_ended_by_the_next(group: ProcessGroup, tmp_path: Path) -> None:
    start_supervisor(group, tmp_path)
    assert eventually(lambda: len(belonging_to(group.data)) > 2)
    assert group.supervisor is not None
    group.supervisor.kill()
    group.supervisor.wait()
    with ProcessGroup("bin/run").exclusive():
        assert belonging_to(group.data) == []


def test_a_step_that_fails_shows_what_it_said(group: ProcessGroup, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refusal, match="failed; the lines above say why"):
        group.step("Trying.", sys.executable, "-c", "print('the reason'); raise SystemExit(3)")
    assert "the reason" in capfd.readouterr().err
    with pytest.raises(Refusal, match="is full"):
        group.step("Trying.", sys.executable, "-c", "raise SystemExit('x: No space left on device')")
