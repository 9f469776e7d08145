"""An import that is killed is started again, and what comes out is what one undisturbed import makes."""

import io
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection

from accounts.models import User
from lucky11.models import OperationRun
from tests.conftest import defects
from tests.operations.processes import eventually
from tests.support.nightly import at_night
from tests.support.old_site import FIRST, Shape, address, old_site
from tests.support.old_site_import import clear, run, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]

ROOT = Path(__file__).parents[2]
DECIDED = ("--apply", "--settle", "--refund")
# More users than one batch of any stage holds.
SHAPE = Shape(users=1200, transactions=3600, draws=20, tickets=4200)
LATE_USER = str(FIRST + 1150)
# What blocks the import in the middle of a stage: a row with the same key, by somebody who does not commit.
BLOCKS = {
    "users": [f"INSERT INTO users (id) VALUES ('{LATE_USER}')"],
    "tickets": [
        "SELECT set_config('lucky11.service', 'import', true)",
        f"""INSERT INTO old_tickets (id, draw_id, user_id, participated_at, taken_on)
            VALUES (4050, 1, '{LATE_USER}', now(), current_date)""",
    ],
    "coins": [
        "INSERT INTO users (id) VALUES ('somebody')",
        "INSERT INTO coin_orders (idempotency_key, user_id, coins) VALUES ('import:tx:3452', 'somebody', 1)",
    ],
}

TABLES = {"users": "users", "tickets": "old_tickets", "coins": "transactions"}
WHOLE = {"users": 1170, "tickets": 4200, "coins": 3600}


@contextmanager
def blocked(stage: str) -> Iterator[Any]:
    """A connection that holds up the stage in the middle of its work, for as long as the block lasts."""
    with psycopg.connect(address(str(connection.settings_dict["NAME"]))) as blocker:
        for statement in BLOCKS[stage]:
            blocker.execute(statement)
        yield blocker
        blocker.rollback()


def waiting() -> bool:
    """Whether an import waits for somebody's row."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
               AND wait_event_type = 'Lock' AND query LIKE 'INSERT%'"""
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("stage", [*(at_night(stage) for stage in ("users", "tickets")), "coins"])
def test_an_import_killed_in_the_middle_goes_on_as_if_nothing_had_been(stage, server_environment):
    with old_site(SHAPE) as url:
        with blocked(stage):
            command = [sys.executable, "manage.py", "import_lucky11", url, *DECIDED]
            process = subprocess.Popen(command, cwd=ROOT, env=server_environment, stdout=subprocess.DEVNULL)
            assert eventually(waiting, 60)
            process.send_signal(signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL
        half = written()
        begun = [half[table][0] > 0 for table in ("users", "old_tickets", "transactions")]
        assert begun == [True, stage != "users", stage == "coins"]
        assert half[TABLES[stage]][0] < WHOLE[stage]
        # Not only afterwards: the books are right wherever the import was when it died.
        assert defects() == []
        run(url, *DECIDED)
        resumed = written()
        clear()
        run(url, *DECIDED)
        assert written() == resumed


@pytest.mark.nightly
def test_an_import_with_decisions_that_is_killed_goes_on_with_the_same_file(server_environment, tmp_path):
    with old_site(SHAPE) as url:
        with pytest.raises(SystemExit):
            call_command("import_lucky11", url, "--report", str(tmp_path), stdout=io.StringIO())
        rows = json.loads((tmp_path / "rows.json").read_text())
        actions = {"balance-differs": "settle", "draw-not-drawn": "refund", "transaction-held-back": "leave"}
        emails = (f"email=new{number}@new.example" for number in range(len(rows)))
        for row in rows:
            row["decision"] = next(emails) if row["code"] == "invalid-email" else actions.get(row["code"], "")
        path = tmp_path / "decided.json"
        # What is settled is no longer held back.
        path.write_text(json.dumps([row for row in rows if row["code"] != "transaction-held-back"]))
        options = ("--apply", "--decisions", str(path))
        with blocked("coins"):
            command = [sys.executable, "manage.py", "import_lucky11", url, *options]
            process = subprocess.Popen(command, cwd=ROOT, env=server_environment, stdout=subprocess.DEVNULL)
            assert eventually(waiting, 120)
            process.send_signal(signal.SIGKILL)
            assert process.wait(10) == -signal.SIGKILL
        assert not OperationRun.objects.get(kind="import_decisions").ok
        assert User.objects.filter(email__endswith="@new.example").exists()
        run(url, *options)
        resumed = written()
        clear()
        run(url, *options)
        assert written() == resumed
        assert defects() == []


def test_two_imports_at_once_are_refused(server_environment):
    with old_site(SHAPE) as url, blocked("users"):
        command = [sys.executable, "manage.py", "import_lucky11", url]
        process = subprocess.Popen(
            [*command, *DECIDED], cwd=ROOT, env=server_environment, stdout=subprocess.DEVNULL
        )
        assert eventually(waiting, 60)
        second = subprocess.run(command, cwd=ROOT, env=server_environment, capture_output=True, text=True)
        process.kill()
        process.wait(10)
    assert (second.returncode, second.stdout) == (1, "")
    assert "Another import is running. Nothing was changed." in second.stderr
