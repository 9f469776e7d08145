"""Back up the database."""

from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import runs
from lucky11.operations.backups import create, stores
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    server_roles = (acting.BACKUP, acting.OWNER)
    help = "Back up the database: pg_dump and a manifest, encrypted if BACKUP_KEYS is set."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep", type=int, help="how many backups to keep afterwards (default BACKUP_KEEP)"
        )

    def operate(self, *, keep: int | None, **options: Any) -> None:
        with runs.record("db_backup") as run:
            manifest = create.back_up(reason="by hand", keep=keep)
            run.summary = manifest.name
            run.details |= {"backup": manifest.name, "size": manifest.size}
        how = "encrypted" if manifest.encrypted else "not encrypted (BACKUP_KEYS is not set)"
        self.say(
            f"{manifest.name}: {sum(manifest.rows.values()):,} rows of {len(manifest.rows)} tables, "
            f"{manifest.size:,} bytes, {how}, in {stores.location()}."
        )
        self.say(f"SHA-256 {manifest.sha256}. To test it: manage.py backup_drill.")
        self.say(
            "It does not hold the pictures and the seals of the ledger (manage.py site_backup does), or any "
            "key: keep ENCRYPTION_KEYS and BACKUP_KEYS elsewhere."
        )
