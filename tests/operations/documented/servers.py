"""The servers of a production: PostgreSQL with passwords, TLS and an extension, and Redis with a password."""

from __future__ import annotations

import getpass
import os
import pwd
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import psutil
import psycopg
import redis
import trustme
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lucky11.embedded import account, paths, processes
from tests.operations.processes import eventually
from tests.support.mail_server import free_port

SUPERUSER = "postgres"
DATABASE = "lucky11"
OLDEST = 15
SHARED = Path("/usr/share/postgresql")
# How Debian lets clients in, with TLS required over the network.
HBA = """\
local   all          {superuser}                 peer map=machine
local   all          all                         scram-sha-256
hostssl all          all          127.0.0.1/32   scram-sha-256
hostssl all          all          ::1/128        scram-sha-256
hostssl replication  lucky11_backup 127.0.0.1/32 scram-sha-256
hostssl replication  lucky11_backup ::1/128      scram-sha-256
"""
# Where Debian keeps the server's configuration.
ETC = Path("etc/postgresql/15/main")
CONFIGURATION = """\
listen_addresses = 'localhost'
port = {port}
unix_socket_directories = '{sockets}'
ssl = on
password_encryption = 'scram-sha-256'
shared_preload_libraries = 'pg_stat_statements'
log_min_duration_statement = 5000
archive_mode = on
archive_command = '{archive_wal} "%p" "{archive}/%f"'
archive_timeout = 60
timezone = 'UTC'
# Only the machine's end would lose what is not flushed, and it would end the test, too.
fsync = off
include_dir = '{etc}/conf.d'
"""


def postgres_programs() -> Path | None:
    """The folder of the machine's PostgreSQL, if it has the server's programs and the contrib extensions."""
    for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        version = folder.parent.name
        extension = SHARED / version / "extension/pg_stat_statements.control"
        if version.isdecimal() and int(version) >= OLDEST and (folder / "initdb").exists():
            return folder if extension.exists() else None
    return None


def redis_program() -> str | None:
    """The machine's Redis or Valkey, or the one of the optional packages."""
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found:
        return found
    try:
        return str(account.programs(paths.data_folder(), account.Account()).valkey)
    except account.EmbeddedError:
        return None


def missing() -> str:
    """What this machine lacks for a production of its own, as a sentence; nothing if it lacks nothing."""
    if postgres_programs() is None:
        return f"this machine has no PostgreSQL {OLDEST} or newer with pg_stat_statements"
    return "" if redis_program() else "this machine has no Redis or Valkey"


class Server:
    """A server process that can be started, stopped and killed."""

    def __init__(self, log: Path, who: account.Account) -> None:
        self.log, self.who = log, who
        # What its process finds in its environment besides.
        self.variables: dict[str, str] = {}
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        """How it is started."""
        raise NotImplementedError

    def answers(self) -> bool:
        """Whether it lets clients in."""
        raise NotImplementedError

    def start(self) -> None:
        """Start it and wait until it lets clients in."""
        options = self.who.options()
        # Should the suite be killed, the server ends with whatever else the suite leaves behind.
        options["env"] |= {processes.MARK: str(paths.data_folder())} | self.variables
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(self.command(), stdout=log, stderr=log, **options)
        assert eventually(lambda: self.answers() or self._ended(), 60), self.log.read_text()[-3000:]
        assert not self._ended(), self.log.read_text()[-3000:]

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it in order, as a restart of its unit does."""
        if self.process:
            self.process.send_signal(how)
            self.process.wait(60)
            self.process = None

    def kill(self) -> None:
        """End all its processes at once, as a machine without memory does."""
        if self.process:
            family = psutil.Process(self.process.pid)
            everyone = [family, *family.children(recursive=True)]
            for each in everyone:
                each.kill()
            self.process.wait(30)
            psutil.wait_procs(everyone, 30)
            self.process = None

    def restart(self) -> None:
        """End it in order and start it again."""
        self.stop()
        self.start()

    def _ended(self) -> bool:
        return self.process is None or self.process.poll() is not None


class Postgres(Server):
    """A cluster of the machine's PostgreSQL that lets roles in over TLS, with their passwords."""

    def __init__(self, place: Path, password: str) -> None:
        super().__init__(place / "postgresql.log", account.server_account(place))
        programs = postgres_programs()
        assert programs is not None
        self.programs, self.password, self.port = programs, password, free_port()
        self.folder, self.sockets = place / "cluster", place / "sockets"
        self.roots, self.archive = place / "ca.pem", place / "wal"
        self.place = place

    def make(self, archive_wal: Path) -> None:
        """Make the cluster: its superuser's password, certificate, configuration and archive."""
        secret = self.place / "superuser.password"
        secret.write_text(self.password)
        (self.place / ETC / "conf.d").mkdir(parents=True)
        for each in (self.sockets, self.archive, self.folder):
            each.mkdir(mode=0o700 if each == self.folder else 0o755)
            self.who.give(each)
        self.who.give(secret)
        options = [f"--username={SUPERUSER}", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync"]
        self.tool("initdb", f"--pgdata={self.folder}", "--encoding=UTF8", "--locale=C.UTF-8", *options)
        secret.unlink()
        self._certify()
        # Where the server's account can run it, whoever owns the checkout.
        script = Path(shutil.copy(archive_wal, self.place / "archive-wal"))
        given = {"port": self.port, "sockets": self.sockets, "archive": self.archive, "archive_wal": script}
        given["etc"] = self.place / ETC
        with open(self.folder / "postgresql.conf", "a") as file:
            file.write(CONFIGURATION.format(**given))
        (self.folder / "pg_hba.conf").write_text(HBA.format(superuser=SUPERUSER))
        # The suite enters by the socket, too, as the account `postgres` does.
        accounts = {self.account_name(), getpass.getuser()}
        lines = [f"machine {account} {SUPERUSER}\n" for account in sorted(accounts)]
        (self.folder / "pg_ident.conf").write_text("".join(lines))

    def _certify(self) -> None:
        authority = trustme.CA()
        authority.cert_pem.write_to_path(self.roots)
        certificate = authority.issue_cert("localhost")
        key = self.folder / "server.key"
        certificate.private_key_pem.write_to_path(key)
        certificate.cert_chain_pems[0].write_to_path(self.folder / "server.crt")
        key.chmod(0o600)
        for each in (key, self.folder / "server.crt"):
            self.who.give(each)

    def account_name(self) -> str:
        """The name of the machine's account that runs the server."""
        return getpass.getuser() if self.who.uid is None else pwd.getpwuid(self.who.uid).pw_name

    def tool(self, name: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
        """Run one of its programs as its account."""
        command = [str(self.programs / name), *arguments]
        return subprocess.run(command, check=True, capture_output=True, **self.who.options())

    def command(self) -> list[str]:
        return [str(self.programs / "postgres"), "-D", str(self.folder)]

    def start(self) -> None:
        self._take_configuration()
        super().start()

    def _take_configuration(self) -> None:
        """Use what an operator wrote into the server's folder of configuration."""
        for each in (self.place / ETC).rglob("*"):
            self.who.give(each)
        written = self.place / ETC / "pg_hba.conf"
        if written.exists():
            # The server's account has another name here.
            words = re.sub(r"(local .*peer)$", r"\1 map=machine", written.read_text(), flags=re.MULTILINE)
            (self.folder / "pg_hba.conf").write_text(words)

    def answers(self) -> bool:
        try:
            self.ask("SELECT 1", database="postgres")
        except psycopg.OperationalError:
            return False
        return True

    def url(self, role: str, password: str, database: str = DATABASE) -> str:
        """The address of a database for a role, verified as `check --deploy` insists on."""
        where = f"localhost:{self.port}/{database}"
        return f"postgres://{role}:{password}@{where}?sslmode=verify-full&sslrootcert={self.roots}"

    def ask(self, words: Any, *values: Any, database: str = DATABASE) -> list[tuple[Any, ...]]:
        """What the superuser is answered."""
        address = make_conninfo(host=str(self.sockets), port=self.port, user=SUPERUSER, dbname=database)
        with psycopg.connect(address, autocommit=True) as connection:
            cursor = connection.execute(words, values or None)
            return cursor.fetchall() if cursor.description else []

    def databases(self) -> set[str]:
        """The names of all databases that an operator made."""
        found = self.ask("SELECT datname FROM pg_database WHERE NOT datistemplate", database="postgres")
        return {name for (name,) in found} - {"postgres"}

    def set_password(self, role: str, password: str) -> None:
        """As `\\password ROLE` in psql does."""
        words = sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password))
        self.ask(words, database="postgres")


class Redis(Server):
    """A Redis that asks for a password."""

    def __init__(self, place: Path, password: str) -> None:
        super().__init__(place / "redis.log", account.server_account(place))
        self.folder, self.first_password, self.port = place / "redis", password, free_port()
        self.file = place / "etc/redis/redis.conf"

    @property
    def url(self) -> str:
        """Its address, with the password that its configuration says last."""
        self.password = re.findall(r"^requirepass (\S+)$", self.file.read_text(), re.MULTILINE)[-1]
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def make(self) -> None:
        """Make the folder of its data and the file of its configuration."""
        self.folder.mkdir(mode=0o700)
        told = f"bind 127.0.0.1\nport {self.port}\ndir {self.folder}\nrequirepass {self.first_password}\n"
        self.file.parent.mkdir(parents=True)
        self.file.write_text(f"{told}save ''\nappendonly yes\n".replace("''", '""'))
        for each in (self.folder, self.file):
            self.who.give(each)

    def command(self) -> list[str]:
        program = redis_program()
        assert program is not None
        return [program, str(self.file)]

    def answers(self) -> bool:
        with redis.Redis.from_url(self.url, socket_timeout=2) as client:
            try:
                return bool(client.ping())
            except (redis.ConnectionError, redis.TimeoutError):
                return False


OURS = (
    *("LUCKY11_", "PG", "DATABASE_", "BACKUP_", "PITR_", "REDIS_", "SECRET_", "ENCRYPTION_", "DEBUG", "PORT"),
    *("EMAIL_", "DJANGO_", "SITE_", "ALERT_", "BEACON_", "RATE_", "PYTEST_", "CHROMIUM", "LEDGER_"),
)


def inherited() -> dict[str, str]:
    """The environment of this process without a word about Lucky11 or its servers."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
