"""Back up the whole site."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import runs
from lucky11.operations.backups import site, stores
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = (
        "Back up the whole site: the database as db_backup does, the pictures of prizes and the ledger's "
        "seals. Keys are never in it, only their fingerprints: keep them elsewhere."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--keep", type=int, help="how many to keep afterwards (default BACKUP_KEEP)")

    def operate(self, *, keep: int | None, **options: Any) -> None:
        with runs.record("db_backup") as run:
            made = site.back_up_site(reason="by hand", keep=keep)
            run.summary = made["name"]
        count = len(made["files"]["of"])
        self.say(
            f"{made['name']}: the database ({made['database']['size']:,} bytes) and {count} pictures and "
            f"seals ({made['files']['size']:,} bytes), in {stores.location()}."
        )
        self.say("Not in it: SECRET_KEY, ENCRYPTION_KEYS and BACKUP_KEYS. Keep a copy of them elsewhere.")
