"""Re-encrypt stored data under the newest key, so that an old key can be removed."""

import sys
from typing import Any

from django.core.management.base import CommandParser
from django.db import transaction
from django.db.models import Model

from common.encryption import COLUMNS, EncryptedColumn, InvalidToken, is_newest, rotate
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting

AT_ONCE = 100
NAMED = 20  # how many rows that no key decrypts the sentence names


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
    help = (
        "Re-encrypt claims, second factors and draws' secrets under the first of ENCRYPTION_KEYS. You can "
        "stop it and start it again. Exit code 1: none of the keys decrypts some rows; all others are done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="only show what would be done")

    def operate(self, *args: Any, dry_run: bool, **options: Any) -> None:
        lost: list[str] = []
        for label, column in reversed(list(COLUMNS.items())):
            done, unread = self._rotate(label, column, dry_run=dry_run)
            lost += unread
            would = "to re-encrypt" if dry_run else "re-encrypted"
            self.stdout.write(f"{label}: {done:,} {would}, {len(unread):,} that no key decrypts.")
        if lost:
            more = f" and {len(lost) - NAMED:,} more" if len(lost) > NAMED else ""
            self.stderr.write(
                f"None of ENCRYPTION_KEYS decrypts {', '.join(lost[:NAMED])}{more}. They were not changed: "
                "restore the key that they were encrypted with, and run this again. Do not remove a key yet."
            )
            sys.exit(1)

    def _rotate(self, label: str, column: EncryptedColumn, *, dry_run: bool) -> tuple[int, list[str]]:
        done, unread, last = 0, [], None
        while True:
            with transaction.atomic():
                rows = _next_rows(column, last)
                for row in rows:
                    try:
                        done += _rotate_row(column, row, dry_run=dry_run)
                    except InvalidToken:
                        unread.append(f"{label} {row.pk}")
            if not rows:
                return done, unread
            last = rows[-1].pk
            if self.stderr.isatty():
                self.stderr.write(f"{label}: up to {last}")


def _next_rows(column: EncryptedColumn, last: Any) -> list[Model]:
    """Return the next rows by primary key, locked so that no change in between is lost."""
    rows = column.model._default_manager.select_for_update(of=("self",)).order_by("pk")
    return list((rows if last is None else rows.filter(pk__gt=last))[:AT_ONCE])


def _rotate_row(column: EncryptedColumn, row: Model, *, dry_run: bool) -> bool:
    """Say whether there was anything to do. Raises InvalidToken, and then leaves the row as it is."""
    old: Any = getattr(row, column.field)
    new: Any
    if column.keys:
        new = {**old, **{key: _renewed(old[key]) for key in column.keys if old.get(key)}}
    else:
        new = _renewed(old) if old else old
    if new == old:
        return False
    if not dry_run:
        setattr(row, column.field, new)
        row.save(update_fields=[column.field])
    return True


def _renewed(token: str) -> str:
    return token if is_newest(token) else rotate(token)
