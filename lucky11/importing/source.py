"""The old site's database: opened read-only, in one snapshot, and recognised by its documented columns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql

# The migration guide's columns, and the types that each may have.
COLUMNS = {
    "users": {
        "id": "text",
        "email": "text",
        "first_name": "text",
        "last_name": "text",
        "profile_image_url": "text",
        "coins": "number",
        "total_participations": "number",
        "total_wins": "number",
        "total_earnings": "number",
        "current_streak": "number",
        "is_vip": "boolean",
        "created_at": "time",
        "updated_at": "time",
    },
    "draws": {
        "id": "whole",
        "title": "text",
        "description": "text",
        "prize_amount": "number",
        "entry_fee": "number",
        "max_participants": "number",
        "current_participants": "number",
        "draw_time": "time",
        "prize_image_url": "text",
        "is_active": "boolean",
        "winner_id": "text",
        "created_at": "time",
        "updated_at": "time",
    },
    "participations": {"id": "whole", "user_id": "text", "draw_id": "whole", "participated_at": "time"},
    "transactions": {
        "id": "whole",
        "user_id": "text",
        "type": "text",
        "amount": "number",
        "description": "text",
        "created_at": "time",
    },
    "winners": {
        "id": "whole",
        "user_id": "text",
        "draw_id": "whole",
        "prize_amount": "number",
        "won_at": "time",
        "celebration_video_url": "text",
        "is_public": "boolean",
    },
}
WHOLE = {"smallint", "integer", "bigint"}
KINDS = {
    "number": WHOLE | {"numeric", "real", "double precision"},
    "whole": WHOLE,
    "boolean": {"boolean"},
    "time": {"timestamp without time zone", "timestamp with time zone"},
}
AT_ONCE = 2000


class CannotRead(Exception):
    """The source cannot be read, or is not a database of the old site. Nothing was changed, here or there."""


class Source:
    """A database of the old site and how it spells its columns."""

    def __init__(self, connection: psycopg.Connection[Any], zone: str) -> None:
        self.connection = connection
        self.zone = zone
        self.kinds = self._columns()
        self.spelled = {table: self._spelling(table) for table in COLUMNS}
        self._refuse_repeated_ids()

    def _columns(self) -> dict[str, dict[str, str]]:
        rows = self.connection.execute(
            """SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_attribute a
               JOIN pg_class c ON c.oid = a.attrelid
               WHERE a.attnum > 0 AND NOT a.attisdropped AND c.oid = to_regclass(quote_ident(c.relname))
                 AND c.relname = ANY(%s)""",
            [[*COLUMNS, "django_migrations"]],
        )
        found: dict[str, dict[str, str]] = {}
        for table, column, kind in rows:
            found.setdefault(table, {})[column] = kind
        if "django_migrations" in found or "idempotency_key" in found.get("transactions", {}):
            raise CannotRead("This is a database of this site, not of the old one. It needs no import.")
        missing = sorted(set(COLUMNS) - set(found))
        if missing:
            raise CannotRead(f"The database has no table {', '.join(missing)}, so it is not the old site's.")
        return found

    def _spelling(self, table: str) -> dict[str, str]:
        """Map documented names to the names in this table: snake_case, "camelCase", or camelCase folded."""
        spelled, wrong = {}, []
        for name, kind in COLUMNS[table].items():
            head, *tail = name.split("_")
            camel = head + "".join(part.title() for part in tail)
            there = [c for c in dict.fromkeys((name, camel, camel.lower())) if c in self.kinds[table]]
            if len(there) != 1:
                wrong.append(f"{name} is {'missing' if not there else 'there as ' + ' and '.join(there)}")
                continue
            spelled[name] = there[0]
            real = self.kinds[table][there[0]]
            if kind in KINDS and real not in KINDS[kind]:
                wrong.append(f"{name} is {real}")
        if wrong:
            raise CannotRead(f"Table {table} is not as documented: {'; '.join(wrong)}.")
        return spelled

    def _refuse_repeated_ids(self) -> None:
        for table in COLUMNS:
            query = "SELECT count(*) - count(DISTINCT {}) FROM {}"
            row = self.one(sql.SQL(query).format(self.raw(table, "id"), sql.Identifier(table)))
            if row[0]:
                raise CannotRead(f"Table {table} has {row[0]:,} rows without an id, or with another row's.")

    @property
    def zoneless(self) -> list[str]:
        """Return the columns whose times have no zone."""
        return [
            f"{table}.{name}"
            for table, columns in self.spelled.items()
            for name, real in columns.items()
            if self.kinds[table][real] == "timestamp without time zone"
        ]

    def raw(self, table: str, name: str, alias: str = "") -> sql.Composable:
        """Return a documented column as this database spells it."""
        return sql.Identifier(*([alias] if alias else []), self.spelled[table][name])

    def column(self, table: str, name: str, alias: str = "") -> sql.Composable:
        """Return the column as a value: player ids as text, times with a zone, impossible times as NULL."""
        raw = self.raw(table, name, alias)
        kind = COLUMNS[table][name]
        if kind == "text":
            return sql.SQL('({}::text COLLATE "C")').format(raw)
        if kind != "time":
            return raw
        if f"{table}.{name}" in self.zoneless:
            raw = sql.SQL("({} AT TIME ZONE {})").format(raw, sql.Literal(self.zone))
        possible = "CASE WHEN {0} >= '1990-01-01' AND {0} < '2100-01-01' THEN {0} END"
        return sql.SQL(possible).format(raw)

    def columns(self, table: str, names: str, alias: str = "") -> sql.Composable:
        """Return several columns under their documented names."""
        return sql.SQL(", ").join(
            sql.SQL("{} AS {}").format(self.column(table, name, alias), sql.Identifier(name))
            for name in names.split()
        )

    def one(self, query: sql.Composed) -> tuple[Any, ...]:
        """Return the only row of a query."""
        row = self.connection.execute(query).fetchone()
        assert row is not None
        return tuple(row)

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.one(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0])

    def rows(self, query: sql.Composed) -> Iterator[Any]:
        """Yield the rows of a query, with a few thousand in memory at a time, their values by name."""
        with self.connection.cursor("lucky11_import", row_factory=psycopg.rows.namedtuple_row) as cursor:
            cursor.itersize = AT_ONCE
            yield from cursor.execute(query)


@contextmanager
def opened(url: str, zone: str) -> Iterator[Source]:
    """Open the old site's database at `url` in one snapshot, and close it at the end. Raises CannotRead."""
    try:
        with psycopg.connect(
            url, connect_timeout=10, application_name="import_lucky11", client_encoding="utf8"
        ) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            connection.execute("SET LOCAL TimeZone = 'UTC'")
            # An import has no time limit, and rows that a policy hides must be an error.
            for setting in ("statement_timeout", "idle_in_transaction_session_timeout"):
                connection.execute(sql.SQL("SET LOCAL {} = 0").format(sql.Identifier(setting)))
            connection.execute("SET LOCAL row_security = off")
            yield Source(connection, zone)
            connection.rollback()
    except psycopg.ProgrammingError as error:
        raise CannotRead(f"The source cannot be read: {_first_line(error)}") from error
    except (psycopg.Error, UnicodeError) as error:
        raise CannotRead(f"The source cannot be reached or read: {_first_line(error)}") from error


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
