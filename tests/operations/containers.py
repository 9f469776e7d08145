"""compose.yaml as it is read by an engine, and its steps taken on servers without containers."""

from __future__ import annotations

import re
import secrets
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from cryptography.fernet import Fernet

from lucky11.embedded import paths, processes
from tests.operations.documented.production import SITE, Production
from tests.operations.documented.servers import inherited

VARIABLE = re.compile(r"\$(?:\$|\{(\w+):\?[^}]*\})")
# The passwords that the file reads from `.env`.
PASSWORDS = ("POSTGRES_PASSWORD", "OWNER_PASSWORD", "APP_PASSWORD", "BACKUP_PASSWORD", "REDIS_PASSWORD")


def services() -> dict[str, dict[str, Any]]:
    """The services of the file."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((paths.ROOT / "compose.yaml").read_text())["services"]
    return found


def of_the_site() -> dict[str, dict[str, Any]]:
    """The services that run this code."""
    return {name: each for name, each in services().items() if "build" in each}


def runs_once(service: dict[str, Any]) -> bool:
    """Whether it does its work and ends."""
    return bool(service["restart"] == "no")


class Composed:
    """The file's services as processes, on the servers of a production that has no roles yet."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.dotenv = {name: secrets.token_hex(12) for name in PASSWORDS}
        self.dotenv["POSTGRES_PASSWORD"] = production.passwords["superuser"]
        self.dotenv["REDIS_PASSWORD"] = production.passwords["redis"]
        # site.env, as docs/deployment.md says.
        self.site_env = {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "ALLOWED_HOSTS": SITE,
            "SITE_ORIGIN": f"https://{SITE}",
            "BEHIND_TLS_PROXY": "true",
            "TRUSTED_PROXY_COUNT": "1",
        }
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def order(self) -> list[str]:
        """The site's services, each after those that it waits for."""
        left, found = of_the_site(), [*(services().keys() - of_the_site().keys())]
        servers = len(found)
        while left:
            able = [name for name, each in left.items() if set(each["depends_on"]) <= set(found)]
            assert able, f"{sorted(left)} wait for one another"
            found += able
            for name in able:
                del left[name]
        return found[servers:]

    def environment(self, name: str) -> dict[str, str]:
        """What a service's container has in its environment."""
        service = of_the_site()[name]
        assert service["env_file"] == "site.env"
        given = {key: self._here(value) for key, value in service["environment"].items()}
        if "PORT" in given:
            given["PORT"] = str(self.production.port)
        kept = inherited() | {processes.MARK: str(paths.data_folder())}
        kept["PATH"] = f"{self.production.checkout}/.venv/bin:{kept['PATH']}"
        return kept | self.site_env | given

    def words(self, value: list[str]) -> list[str]:
        """A command of the file, in this production's folder."""
        return [self._here(word) for word in value]

    def run_once(self, name: str) -> str:
        """Run a service that ends; what it said. Fails if it failed."""
        done = self.production.run(self.words(of_the_site()[name]["command"]), self.environment(name))
        assert done.returncode == 0, f"{name}: {done.stdout}{done.stderr}"
        return done.stdout

    def is_healthy(self, name: str) -> bool:
        """Whether the service's health check says so."""
        kind, *command = of_the_site()[name]["healthcheck"]["test"]
        assert kind == "CMD"
        return self.production.run(self.words(command), self.environment(name)).returncode == 0

    def log(self, name: str) -> Path:
        """What a service has written."""
        return self.production.place / f"{name}.container.log"

    @contextmanager
    def up(self) -> Iterator[dict[str, str]]:
        """As `docker compose up`: what the services said that ran once, while the others are at work."""
        said: dict[str, str] = {}
        try:
            for name in self.order():
                if runs_once(of_the_site()[name]):
                    said[name] = self.run_once(name)
                else:
                    self._start(name)
            yield said
        finally:
            for each in self.running.values():
                each.send_signal(signal.SIGTERM)
            for each in self.running.values():
                each.wait(60)
            self.running.clear()

    def _start(self, name: str) -> None:
        with open(self.log(name), "ab") as log:
            self.running[name] = subprocess.Popen(
                self.words(of_the_site()[name]["command"]),
                cwd=self.production.checkout,
                env=self.environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _here(self, value: str) -> str:
        filled = VARIABLE.sub(lambda found: self.dotenv[found[1]] if found[1] else "$", value)
        for there, here in (
            ("@database:5432", f"@localhost:{self.production.postgres.port}"),
            ("@queue:6379", f"@127.0.0.1:{self.production.redis.port}"),
            ("/site/", f"{self.production.checkout}/"),
            ("0.0.0.0", "127.0.0.1"),
        ):
            filled = filled.replace(there, here)
        return filled
