"""What a command says when a server, a store, the disk or the operator stops it in the middle."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest

from lucky11.embedded import paths
from tests.operations.processes import eventually
from tests.support.scratch import Environment, connect, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
REFUSAL = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>"
# Who works on the scratch database, other than the one who asks.
WAITING = """SELECT pid FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND wait_event_type = 'Lock'"""


@contextmanager
def held_up(site: Environment, *arguments: str) -> Iterator[tuple[subprocess.Popen[str], psycopg.Connection]]:
    """A command in the middle of its work: it waits for a table that somebody else has locked."""
    with connect(site) as holder:
        holder.execute(b"BEGIN; LOCK TABLE users")
        command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        with subprocess.Popen(command, cwd=paths.ROOT, env=site, text=True, **pipes) as process:  # type: ignore[call-overload]
            try:
                with connect(site) as watcher:
                    assert eventually(lambda: watcher.execute(WAITING.encode()).fetchone())
                    yield process, watcher
            finally:
                process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """What the command has said at its end, which is a sentence."""
    _, errors = process.communicate(timeout=60)
    assert "Traceback" not in errors
    return errors.strip()


def test_a_server_that_stops_in_the_middle_is_a_sentence_that_says_what_stays(site):
    with held_up(site, "db_analyze") as (process, watcher):
        watcher.execute(WAITING.replace("pid FROM", "pg_terminate_backend(pid) FROM").encode())
        told = said(process)
    assert process.returncode == 1
    assert "The database does not answer: terminating connection due to administrator command." in told
    assert "What it had finished before that stays" in told


def test_ctrl_c_ends_a_command_with_130_and_one_sentence(site):
    with held_up(site, "db_analyze") as (process, _):
        process.send_signal(signal.SIGINT)
        told = said(process)
    assert process.returncode == 130
    assert told.splitlines() == [
        "CommandError: Interrupted. What it had finished before that stays; a database transaction that was "
        "open was rolled back. Run the command again to do the rest."
    ]


class Refusing(BaseHTTPRequestHandler):
    """A store whose keys have no right to anything."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(REFUSAL)))
        self.end_headers()
        self.wfile.write(REFUSAL)

    do_HEAD = do_PUT = do_POST = do_GET

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def refusing(site: Environment) -> Iterator[Environment]:
    """The site with BACKUP_STORAGE at a store that refuses everything."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Refusing)
    thread = Thread(target=server.serve_forever)
    thread.start()
    address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield site | at_store(address)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def at_store(address: str) -> Environment:
    options = (
        f'{{"bucket_name": "b", "endpoint_url": "{address}", "access_key": "k", "secret_key": "s", '
        '"region_name": "us-east-1"}'
    )
    return {"BACKUP_STORAGE": "storages.backends.s3.S3Storage", "BACKUP_STORAGE_OPTIONS": options}


def test_a_store_that_refuses_is_named_with_its_own_words(refusing):
    done = run(refusing, "db_backups")
    assert done.returncode == 1
    assert "The object store of BACKUP_STORAGE did not do it: " in done.stderr
    assert "AccessDenied" in done.stderr
    assert "It only reads, so nothing was changed." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_redis_that_is_away_is_named_and_nothing_half_done_is_promised(site):
    asking = "from common.redis_client import redis_client; redis_client().ping()"
    done = run(
        site | {"REDIS_URL": "redis://127.0.0.1:1/0"}, "shell", "--verbosity", "0", "--command", asking
    )
    assert done.returncode == 1
    assert "Redis did not do it: " in done.stderr
    assert "Check REDIS_URL, and run the command again." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A folder on a disk of its own, without a free byte."""
    folder = tmp_path / "full"
    folder.mkdir()
    if os.geteuid():
        pytest.skip("only root can mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let root mount a small disk")
    try:
        (folder / "everything").write_bytes(bytes(2**16))
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_called_so_whatever_the_command(site, full):
    writing = f"from pathlib import Path; Path({str(full / 'more')!r}).write_bytes(b'more')"
    done = run(site, "shell", "--verbosity", "0", "--command", writing)
    assert done.returncode == 1
    assert "The disk is full" in done.stderr
    assert "Free some space, and run the command again." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.nightly
def test_a_backup_to_a_full_disk_leaves_no_file(site, full):
    done = run(site | {"BACKUP_FOLDER": str(full)}, "db_backup")
    assert done.returncode == 1
    assert f"There is no new backup: the disk of {full} is full." in done.stderr
    assert [path.name for path in full.iterdir()] == ["everything"]


@pytest.mark.nightly
def test_an_export_to_a_full_disk_leaves_no_file(site, full):
    file = full / "migrations.csv"
    done = run(site, "db_export", "django_migrations", "--to", str(file))
    assert done.returncode == 1
    assert "could not be written: No space left on device. No file was left." in done.stderr
    assert not file.exists()
