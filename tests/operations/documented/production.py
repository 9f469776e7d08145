"""A whole production in one folder: the checkout, the servers, the files of variables, and its processes."""

from __future__ import annotations

import atexit
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from cryptography.fernet import Fernet

from lucky11.embedded import paths, processes
from tests.operations.checkout import files_of_the_checkout
from tests.operations.conftest import open_folder
from tests.operations.documented.env_files import read
from tests.operations.documented.seed import PASSWORD
from tests.operations.documented.servers import DATABASE, SUPERUSER, Postgres, Redis, inherited
from tests.operations.processes import eventually
from tests.support.mail_server import HOST, MailServer, free_port

SITE = "lucky11.example"
# The roles that db_roles makes, by the name of the file that holds their address.
ROLES = {
    "owner": "lucky11_owner",
    "site": "lucky11_app",
    "backup": "lucky11_backup",
    "report": "lucky11_report",
}
# What an operator fills in: the mail server, the port, and where this machine keeps things.
HERE = ("EMAIL_URL", "PORT", "PITR_BASES", "PITR_ARCHIVE", "BEAT_SCHEDULE", "ALERT_DISK_PERCENT")
# The documents' folders; each stands in the test's folder under the same name.
FOLDERS = ("/srv/lucky11", "/etc/lucky11", "/var/backups/lucky11", "/var/lib/lucky11")


class Production:
    """The site with DEBUG off, on servers that ask for passwords. `manage` runs a command as a role."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.passwords = {role: secrets.token_hex(12) for role in (*ROLES, "superuser", "redis")}
        self.postgres = Postgres(place, self.passwords["superuser"])
        self.redis = Redis(place, self.passwords["redis"])
        self.mail = MailServer()
        self.port = free_port()
        self.settings: dict[str, str] = {}
        self.started: dict[str, subprocess.Popen[bytes]] = {}

    # -- folders and files --

    def folder(self, documented: str) -> Path:
        """The folder that stands here for one of the documents'."""
        return self.place / documented.lstrip("/")

    @property
    def checkout(self) -> Path:
        """The folder of the code."""
        return self.folder("/srv/lucky11")

    def make(self) -> None:
        """Make the folders, the checkout and both servers; nothing runs yet, and there is no database."""
        for each in FOLDERS:
            self.folder(each).mkdir(parents=True)
        for name in files_of_the_checkout():
            (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(paths.ROOT / name, self.checkout / name)
        (self.checkout / ".venv").symlink_to(sys.prefix)
        self.redis.make()
        self.settings = self._site()
        self.postgres.make(self.checkout / "bin/archive-wal")
        self.write_files()

    def write_files(self) -> None:
        """Write site.env, and a file for each other role that holds only its address."""
        for file in ("superuser", "owner", "backup", "report"):
            self.env_file(file).write_text(f"DATABASE_URL={self.database_url(file)}\n")
        self.write_site()
        for file in ("superuser", "owner", "backup", "report", "site"):
            self.env_file(file).chmod(0o640)

    def write_site(self) -> None:
        """Write the variables of the site."""
        lines = [f"{name}={value}" for name, value in self.settings.items()]
        self.env_file("site").write_text("\n".join(lines) + "\n")

    def finish(self) -> None:
        """Let the report's reader and, once more, the superuser in by a password: tests ask as them."""
        for file, role in (("report", ROLES["report"]), ("superuser", SUPERUSER)):
            self.postgres.set_password(role, self.passwords[file])
            self.env_file(file).write_text(f"DATABASE_URL={self.database_url(file)}\n")

    def adopt(self) -> None:
        """Go on with the files that the documents' own commands wrote, and with what only a test can know."""
        here = {name: self.settings[name] for name in HERE}
        self.settings = read(self.env_file("site")) | here
        if (self.folder("/etc/lucky11") / "ca.pem").exists():
            self.postgres.roots = self.folder("/etc/lucky11") / "ca.pem"
        for file in ("site", "owner", "backup"):
            self.passwords[file] = str(urlsplit(read(self.env_file(file))["DATABASE_URL"]).password)

    def env_file(self, name: str) -> Path:
        """The file of variables of that name."""
        return self.folder("/etc/lucky11") / f"{name}.env"

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """The address of the database for a role: superuser, owner, site, backup or report."""
        return self.postgres.url(ROLES.get(role, SUPERUSER), self.passwords[role], database)

    def _site(self) -> dict[str, str]:
        backups = self.folder("/var/backups/lucky11")
        return {
            "SECRET_KEY": secrets.token_urlsafe(64),
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "DATABASE_URL": self.database_url("site"),
            "BACKUP_DATABASE_URL": self.database_url("backup"),
            "REDIS_URL": self.redis.url,
            "ALLOWED_HOSTS": SITE,
            "SITE_ORIGIN": f"https://{SITE}",
            "DEFAULT_FROM_EMAIL": "Lucky11 <hello@lucky11.internal>",
            "ALERT_EMAILS": "operators@lucky11.internal",
            "BACKUP_KEYS": Fernet.generate_key().decode(),
            "EMAIL_URL": f"smtp://{HOST}:{self.mail.port}",
            "BEHIND_TLS_PROXY": "true",
            "TRUSTED_PROXY_COUNT": "1",
            "BACKUP_FOLDER": str(backups),
            "PITR_BASES": str(backups / "bases"),
            "PITR_ARCHIVE": str(self.postgres.archive),
            "BEAT_SCHEDULE": str(self.folder("/var/lib/lucky11") / "beat"),
            "PORT": str(self.port),
            # The disk is the machine's, and is not what is looked at here.
            "ALERT_DISK_PERCENT": "100",
        }

    # -- commands --

    def environment(self, role: str) -> dict[str, str]:
        """The environment in which an operator runs a command as a role: it names the files of variables."""
        files = dict.fromkeys((role, "site"))
        named = ":".join(str(self.env_file(name)) for name in files)
        return inherited() | {processes.MARK: str(paths.data_folder()), "LUCKY11_ENV_FILE": named}

    def variables(self, role: str = "site") -> dict[str, str]:
        """The same without the files, but with what they say."""
        found = self.environment(role) | {"LUCKY11_ENV_FILE": ""}
        for name in ("site", role):
            found |= read(self.env_file(name))
        return found

    def manage(
        self, role: str, *arguments: str, check: bool = True, typed: str = "", **variables: str
    ) -> subprocess.CompletedProcess[str]:
        """Run a command of manage.py as a role of the database; it must succeed unless `check` is off."""
        command = [".venv/bin/python", "manage.py", *arguments]
        done = self.run(command, self.environment(role) | variables, typed=typed)
        assert not check or done.returncode == 0, f"{arguments} as {role}: {done.stdout}{done.stderr}"
        return done

    def run(
        self, command: list[str], environment: dict[str, str], timeout: float = 240, typed: str = ""
    ) -> subprocess.CompletedProcess[str]:
        """Run a program in the checkout, without a terminal; what is `typed` it reads from a pipe."""
        return subprocess.run(
            command,
            cwd=self.checkout,
            env=environment,
            input=typed,
            capture_output=True,
            text=True,
            timeout=timeout,
            start_new_session=True,
        )

    def account_options(self, account: str) -> dict[str, Any]:
        """How subprocess runs a program as one of the documents' accounts.

        `postgres` is the account of the server here, which may enter it as the superuser by its socket; the
        others are the suite's own.
        """
        mine = inherited() | {processes.MARK: str(paths.data_folder())}
        if account != "postgres":
            mine |= {"DJANGO_SUPERUSER_EMAIL": "root@lucky11.example", "DJANGO_SUPERUSER_PASSWORD": PASSWORD}
            return {"cwd": self.checkout, "env": mine}
        options = self.postgres.who.options()
        socket = {
            "PGHOST": str(self.postgres.sockets),
            "PGPORT": str(self.postgres.port),
            "PGUSER": SUPERUSER,
        }
        path = f"{self.postgres.programs}:{options['env']['PATH']}"
        options["env"] |= socket | {"PATH": path, "HOME": str(self.place)}
        return options | {"cwd": self.checkout}

    def shell(self, role: str, code: str) -> str:
        """What Python code prints that runs in the site as a role."""
        return self.manage(role, "shell", "--verbosity", "0", "--command", code).stdout

    def deploy(self) -> None:
        """The documented first steps: database, extension, migrations, roles with passwords, static files."""
        self.postgres.ask(f"CREATE DATABASE {DATABASE}", database="postgres")
        self.postgres.ask("CREATE EXTENSION pg_stat_statements")
        self.manage("superuser", "migrate", "--verbosity", "0")
        self.manage("superuser", "db_roles")
        self.set_passwords()
        self.collect_static_files()

    def collect_static_files(self) -> None:
        """Collect the static files; a later production of this run gets a copy of what the first collected.

        Most of the time that `collectstatic` takes is compressing, and all checkouts of a run are one code.
        """
        collected = Path(self.settings.get("STATIC_ROOT", self.checkout / ".data/static"))
        kept = _kept_static_files()
        if not kept.exists():
            self.manage("site", "collectstatic", "--noinput", "--verbosity", "0")
            shutil.copytree(collected, kept)
        elif not collected.exists():
            shutil.copytree(kept, collected)

    def set_passwords(self) -> None:
        """Give every role of the site the password that its file names."""
        for file, role in ROLES.items():
            self.postgres.set_password(role, self.passwords[file])

    # -- the site's processes --

    def lines(self) -> dict[str, str]:
        """The command of each process of the Procfile."""
        text = (self.checkout / "Procfile").read_text()
        return dict(re.findall(r"^(\w+): *(.+)$", text, re.MULTILINE))

    def start(self, *names: str) -> None:
        """Start processes of the Procfile, all of them if none is named, each on its own."""
        for name in names or self.lines():
            environment = self.variables()
            environment["PATH"] = f"{self.checkout}/.venv/bin:{environment['PATH']}"
            with open(self.log(name), "ab") as log:
                self.started[name] = subprocess.Popen(
                    ["sh", "-c", self.lines()[name]],
                    cwd=self.checkout,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def log(self, name: str) -> Path:
        """What a process of the site has written."""
        return self.place / f"{name}.log"

    def stop(self, *names: str, how: int = signal.SIGTERM) -> None:
        """End processes of the site, all that run if none is named."""
        ending = [self.started.pop(name) for name in names or tuple(self.started)]
        for each in ending:
            each.send_signal(how)
        for each in ending:
            each.wait(60)

    def get(self, path: str) -> httpx.Response:
        """A page, as the proxy that ends TLS asks for it."""
        with self.client() as browser:
            return browser.get(path)

    def client(self) -> httpx.Client:
        """A browser behind that proxy, which keeps its cookies."""
        told = {"Host": SITE, "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7"}
        told["Referer"] = f"https://{SITE}/"
        return httpx.Client(base_url=f"http://127.0.0.1:{self.port}", headers=told, timeout=30)

    def is_ready(self) -> bool:
        """Whether /readyz says that all parts work."""
        try:
            return self.get("/readyz").status_code == 200
        except httpx.HTTPError:
            return False

    def wait_until_ready(self, seconds: float = 60) -> None:
        """Wait for that."""
        assert eventually(self.is_ready, seconds), "\n".join(
            self.log(name).read_text()[-1500:] for name in self.started
        )

    @contextmanager
    def up(self) -> Iterator[None]:
        """The servers at work; at the end nothing of it runs."""
        try:
            self.mail.start()
            self.postgres.start()
            self.redis.start()
            yield
        finally:
            self.stop(how=signal.SIGKILL)
            self.redis.stop(signal.SIGTERM)
            self.postgres.stop()
            self.mail.stop()


@cache
def _kept_static_files() -> Path:
    """The folder, as yet to be made, for the static files of this run's first production."""
    folder = Path(tempfile.mkdtemp(prefix="static-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder / "collected"


@contextmanager
def production() -> Iterator[Production]:
    """A production whose servers run, with no database and no roles yet."""
    with open_folder() as place:
        made = Production(place)
        made.make()
        with made.up():
            yield made
