"""PostgreSQL servers that a test makes for itself: an empty one, and a standby of the suite's own."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection
from psycopg.conninfo import make_conninfo

from lucky11.embedded import account, paths, postgres, processes
from tests.operations.processes import eventually

NAME = "berlin"


class Cluster:
    """A server in `place`, out of the folder of its programs."""

    def __init__(self, place: Path, programs: Path | None = None) -> None:
        data = paths.data_folder()
        self.who = account.server_account(data)
        embedded = account.programs(account.servers_home(data, self.who), self.who).postgres
        self.programs = programs or embedded
        self.folder, self.sockets = place / "cluster", place / "sockets"
        self.who.give(place)
        self.database = "postgres"

    def make(self) -> None:
        """An empty server."""
        options = [f"--username={paths.NAME}", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        self.tool("initdb", f"--pgdata={self.folder}", *options)

    def tool(self, name: str, *arguments: str) -> None:
        """Run one of the server's programs."""
        command = [str(self.programs / name), *arguments]
        subprocess.run(command, check=True, capture_output=True, **self.who.options())

    @contextmanager
    def up(self, **settings: str) -> Iterator[None]:
        """The server at work; it goes with whatever the suite leaves behind, should the suite be killed."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.who.give(self.sockets)
        given = postgres.SETTINGS | {"unix_socket_directories": str(self.sockets)} | settings
        command = [str(self.programs / "postgres"), "-D", str(self.folder)]
        command += [f"--{name}={value}" for name, value in given.items()]
        options = self.who.options()
        options["env"] |= {processes.MARK: str(paths.data_folder())}
        with open(self.folder.with_suffix(".log"), "ab") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, **options)
        try:
            assert eventually(self.answers)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(60)

    def answers(self) -> bool:
        """Whether it lets us in."""
        try:
            return self.ask("SELECT 1") == 1
        except psycopg.OperationalError:
            return False

    def ask(self, words: str) -> object:
        """The one value that answers, if one does."""
        address = make_conninfo(host=str(self.sockets), user=paths.NAME, dbname=self.database)
        with psycopg.connect(address, autocommit=True) as database:
            cursor = database.execute(words.encode())
            row = cursor.fetchone() if cursor.description else None
        return row and row[0]


class Standby(Cluster):
    """A standby of the suite's own server, made as an operator makes one."""

    def make(self) -> None:
        """What `pg_basebackup -R` makes: a copy that knows whom to follow."""
        primary = f"host={paths.runtime_folder()} user={paths.NAME} application_name={NAME}"
        options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        self.tool("pg_basebackup", f"--dbname={primary}", f"--pgdata={self.folder}", *options)
        self.database = str(connection.settings_dict["NAME"])

    def pause(self) -> None:
        """Let it receive the log and replay nothing."""
        self.ask("SELECT pg_wal_replay_pause()")
        assert eventually(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        """Let it go on."""
        self.ask("SELECT pg_wal_replay_resume()")
