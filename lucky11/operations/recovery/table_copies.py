"""One table as CSV: out with COPY, and in through the table's own triggers, all or nothing."""

import csv
import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import psycopg
from django.db import Error, connection, transaction
from psycopg import sql

from common.progress import counted
from ledger.integrity import repair_coins
from lucky11.integrity.checks import CHECKS
from lucky11.operations import OperationError

PIECE = 2**18
UNCHANGED = "Nothing was changed."
INSTEAD = (
    "Restore a backup beside the live database and swap it in (manage.py db_restore), or post compensating "
    "rows (manage.py db_recover --table transactions)."
)
COLUMNS = """SELECT attname, attgenerated <> '' FROM pg_attribute
             WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"""
LEFT_OUT = {"users": {"coins"}}


@dataclass(frozen=True)
class Exported:
    """The description of a CSV file's contents; written beside it, last, as FILE.json."""

    table: str
    columns: list[str]
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True)
class Imported:
    """The result of an import."""

    read: int
    added: int
    present: int


def columns(table: str) -> list[str]:
    """Return the table's columns that can be written, without those derived from the ledger.

    Raises OperationError if there is no such table.
    """
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        if table not in tables:
            raise OperationError(f"There is no table {table!r}. {UNCHANGED} The tables: {', '.join(tables)}.")
        cursor.execute(COLUMNS, [table])
        found = cursor.fetchall()
    left_out = LEFT_OUT.get(table, set())
    return [name for name, generated in found if not generated and name not in left_out]


def export_table(table: str, file: Path) -> Exported:
    """Write the table's rows, ordered by its first column, and a description of the file beside it.

    Raises OperationError if the file already exists or cannot be written; no partial file is left.
    """
    names = columns(table)
    beside = file.with_name(f"{file.name}.json")
    if file.exists() or beside.exists():
        raise OperationError(f"{file} or {beside} already exists. Nothing was written.")
    listed = sql.SQL(", ").join(map(sql.Identifier, names))
    copy = sql.SQL("COPY (SELECT {} FROM {} ORDER BY 1) TO STDOUT (FORMAT csv, HEADER)")
    part = file.with_name(f"{file.name}.part")
    try:
        with connection.cursor() as cursor, transaction.atomic():
            digest, size, rows = _write(cursor, copy.format(listed, sql.Identifier(table)), part)
        part.rename(file)
        exported = Exported(table, names, rows, size, digest)
        beside.write_text(json.dumps(asdict(exported), indent=2) + "\n")
    except OSError as error:
        raise OperationError(f"{file} could not be written: {error.strerror}. No file was left.") from error
    finally:
        part.unlink(missing_ok=True)
    return exported


def _write(cursor: object, copy: sql.Composed, part: Path) -> tuple[str, int, int]:
    digest, size = hashlib.sha256(), 0
    inner = cursor.cursor  # type: ignore[attr-defined]  # COPY is psycopg's, not Django's
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        with inner.copy(copy) as stream:
            for piece in counted(map(bytes, stream), "Exporting"):
                file.write(piece)
                digest.update(piece)
                size += len(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size, inner.rowcount


def import_table(
    table: str, file: Path, *, rows: int | None = None, skip_existing: bool = False, dry_run: bool = False
) -> Imported:
    """Insert the file's rows through the table's triggers, in one database transaction, and check the books.

    `rows` says how many there must be if no FILE.json does. With `skip_existing`, rows whose key already
    exists are left as they are. Raises OperationError if anything is wrong; then nothing
    was changed.
    """
    _refuse_ledger(table)
    before = defects()
    header = _header(table, file)
    expected = _expected(table, file, rows)
    try:
        with _all_or_nothing(dry_run):
            read = _stage(table, header, file)
            if read != expected:
                raise OperationError(f"{file} has {read:,} rows of {expected:,}: it was cut off. {UNCHANGED}")
            added = _insert(table, header, skip_existing=skip_existing)
            follow_numbers(table)
            if table == "users":
                repair_coins()
            _refuse_unbalanced(before)
    except _DryRun:
        pass
    except (Error, psycopg.Error) as error:  # Django does not wrap the errors of COPY
        words = str(error).strip().splitlines()[0]
        raise OperationError(f"The database refused the file: {words} {UNCHANGED}") from error
    return Imported(read, added, read - added)


class _DryRun(Exception):
    pass


@contextmanager
def _all_or_nothing(dry_run: bool) -> Iterator[None]:
    with transaction.atomic():
        yield
        if dry_run:
            raise _DryRun


def _refuse_ledger(table: str) -> None:
    if table == "transactions":
        raise OperationError(
            "Rows of transactions are not imported: the database moves the coins of each inserted row, so "
            f"they would be posted twice. {UNCHANGED} {INSTEAD}"
        )


def _header(table: str, file: Path) -> list[str]:
    known = columns(table)
    try:
        with open(file, encoding="utf-8", newline="") as lines:
            header = next(csv.reader(lines), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise OperationError(f"{file} cannot be read as CSV: {error}. {UNCHANGED}") from error
    if table == "users" and "coins" in header:
        raise OperationError(
            "users.coins is not imported: a player's coins are the sum of their transactions, and setting "
            f"them would count them twice. {UNCHANGED} Leave out the column (like db_export), or: {INSTEAD}"
        )
    if not header or len(set(header)) != len(header) or set(header) - set(known):
        strange = ", ".join(sorted(set(header) - set(known))) or "no columns, or a column twice"
        raise OperationError(f"The first line of {file} does not match {table}: {strange}. {UNCHANGED}")
    return header


def _expected(table: str, file: Path, rows: int | None) -> int:
    """Return how many rows the file must have; check by FILE.json that it is complete and of this table."""
    beside = file.with_name(f"{file.name}.json")
    if not beside.exists():
        if rows is None:
            raise OperationError(
                f"{beside} is missing, so nothing shows whether {file} is complete. {UNCHANGED} Say how "
                "many rows it has: --rows N."
            )
        return rows
    try:
        said = Exported(**json.loads(beside.read_text()))
    except (ValueError, TypeError) as error:
        raise OperationError(f"{beside} was not written by db_export. {UNCHANGED}") from error
    with open(file, "rb") as content:
        digest = hashlib.file_digest(content, "sha256").hexdigest()
    if (said.table, said.sha256) != (table, digest):
        why = f"it holds {said.table}" if said.table != table else "it was changed or cut off (SHA-256)"
        raise OperationError(f"{file} does not match {beside.name}: {why}. {UNCHANGED}")
    return said.rows


def _stage(table: str, header: list[str], file: Path) -> int:
    """Copy the file into a temporary table of the same types, which has no triggers."""
    listed = sql.SQL(", ").join(map(sql.Identifier, header))
    with connection.cursor() as cursor:
        # Triggers and COPY find their tables by this path, whatever the caller had set.
        cursor.execute("SET LOCAL search_path = public, pg_temp")
        cursor.execute("DROP TABLE IF EXISTS pg_temp.imported")
        make = sql.SQL("CREATE TEMPORARY TABLE imported ON COMMIT DROP AS SELECT {} FROM {} LIMIT 0")
        cursor.execute(make.format(listed, sql.Identifier(table)))
        copy = sql.SQL("COPY pg_temp.imported ({}) FROM STDIN (FORMAT csv, HEADER MATCH)").format(listed)
        with open(file, "rb") as content, cursor.cursor.copy(copy) as stream:
            for piece in counted(iter(lambda: content.read(PIECE), b""), "Importing", file.stat().st_size):
                stream.write(piece)
        return int(cursor.rowcount)


def _insert(table: str, header: list[str], *, skip_existing: bool) -> int:
    listed = sql.SQL(", ").join(map(sql.Identifier, header))
    words = sql.SQL("INSERT INTO {} ({}) OVERRIDING SYSTEM VALUE SELECT {} FROM pg_temp.imported {}").format(
        sql.Identifier(table), listed, listed, sql.SQL("ON CONFLICT DO NOTHING" if skip_existing else "")
    )
    with connection.cursor() as cursor:
        cursor.execute(words)
        added = int(cursor.rowcount)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return added


def defects() -> set[str]:
    """Return the names of the integrity checks that fail now."""
    return {name for name, check in CHECKS.items() if check()}


def _refuse_unbalanced(before: set[str]) -> None:
    worse = sorted(defects() - before)
    if worse:
        raise OperationError(
            f"With these rows the books would not balance (check_integrity: {', '.join(worse)}). {UNCHANGED}"
        )


def follow_numbers(table: str) -> None:
    """Set the table's sequences to continue after the highest number in use."""
    with connection.cursor() as cursor:
        for sequence in connection.introspection.get_sequences(cursor, table):
            words = sql.SQL("SELECT setval({}, greatest((SELECT max({}) FROM {}), last_value)) FROM {}")
            name = sequence["name"]
            cursor.execute(
                words.format(
                    sql.Literal(name),
                    sql.Identifier(sequence["column"]),
                    sql.Identifier(table),
                    sql.Identifier(*name.split(".")),
                )
            )
