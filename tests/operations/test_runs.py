"""What operators ran is kept, however it ended."""

import os
import signal
import subprocess
import sys

import pytest
from django.db import IntegrityError, connection, transaction

from lucky11 import __version__
from lucky11.embedded import paths
from lucky11.models import OperationRun
from lucky11.operations import runs
from tests.operations.processes import eventually


@pytest.mark.django_db
def test_a_run_that_goes_well_is_the_last_good_one_and_says_who_ran_which_version():
    with runs.record("drill", tables=3) as run:
        run.summary = "3 tables are as they were."
        assert runs.newest("drill") == run
        assert runs.last_good("drill") is None
    kept = runs.last_good("drill")
    assert kept is not None
    assert (kept.ok, kept.summary, kept.details["tables"]) == (True, "3 tables are as they were.", 3)
    assert (kept.details["pid"], kept.details["version"]) == (os.getpid(), __version__)
    assert kept.ended_at >= kept.started_at


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("ends", "says"),
    [
        (ValueError("no such\nfolder"), "ValueError: no such folder"),
        (KeyboardInterrupt(), "Interrupted."),
        (SystemExit(1), "SystemExit: 1"),
    ],
)
def test_a_run_that_breaks_is_kept_as_failed_and_says_why(ends, says):
    with runs.record("drill"):
        pass
    good = runs.last_good("drill")
    with pytest.raises(type(ends)), runs.record("drill"):
        raise ends
    failed = runs.newest("drill")
    assert (failed.ok, failed.summary) == (False, says)
    assert runs.last_good("drill") == good


@pytest.mark.django_db
def test_a_run_may_say_itself_that_it_found_something_wrong():
    with runs.record("drill") as run:
        run.ok, run.summary = False, "One row is missing."
    assert (runs.newest("drill").ok, runs.last_good("drill")) == (False, None)
    with pytest.raises(SystemExit), runs.record("drill"):
        sys.exit(0)
    assert runs.newest("drill").ok


@pytest.mark.django_db
def test_no_row_has_a_result_without_an_end():
    with pytest.raises(IntegrityError), transaction.atomic():
        OperationRun.objects.create(kind="drill", ok=True)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_run_whose_process_was_killed_stays_unfinished(server_environment):
    script = (
        "import django, time; django.setup()\n"
        "from lucky11.operations.runs import record\n"
        "with record('drill'): time.sleep(600)"
    )
    child = subprocess.Popen([sys.executable, "-c", script], cwd=paths.ROOT, env=server_environment)
    try:
        assert eventually(lambda: OperationRun.objects.filter(kind="drill").exists())
    finally:
        child.send_signal(signal.SIGKILL)
        child.wait()
    left = runs.newest("drill")
    assert (left.ended_at, left.ok, left.details["pid"]) == (None, None, child.pid)


@pytest.mark.django_db(transaction=True)
def test_a_run_that_loses_its_database_fails_with_its_own_error_and_stays_unfinished():
    def lose_the_database() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            (own,) = cursor.fetchone()
        other = connection.copy()
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [own])
        other.close()
        raise RuntimeError("the disk is full")

    with pytest.raises(RuntimeError, match="the disk is full"), runs.record("drill"):
        lose_the_database()
    connection.close()
    assert runs.newest("drill").ok is None
