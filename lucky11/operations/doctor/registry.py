"""Every check of `manage.py doctor`, in the order of the page."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from lucky11.operations.doctor import (
    backups,
    beacon,
    clocks,
    folders,
    machine,
    mail,
    postgres,
    processes,
    queue,
    site,
    static_files,
)
from lucky11.operations.doctor.results import Result

DATABASE, REDIS, WEB_PORT = "PostgreSQL", "Redis", "Web port"
# What a running site has: an upgrade has to be possible also when that site does not answer any more.
IN_USE = (WEB_PORT,)


class Stage(IntEnum):
    """The moment from which on a check must hold."""

    DEPLOYMENT = 1  # before the first migration, with servers and variables
    START = 2  # before the processes start: migrated, rights given, static files collected
    RUNNING = 3


@dataclass(frozen=True)
class Check:
    """A check by its name, what it needs to answer first, and the seconds that it may take."""

    name: str
    run: Callable[[], Result]
    needs: str = ""
    since: Stage = Stage.DEPLOYMENT
    seconds: float = 10


def checks(mail_to: str = "") -> list[Check]:
    """Return the checks; the one of the mail server sends an email if an address is given."""
    return [
        *_machine(),
        *_postgres(),
        *_redis(),
        Check("Mail server", lambda: mail.server(mail_to), seconds=30),
        Check("Beacon", beacon.sources, seconds=60),
        Check("Time before the round", beacon.lead),
        *_site(),
        Check("Newest backup", backups.newest, DATABASE, Stage.RUNNING, seconds=30),
        Check("Encryption of backups", backups.encryption, seconds=30),
        Check("Disk of backups", backups.disk),
        Check("Worker", processes.worker, REDIS, Stage.RUNNING),
        Check("Beat", processes.beat, REDIS, Stage.RUNNING),
        Check("Second clock", processes.clock, since=Stage.RUNNING),
    ]


def _machine() -> list[Check]:
    return [
        Check("Mode", site.mode),
        Check("Python", machine.python),
        Check("Packages", machine.packages),
        Check("Client programs", machine.programs),
        Check("Time zones", machine.time_zones),
        Check("Open files", machine.files),
        Check(WEB_PORT, machine.web_port),
        *(Check(name, run, seconds=30) for name, run in folders.checks()),
        Check("Static files", static_files.collected, since=Stage.START, seconds=60),
    ]


def _postgres() -> list[Check]:
    return [
        Check(DATABASE, postgres.server),
        Check("Role", postgres.role, DATABASE, Stage.START),
        Check("Rights", postgres.rights, DATABASE, Stage.START, seconds=30),
        Check("TLS to the database", postgres.tls, DATABASE),
        Check("Pooler", postgres.pooler, DATABASE),
        Check("Connections", postgres.connections, DATABASE),
        Check("Clock of the database", clocks.database, DATABASE),
        Check("Migrations", postgres.migrations, DATABASE, Stage.START, seconds=30),
    ]


def _redis() -> list[Check]:
    return [
        Check(REDIS, queue.server),
        Check("Protection of Redis", queue.protection),
        Check("Memory of Redis", queue.memory, REDIS),
        Check("Persistence of Redis", queue.persistence, REDIS),
        Check("Clock of Redis", clocks.redis_server, REDIS),
    ]


def _site() -> list[Check]:
    return [
        Check("Address", site.address),
        Check("Proxy", site.proxy),
        Check("Email addresses", site.mail_addresses),
        Check("Alerts", site.alerts),
        Check("Keys", site.keys),
        Check("Log of draws", site.log_origin, DATABASE, Stage.START),
        Check("Records of draws", site.log_standing, DATABASE, Stage.START, seconds=30),
        Check("Other settings", site.system_checks, seconds=30),
    ]
