"""What is no database of the old site is refused in a sentence, and nothing is changed."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from tests.support.old_site import Shape, address, old_site
from tests.support.old_site_import import written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]

ROOT = Path(__file__).parents[2]
SMALL = Shape(users=5, transactions=10, draws=4, tickets=5)


@pytest.fixture
def site(db: None) -> Iterator[str]:
    with old_site(SMALL, dirty=False) as url:
        yield url


def refused(url: str, *options: str) -> str:
    """The sentence of the refusal; the exit code is 2, and nothing was written."""
    before = written(whole=True)
    with pytest.raises(CommandError) as refusal:
        call_command("import_lucky11", url, "--apply", *options, stdout=io.StringIO())
    assert refusal.value.returncode == 2
    assert written(whole=True) == before
    return str(refusal.value)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://nobody:geheim@127.0.0.1:1/old", "The source cannot be reached"),
        ("mysql://old.example/old", "The source cannot be read"),
        ("no address", "The source cannot be read"),
        ("postgresql://127.0.0.1:port/old", "cannot be re"),
    ],
)
def test_an_address_that_leads_nowhere(url, says):
    sentence = refused(url)
    assert says in sentence
    assert "\n" not in sentence
    assert "geheim" not in sentence


def test_a_database_of_this_site_is_refused():
    assert "database of this site, not of the old one" in refused(
        address(str(connection.settings_dict["NAME"]))
    )


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        ("DROP TABLE winners", "no table winners"),
        ("ALTER TABLE users DROP COLUMN coins", "Table users is not as documented: coins is missing"),
        ('ALTER TABLE users ADD "firstName" text', "first_name is there as first_name and firstName"),
        ("ALTER TABLE draws ALTER draw_time TYPE text", "draw_time is text"),
        ("ALTER TABLE transactions ALTER amount TYPE text", "amount is text"),
        ("ALTER TABLE users DROP CONSTRAINT users_pkey; UPDATE users SET id = 'x'", "4 rows without an id"),
        ("ALTER TABLE draws DROP CONSTRAINT draws_pkey; UPDATE draws SET id = 1", "3 rows without an id"),
    ],
)
def test_a_schema_that_is_not_the_documented_one(site, statement, says):
    with psycopg.connect(site) as source:
        source.execute(statement)
    assert says in refused(site)


def test_rows_that_a_policy_hides_are_an_error_and_not_left_out(site):
    with psycopg.connect(site) as source:
        source.execute("DROP ROLE IF EXISTS lucky11_test_reader")
        source.execute("CREATE ROLE lucky11_test_reader LOGIN")
        source.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lucky11_test_reader")
        source.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
        source.execute("CREATE POLICY few ON users USING (id = '10000000')")
    try:
        with psycopg.connect(site) as source:
            whose = psycopg.conninfo.make_conninfo(site, options="-c role=lucky11_test_reader")
        assert "row-level security" in refused(whose)
    finally:
        with psycopg.connect(site) as source:
            source.execute("DROP OWNED BY lucky11_test_reader")
            source.execute("DROP ROLE lucky11_test_reader")


def test_a_zone_that_does_not_exist(site):
    assert "Europe/Lissabon is not a time zone" in refused(site, "--source-zone", "Europe/Lissabon")


@pytest.mark.nightly
def test_an_operator_reads_a_summary_and_the_exit_code(site, server_environment, tmp_path):
    command = [sys.executable, "manage.py", "import_lucky11", site]
    dry = subprocess.run(command, cwd=ROOT, env=server_environment, capture_output=True, text=True)
    assert (dry.returncode, dry.stderr) == (1, "")
    assert dry.stdout.startswith("Dry run: nothing was changed.\n")
    assert "DECIDE draw not drawn: 2. Has tickets but no winner" in dry.stdout
    nowhere = [*command[:-1], "postgresql://127.0.0.1:1/old"]
    wrong = subprocess.run(nowhere, cwd=ROOT, env=server_environment, capture_output=True, text=True)
    assert (wrong.returncode, wrong.stdout) == (2, "")
    assert wrong.stderr.count("\n") == 1
    done = subprocess.run(
        [*command, "--apply", "--refund"], cwd=ROOT, env=server_environment, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Clean: no decisions are left.\n")


def test_an_operator_at_a_terminal_sees_how_far_it_is(site, server_environment):
    ours, theirs = pty.openpty()
    command = [sys.executable, "manage.py", "import_lucky11", site]
    process = subprocess.Popen(
        command, cwd=ROOT, env=server_environment, stdout=subprocess.DEVNULL, stderr=theirs
    )
    os.close(theirs)
    shown = b""
    # The terminal ends when the process does.
    with suppress(OSError):
        while more := os.read(ours, 4096):
            shown += more
    os.close(ours)
    assert process.wait(10) == 1
    for stage, total in (("users", 5), ("draws", 4), ("tickets", 5), ("winners", 2), ("coins", 10)):
        assert f"[{'#' * 30}] {stage} {total} of {total}".encode() in shown
    assert b"\n" not in shown
