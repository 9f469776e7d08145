"""A streaming standby of the suite's own server, made as an operator makes one."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from django.db import connection

from lucky11.embedded import account, places, postgres, processes
from tests.operations.processes import eventually

NAME = "berlin"


class Standby:
    """The copy in `place`, and questions to it."""

    def __init__(self, place: Path) -> None:
        data = places.data_folder()
        self.who = account.server_account(data)
        self.programs = account.programs(account.servers_home(data, self.who), self.who).postgres
        self.folder, self.sockets = place / "standby", place / "sockets"
        self.who.give(place)

    def copy(self) -> None:
        """What `pg_basebackup -R` makes: a copy that knows whom to follow."""
        primary = f"host={places.runtime_folder()} user={places.NAME} application_name={NAME}"
        command = [self.programs / "pg_basebackup", f"--dbname={primary}", f"--pgdata={self.folder}"]
        options = ["--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast", "--no-sync"]
        subprocess.run([*command, *options], check=True, **self.who.options())

    @contextmanager
    def up(self) -> Iterator[None]:
        """The standby at work; it goes with whatever the suite leaves behind, should the suite be killed."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.who.give(self.sockets)
        own = {"unix_socket_directories": str(self.sockets), "wal_receiver_status_interval": "1s"}
        settings = postgres.SETTINGS | own
        command = [str(self.programs / "postgres"), "-D", str(self.folder)]
        command += [f"--{name}={value}" for name, value in settings.items()]
        options = self.who.options()
        options["env"] |= {processes.MARK: str(places.data_folder())}
        with open(self.folder.with_suffix(".log"), "ab") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, **options)
        try:
            assert eventually(lambda: postgres.answers(self.sockets / ".s.PGSQL.5432"))
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(30)

    def ask(self, words: str) -> object:
        """The one value that answers."""
        name = connection.settings_dict["NAME"]
        with psycopg.connect(host=str(self.sockets), user=places.NAME, dbname=name) as database:
            row = database.execute(words.encode()).fetchone()
        return row and row[0]

    def pause(self) -> None:
        """Let it receive the log and replay nothing."""
        self.ask("SELECT pg_wal_replay_pause()")
        assert eventually(lambda: self.ask("SELECT pg_get_wal_replay_pause_state()") == "paused")

    def resume(self) -> None:
        """Let it go on."""
        self.ask("SELECT pg_wal_replay_resume()")
