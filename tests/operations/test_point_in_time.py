"""Point-in-time recovery, for real: a server of its own, its archived log, and the second before the harm."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from psycopg.conninfo import make_conninfo

from lucky11.embedded import account, paths
from lucky11.operations import OperationError
from lucky11.operations.backups import point_in_time
from tests.operations.processes import eventually

pytestmark = pytest.mark.slow

ARCHIVE_WAL = paths.ROOT / "bin" / "archive-wal"
SEED = """
from accounts.players import create_player
from tests.support.coins import move
create_player("sam@lucky11.example", None, confirmed=True, accepted_rules=True, is_staff=True)
for name in ("ana", "ben"):
    player = create_player(f"{name}@lucky11.example", None, confirmed=True, accepted_rules=True)
    move(player.pk, 200, f"test:{name}")
"""
LATER = """
from accounts.models import User
from tests.support.coins import move
for player in User.objects.filter(is_staff=False):
    move(player.pk, 33, f"test:later:{player.email}")
"""
HARM = """
SET session_replication_role = replica;
DELETE FROM transactions WHERE amount = 33;
UPDATE users SET coins = 0;
"""


class Server:
    """The embedded servers of a data folder of their own, and manage.py at work in them."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.data = place / "data"
        self.data.mkdir(mode=0o755)
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        self.environment = inherited | {
            "LUCKY11_DATA": str(self.data),
            "LUCKY11_ENV_FILE": "",
            "DATABASE_URL": "embedded:",
            "REDIS_URL": "embedded:",
            "SECRET_KEY": secrets.token_hex(32),
            "ENCRYPTION_KEYS": settings.ENCRYPTION_KEYS[0],
            "DEBUG": "true",
            "BACKUP_FOLDER": str(place / "backups"),
            "PITR_BASES": str(place / "bases"),
            "PITR_ARCHIVE": str(place / "archive"),
        }

    @contextmanager
    def up(self) -> Iterator[None]:
        command = [sys.executable, "-m", "lucky11.embedded", "sh", "-c", "echo up; read end"]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=paths.ROOT, env=self.environment, **pipes) as holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == "up\n"
            try:
                yield
            finally:
                holder.communicate("\n")

    def manage(
        self, *arguments: str, check: bool = True, **variables: str
    ) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
        environment = self.environment | variables
        done = subprocess.run(command, cwd=paths.ROOT, env=environment, capture_output=True, text=True)
        assert not check or done.returncode == 0, done.stderr
        return done

    def ask(self, words: str, **where: str) -> list[tuple]:
        address = {"host": str(paths.runtime_folder(self.data)), "user": paths.NAME, "dbname": paths.NAME}
        with psycopg.connect(make_conninfo(**(address | where)), autocommit=True) as database:
            cursor = database.execute(words)
            return cursor.fetchall() if cursor.description else []


BOOKS = (
    "SELECT u.email, u.coins, t.id, t.amount FROM users u JOIN transactions t ON t.user_id = u.id ORDER BY 3"
)
BALANCES = "SELECT email, coins FROM users ORDER BY 1"


@pytest.fixture
def server(place, request) -> Iterator[Server]:
    """A server that archives its log, in a folder whose name a test may choose."""
    place /= getattr(request, "param", "server")
    place.mkdir()
    server = Server(place)
    who = account.server_account(server.data)
    for name in ("archive", "bases"):
        (place / name).mkdir()
        who.give(place / name)
    # Where the server's account can run it, whoever owns the checkout.
    script = shutil.copy(ARCHIVE_WAL, place / "archive-wal")
    with server.up():
        server.ask("ALTER SYSTEM SET archive_mode = on")
        server.ask(f'ALTER SYSTEM SET archive_command = \'"{script}" "%p" "{place}/archive/%f"\'')
    with server.up():
        yield server


@pytest.fixture
def seeded(server: Server) -> Server:
    """It with two players and a member of staff."""
    server.manage("migrate", "--verbosity", "0")
    server.manage("shell", "--verbosity", "0", "--command", SEED)
    return server


def archived(server: Server) -> None:
    """Wait until the log up to now is in the archive."""
    ((name,),) = server.ask("SELECT pg_walfile_name(pg_switch_wal())")
    assert eventually(lambda: (server.place / "archive" / name).exists())


def restore(server: Server, moment: str, into: Path) -> subprocess.CompletedProcess[str]:
    """Run the plan, as it was printed, as the account that runs PostgreSQL."""
    plan = server.manage("db_pitr", "--to", moment, "--into", str(into)).stdout
    script = server.place / "restore.sh"
    script.write_text(plan)
    who = account.server_account(server.data)
    for path in [server.place, *(server.place / "bases").rglob("*")]:
        who.give(path)
    return subprocess.run(["sh", str(script)], capture_output=True, text=True, **who.options())


@pytest.mark.nightly
@pytest.mark.parametrize("server", ["server", "a folder that é and # name"], indirect=True)
def test_the_second_before_the_harm_comes_back_and_the_live_books_are_repaired_from_it(seeded):
    server = seeded
    said = server.manage("db_pitr", "--base").stdout
    # As after installing PostgreSQL: who comes over the socket is asked for a password.
    for base in (server.place / "bases").glob("base-*"):
        (base / "pg_hba.conf").write_text("local all all scram-sha-256\n")
    assert "verified" in said
    server.manage("shell", "--verbosity", "0", "--command", LATER)
    before, balances = server.ask(BOOKS), server.ask(BALANCES)
    ((moment,),) = server.ask("SELECT clock_timestamp()::text")
    server.ask(HARM)
    archived(server)
    assert server.ask(BOOKS) != before

    into = server.place / "restored copy"
    done = restore(server, moment, into)
    assert done.returncode == 0, done.stderr + (server.place / "restored copy.log").read_text()
    there = {"host": f"{into}.socket", "port": "5499"}
    tool = [_pg_ctl(server), f"--pgdata={into}", "--mode=fast", "stop"]
    try:
        assert server.ask(BOOKS, **there) == before
        assert server.ask("SHOW archive_mode", **there) == [("off",)]
        variables = {"DATABASE_URL": "", "PGHOST": there["host"], "PGPORT": there["port"]}
        names = {"PGDATABASE": paths.NAME, "PGUSER": paths.NAME}
        server.manage("db_backup", **variables, **names)
    finally:
        subprocess.run(tool, check=True, capture_output=True, **account.server_account(server.data).options())

    ledger = server.ask("SELECT t::text FROM transactions t ORDER BY id")
    (backup,) = {path.stem for path in (server.place / "backups").glob("*.json")}
    assert server.manage("check_integrity", check=False).returncode == 1
    server.manage("db_recover", "--table", "users", "--from", backup, "--apply")
    actor = ["--actor", "sam@lucky11.example"]
    server.manage("db_recover", "--table", "transactions", "--from", backup, *actor, "--apply")
    assert server.ask(BALANCES) == balances
    assert server.ask("SELECT t::text FROM transactions t ORDER BY id")[: len(ledger)] == ledger
    assert server.manage("check_integrity").returncode == 0


def _pg_ctl(server: Server) -> str:
    who = account.server_account(server.data)
    return str(account.programs(account.servers_home(server.data, who), who).postgres / "pg_ctl")


@pytest.mark.nightly
def test_a_moment_that_no_base_backup_or_log_covers_is_refused(server):
    done = server.manage("db_pitr", "--to", "2026-01-01 00:00:00+00", check=False)
    assert done.returncode == 1
    assert "There is no base backup" in done.stderr
    # The log of operations is all that a base backup needs.
    server.manage("migrate", "lucky11", "0001", "--verbosity", "0")
    server.manage("db_pitr", "--base")
    done = server.manage("db_pitr", "--to", "2026-01-01 00:00:00+00", check=False)
    assert "from before 2026-01-01" in done.stderr
    done = server.manage("db_pitr", "--to", "yesterday", check=False)
    assert "is not a time" in done.stderr
    done = server.manage("db_pitr", "--to", "2026-01-01 00:00:00", check=False)
    assert "has no time zone" in done.stderr
    archived(server)
    done = restore(server, "2099-01-01 00:00:00+00", server.place / "restored")
    assert done.returncode != 0
    log = (server.place / "restored.log").read_text()
    assert "recovery ended before configured recovery target was reached" in log


def archive(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["sh", ARCHIVE_WAL, *map(str, arguments)], capture_output=True, text=True)


@pytest.mark.parametrize("folder", ["archive", '-a space, it\'s é "q" $x `y` \\ *', "long" * 60])
def test_the_archive_takes_a_piece_once_whole_and_never_over_another(tmp_path, folder):
    piece, kept = tmp_path / folder / "piece", tmp_path / folder / "log" / "000000010000000000000001"
    kept.parent.mkdir(parents=True)
    piece.write_bytes(b"the log " * 1000)
    piece.chmod(0o600)
    assert archive(piece, kept).returncode == 0
    assert kept.stat().st_mode & 0o777 == 0o640, "the group of the folder may read it"
    assert kept.read_bytes() == piece.read_bytes()
    assert archive(piece, kept).returncode == 0
    was = kept.read_bytes()
    piece.write_bytes(b"another log")
    refused = archive(piece, kept)
    assert refused.returncode == 1
    assert "already exists with different content" in refused.stderr
    assert kept.read_bytes() == was
    assert archive(tmp_path / "nothing", kept.with_name("2")).returncode != 0
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def plan(place: Path, into: str) -> str:
    """The script for a restore from a folder that has a base backup of long ago, and a log."""
    (place / "bases/base-20260101T000000.000000Z").mkdir(parents=True)
    (place / "log").mkdir()
    (place / "log/000000010000000000000001").touch()
    now = datetime(2026, 6, 1, tzinfo=UTC)
    return point_in_time.script(now, place / "bases", place / "log", place / into, port=5499)


@pytest.mark.parametrize("letter", ["'", '"', "\\", "%", "$", "`", ",", "\n"])
def test_a_path_that_the_servers_settings_cannot_contain_is_refused_in_a_sentence(place, letter):
    with pytest.raises(OperationError, match=r"cannot contain\. Nothing was changed\. Name a folder without"):
        plan(place / f"a{letter}folder", "restored")


def test_a_path_too_long_for_the_restored_servers_socket_is_refused_in_a_sentence(place):
    with pytest.raises(OperationError, match="too long for a socket: choose a shorter --into"):
        plan(place, "restored" * 12)


def test_the_embedded_servers_sockets_have_short_names_wherever_their_data_is():
    data = Path("/") / ("é" * 100) / ("long" * 50) / "data"
    for listens in (paths.postgres_socket(data), paths.valkey_socket(data)):
        with socket.socket(socket.AF_UNIX) as server:
            listens.parent.mkdir()
            try:
                server.bind(str(listens))
            finally:
                listens.unlink(missing_ok=True)
                listens.parent.rmdir()
