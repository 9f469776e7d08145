"""How each command of docs/operations.md is run on the documented production, and what it says when done."""

from __future__ import annotations

import json
import re
import subprocess
import time
from dataclasses import dataclass
from typing import Any

import psycopg

from tests.operations.documented.production import Production
from tests.operations.documented.site import back_up
from tests.operations.documented.times import Took
from tests.support.old_site import FIRST, Shape, make

READER = "reader"
OLD = Shape(users=40, transactions=200, draws=6, tickets=80)


@dataclass(frozen=True)
class Run:
    """A command's arguments, a line after another, and what is said at the end (a regular expression).

    What is in braces is made for it. `typed` is what an operator types. On the `copy`, a restored database,
    work the commands that would empty the site.
    """

    arguments: str = ""
    says: str = ""
    codes: tuple[int, ...] = (0,)
    typed: str = ""
    copy: bool = False
    variables: tuple[tuple[str, str], ...] = ()


PHRASE = "another-correct-horse"
ALERTS = (0, 1)
RUNS = {
    "migrate": Run(says=r"No migrations to apply\."),
    "db_roles": Run(says=r"role"),
    "after_restore": Run(says=r"There is nothing to do\."),
    "check_integrity": Run(says=r"^Clean: "),
    "db_analyze": Run(says=r"tables analysed\."),
    "db_alerts": Run(says=r"All is well|: ", codes=ALERTS),
    "db_backup": Run(says=r"rows of \d+ tables"),
    "db_backups": Run(says=r"{backup}"),
    "backup_drill": Run(says=r"a player can sign in"),
    "db_restore": Run("{backup} --into {beside}", r"check_integrity is clean in {beside}"),
    "db_export": Run("users --to {folder}/users-{number}.csv", r"rows of users"),
    "db_import": Run("users {csv} --skip-existing", r"rows read, 0"),
    "db_recover": Run("--table users --from {backup} --apply", r"rows differ"),
    "db_pitr": Run("--base", r"verified"),
    "db_rollback": Run("lucky11 {earlier}", r"1 migrations rolled back"),
    "db_migrate": Run(says=r"1 migrations|applied|Nothing to migrate"),
    "db_drift": Run(says=r"^No drift: "),
    "db_doctor": Run(says=r"Slow queries"),
    "db_maintenance": Run("weekly", r"To do:|Nothing to do\.", codes=ALERTS),
    "db_purge": Run(says=r"sessions"),
    "maintenance": Run("status\non --why Trying\nstatus\noff\nstatus", r"(?s)^off\n.*Trying.*\noff\n$"),
    "rotate_encryption": Run(says=r"claim: "),
    "close_due_draws": Run(says=r"steps taken\."),
    "site_backup": Run(says=r"pictures and seals"),
    "site_restore": Run("{whole} --into {beside}", r"was not touched"),
    "showmigrations": Run(says=r"\[X\] 0001_initial"),
    "doctor": Run(says=r"checks\. Problems: ", codes=ALERTS),
    "version": Run(says=r"\d+\.\d+"),
    "upgrade": Run("--unreleased", r"is running; it was", variables=(("UPGRADE_RESTART_COMMAND", "true"),)),
    "createsuperuser": Run(
        "--noinput --email boss-{number}@lucky11.example",
        r"Superuser created",
        variables=(("DJANGO_SUPERUSER_PASSWORD", PHRASE),),
    ),
    "changepassword": Run("ana@lucky11.example", r"Password changed", typed=f"{PHRASE}\n{PHRASE}\n"),
    "import_lucky11": Run("{old_site} --apply --settle --refund", r"Clean: no decisions are left\."),
    "invite_imported_players": Run("--limit 3", r"players invited"),
    "link_imported_player": Run("{old_id} --to {player}", r"went to player {player}"),
    "seed": Run("--force", r"accounts, \d+ draws"),
    "loaddata": Run("{fixture}", r"Installed 1 object"),
    "remove_stale_contenttypes": Run("--noinput"),
    "db_reset": Run("--i-mean {copy}", r"is empty and migrated", copy=True, variables=(("DEBUG", "true"),)),
}
NOT_RUN = {
    "flush": "the owner comes as far as the rules, which let nobody empty the ledger",
    "makesql": "it writes a developer's code, and asks no database: tests/development/test_sql_files.py",
}


class Commands:
    """Runs the commands, with what they need, and measures them."""

    def __init__(self, site: Production) -> None:
        self.site, self.number = site, 0
        self.took: list[Took] = []
        self.backup = back_up(site)
        self.whole = site.manage("site", "site_backup").stdout.partition(":")[0]
        self.csv = site.place / "users.csv"
        site.manage("owner", "db_export", "users", "--to", str(self.csv))
        site.manage("owner", "db_restore", self.backup, "--into", "copy")
        latest = site.manage("owner", "showmigrations", "lucky11").stdout.split()[-1]
        self.earlier = f"{int(latest[:4]) - 1:04}"
        self.fixture = site.place / "guests.json"
        group = {"model": "auth.group", "pk": 900, "fields": {"name": "Guests", "permissions": []}}
        self.fixture.write_text(json.dumps([group]))
        self.old_site = old_site(site)

    def made(self) -> dict[str, Any]:
        """What the arguments have in braces, for the next run."""
        site = self.site
        ((player,),) = site.postgres.ask("SELECT id FROM users WHERE email = 'ben@lucky11.example'")
        return {
            **{"backup": self.backup, "whole": self.whole, "csv": self.csv, "copy": "copy", "player": player},
            **{"fixture": self.fixture, "earlier": self.earlier, "old_site": self.old_site},
            **{"folder": site.place, "number": self.number, "beside": f"beside_{self.number}"},
            "old_id": FIRST + self.number % OLD.users,
        }

    def run(self, command: str, role: str) -> subprocess.CompletedProcess[str]:
        """Run it as a role, wherever it leads; of several lines, all output and the first code but 0."""
        self.number += 1
        run, made, began = RUNS[command], self.made(), time.monotonic()
        given = dict(run.variables)
        if run.copy:
            given["DATABASE_URL"] = self.site.database_url(role, "copy")
        lines = [line.format(**made).split() for line in run.arguments.splitlines() or [""]]
        done = [
            self.site.manage(role, command, *line, check=False, typed=run.typed, **given) for line in lines
        ]
        code = next((each.returncode for each in done if each.returncode), 0)
        if not code:
            self.took.append(Took(command, role, (time.monotonic() - began) / len(done)))
        said = ("".join(each.stdout for each in done), "".join(each.stderr for each in done))
        return subprocess.CompletedProcess([command], code, *said)

    def has_said(self, command: str, output: str) -> bool:
        """Whether the output of its last run says that its work is done."""
        expected = RUNS[command].says.replace("{beside}", f"beside_{self.number}")
        for name, value in self.made().items():
            expected = expected.replace(f"{{{name}}}", re.escape(str(value)))
        return re.search(expected, output, re.MULTILINE) is not None


def old_site(site: Production) -> str:
    """The address of the old site, on the same server, for a role that may only read it."""
    password = site.passwords["report"]
    ask = site.postgres.ask
    ask(f"CREATE ROLE {READER} LOGIN PASSWORD '{password}'", database="postgres")
    ask("CREATE DATABASE old_site", database="postgres")
    where: dict[str, Any] = {
        "host": str(site.postgres.sockets),
        "port": site.postgres.port,
        "user": "postgres",
    }
    with psycopg.connect(**where, dbname="old_site") as database:
        make(database, OLD, dirty=False)
        database.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {READER}".encode())
    return site.postgres.url(READER, password, "old_site")
