"""Every migration goes backward and forward again, and leaves the same database."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

ROOT = Path(__file__).parent.parent
SCRATCH = "lucky11_migrations"

CATALOGUE = """
    SELECT 'column', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull::text,
           pg_get_expr(d.adbin, d.adrelid)
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d
         ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v') AND a.attnum > 0
          AND NOT a.attisdropped
    UNION ALL SELECT 'index', tablename, indexname, indexdef, '', ''
    FROM pg_indexes WHERE schemaname = 'public'
    UNION ALL SELECT 'constraint', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', ''
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
    UNION ALL SELECT 'trigger', tgrelid::regclass::text, tgname, pg_get_triggerdef(oid), '', ''
    FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT 'function', proname, pg_get_functiondef(oid), '', '', ''
    FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT 'options', relname, reloptions::text, '', '', '' FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    ORDER BY 1, 2, 3, 4
"""


@pytest.fixture
def scratch(server_environment: dict[str, str]) -> Iterator[dict[str, str]]:
    """The environment of an empty database of its own."""
    name = sql.Identifier(SCRATCH)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
    yield server_environment | {"PGDATABASE": SCRATCH}
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def manage(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "manage.py", *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


def catalogue(environment: dict[str, str]) -> list[tuple[str, ...]]:
    """Everything that the migrations made, as PostgreSQL describes it."""
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "dbname": "PGDATABASE"}
    options = {name: environment[variable] for name, variable in names.items() if environment[variable]}
    address = make_conninfo("", password=environment["PGPASSWORD"] or None, **options)
    with psycopg.connect(address) as database:
        return database.execute(CATALOGUE).fetchall()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_migration_goes_backward_and_forward_again(scratch):
    manage(scratch, "migrate")
    made = catalogue(scratch)
    assert {row[0] for row in made} == {"column", "index", "constraint", "trigger", "function", "options"}
    for app in ("draws", "ledger"):
        manage(scratch, "migrate", app, "zero")
    manage(scratch, "migrate", "accounts", "0001")
    left = catalogue(scratch)
    assert not [row for row in left if row[0] in ("trigger", "function")]
    assert not [row for row in left if row[1] in ("draws", "participations", "winners", "transactions")]
    manage(scratch, "migrate")
    assert catalogue(scratch) == made
    manage(scratch, "migrate", "accounts", "zero")
    assert {row[1] for row in catalogue(scratch) if row[0] == "column"}.isdisjoint(
        {"users", "sessions", "cache"}
    )
