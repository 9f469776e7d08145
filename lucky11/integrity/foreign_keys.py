"""Checks every foreign key against the rows: PostgreSQL itself checks only when a row is written."""

from django.db import connection
from psycopg import sql

from ledger.integrity import Defect

RULE = "What a row refers to exists (every foreign key of the database)."
KEYS = """SELECT conname::text, conrelid::regclass::text, confrelid::regclass::text,
                 (SELECT array_agg(quote_ident(attname) ORDER BY place)
                  FROM unnest(conkey) WITH ORDINALITY k(n, place)
                  JOIN pg_attribute ON attrelid = conrelid AND attnum = n),
                 (SELECT array_agg(quote_ident(attname) ORDER BY place)
                  FROM unnest(confkey) WITH ORDINALITY k(n, place)
                  JOIN pg_attribute ON attrelid = confrelid AND attnum = n)
          FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace ORDER BY 2, 1"""


def check_foreign_keys() -> Defect | None:
    """Find the first foreign key with a row that refers to nothing; this only reads."""
    with connection.cursor() as cursor:
        cursor.execute(KEYS)
        for name, table, target, columns, referred in cursor.fetchall():
            pairs = list(zip(columns, referred, strict=True))
            both = " AND ".join(f"t.{referred_to} = r.{column}" for column, referred_to in pairs)
            given = " AND ".join(f"r.{column} IS NOT NULL" for column in columns)
            missing = f"NOT EXISTS (SELECT 1 FROM {target} t WHERE {both})"
            cursor.execute(sql.SQL(f"SELECT count(*) FROM {table} r WHERE {given} AND {missing}"))
            orphans = cursor.fetchone()[0]
            if orphans:
                row = {"table": table, "columns": ", ".join(columns), "refers to": target, "rows": orphans}
                return Defect("foreign keys", RULE, {"constraint": name, **row})
    return None
