"""Whatever a run has started, and whatever that has started: gone when the run is over."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from lucky11.bootstrap import Refusal
from lucky11.development import process_group as crews
from lucky11.development.process_group import Crew
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
def crew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Crew:
    monkeypatch.setenv("LUCKY11_DATA", str(tmp_path / "data"))
    monkeypatch.setattr(crews, "FOREMAN_SECONDS", 3)
    (tmp_path / "Procfile").write_text("one: exec sleep 1000\ntwo: exec sleep 1000\n")
    return Crew("bin/run")


def start_foreman(crew: Crew, folder: Path) -> None:
    crew.start_foreman(sys.executable, "-m", "honcho", "start", "--procfile", str(folder / "Procfile"))


@pytest.mark.nightly
def test_processes_that_leave_their_session_and_ignore_the_signal_end_with_the_run(
    crew: Crew, tmp_path: Path
) -> None:
    def runaways() -> list[str]:
        return [line for line in belonging_to(crew.data) if line.endswith("runaway.py")]

    (tmp_path / "runaway.py").write_text(RUNAWAY)
    (tmp_path / "Procfile").write_text(f"runaway: exec {sys.executable} {tmp_path}/runaway.py\n")
    with crew.at_work():
        start_foreman(crew, tmp_path)
        assert eventually(lambda: len(runaways()) == 2)
    assert belonging_to(crew.data) == []


def test_a_run_that_is_stopped_while_its_processes_start_ends_them_in_order(
    crew: Crew, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    many = "".join(f"process{number}: exec sleep 1000\n" for number in range(30))
    (tmp_path / "Procfile").write_text(many)
    with crew.at_work():
        start_foreman(crew, tmp_path)
        assert eventually(lambda: len(belonging_to(crew.data)) > 1)
    assert belonging_to(crew.data) == []
    assert "Traceback" not in capfd.readouterr().err


def test_a_second_run_of_the_same_data_is_refused(crew: Crew) -> None:
    with crew.alone(), pytest.raises(Refusal, match="already at work"), Crew("bin/run").alone():
        pass


def test_what_a_killed_run_left_is_ended_by_the_next(crew: Crew, tmp_path: Path) -> None:
    start_foreman(crew, tmp_path)
    assert eventually(lambda: len(belonging_to(crew.data)) > 2)
    assert crew.foreman is not None
    crew.foreman.kill()
    crew.foreman.wait()
    with Crew("bin/run").alone():
        assert belonging_to(crew.data) == []


def test_a_step_that_fails_shows_what_it_said(crew: Crew, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Refusal, match="failed; the lines above say why"):
        crew.step("Trying.", sys.executable, "-c", "print('the reason'); raise SystemExit(3)")
    assert "the reason" in capfd.readouterr().err
    with pytest.raises(Refusal, match="is full"):
        crew.step("Trying.", sys.executable, "-c", "raise SystemExit('x: No space left on device')")
