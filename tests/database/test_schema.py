"""The database is the migration guide's: its tables and indexes, word for word, against the catalogue."""

import re
from pathlib import Path

import pytest
from django.db import connection

pytestmark = pytest.mark.django_db

HERE = Path(__file__).parents[1]
GUIDE_TABLES = (HERE / "data" / "guide_tables.sql").read_text()
GUIDE_INDEXES = (HERE / "data" / "guide_indexes.sql").read_text()
SCHEMA_DOC = (HERE.parent / "docs" / "schema.md").read_text()

AS_DOCUMENTED = {
    "TEXT": "text",
    "INTEGER": "integer",
    "BOOLEAN": "boolean",
    "NUMERIC": "numeric(12,2)",
    "SERIAL": "integer identity",
    "VARCHAR": "varchar(64)",
    "JSON": "json",
    "TIMESTAMP": "timestamp",
}


def snake(name: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


def guide_columns() -> dict[tuple[str, str], str]:
    """(table, column) -> documented type, as the guide's block has it."""
    found = {}
    for table, columns in re.findall(r"^(\w+):((?:[^\n]*\n?(?!\w+:|--))*)", GUIDE_TABLES, re.MULTILINE):
        for column, kind in re.findall(r"(\w+)\((\w+)\)", columns):
            found[table, snake(column)] = kind
    return found


# Tables that the project added and that operators read.
OPERATORS_TABLES = {"operation_runs", "incidents", "security_events"}


def real_columns() -> dict[tuple[str, str], dict[str, str]]:
    """(table, column) -> type, nullability, default and uniqueness, from PostgreSQL's catalogue."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attidentity <> '',
                      NOT a.attnotnull, coalesce(pg_get_expr(d.adbin, d.adrelid), ''),
                      EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisunique
                              AND i.indkey::text = a.attnum::text AND i.indpred IS NULL)
               FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
               LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
               WHERE c.relname = ANY(%s) AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
               ORDER BY c.relname, a.attnum""",
            [sorted(described_tables())],
        )
        rows = cursor.fetchall()
    return {
        (table, column): {
            "type": short(kind) + (" identity" if identity else ""),
            "null": "yes" if nullable else "no",
            "default": f"`{default}`" if default else "",
            "unique": "yes" if unique else "",
        }
        for table, column, kind, identity, nullable, default, unique in rows
    }


def described_tables() -> set[str]:
    return {table for table, _ in guide_columns()} | OPERATORS_TABLES


def short(kind: str) -> str:
    return kind.replace("timestamp with time zone", "timestamptz").replace("character varying", "varchar")


def deviations() -> list[tuple[str, str, str]]:
    """(column, guide's type, ours) wherever the type is not the documented one."""
    real = real_columns()
    return [
        (f"{table}.{column}", kind, real[table, column]["type"])
        for (table, column), kind in guide_columns().items()
        if real[table, column]["type"] != AS_DOCUMENTED[kind]
    ]


def doc_rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading of docs/schema.md."""
    section = SCHEMA_DOC.split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_guides_block_is_read_whole():
    columns = guide_columns()
    tables = {table for table, _ in columns}
    assert tables == {"users", "draws", "participations", "transactions", "winners", "sessions"}
    assert len(columns) == len(re.findall(r"\w+\([A-Z]+\)", GUIDE_TABLES)) == 46


def test_every_documented_table_and_column_exists():
    assert set(guide_columns()) <= set(real_columns())


def test_each_deviation_from_the_documented_types_is_listed_with_its_reason():
    listed = doc_rows("Deviations")
    assert [tuple(row[:3]) for row in listed] == deviations()
    assert all(row[3] for row in listed)


def test_the_documentation_lists_every_column_as_it_is():
    documented = {
        (table, row[0]): {"type": row[1], "null": row[2], "default": row[3], "unique": row[4]}
        for table in sorted(described_tables())
        for row in doc_rows(table)
    }
    assert documented == real_columns()


def test_what_the_project_added_has_a_default_so_documented_inserts_still_work():
    added = set(real_columns()) - set(guide_columns())
    bare = [
        key
        for key in added
        if key[0] not in OPERATORS_TABLES
        and real_columns()[key]["null"] == "no"
        and not real_columns()[key]["default"]
    ]
    assert bare == []


def guide_indexes() -> dict[str, tuple[str, str, str]]:
    """Name -> (table, columns, condition) as the guide recommends."""
    pattern = r"CREATE INDEX CONCURRENTLY (\w+)\s+ON (\w+)\(([^)]*)\)(?: WHERE (\w+) = true)?;"
    return {
        name: (table, snake(columns).replace(" desc", " DESC"), snake(condition))
        for name, table, columns, condition in re.findall(pattern, GUIDE_INDEXES)
    }


def real_indexes() -> dict[str, tuple[str, str, str]]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        rows = cursor.fetchall()
    found = {}
    for name, table, definition in rows:
        columns, _, condition = re.split(r" USING \w+ \(", definition, maxsplit=1)[1].partition(" WHERE ")
        found[name] = (table, columns.rstrip(")"), condition.strip("()"))
    return found


def test_the_six_recommended_indexes_exist_under_their_names():
    ours = real_indexes()
    wanted = guide_indexes()
    assert len(wanted) == 6
    renamed = {"userid": "user_id", "drawid": "draw_id"}
    for name, (table, columns, condition) in wanted.items():
        for old, new in renamed.items():
            columns = re.sub(rf"\b{old}\b", new, columns)
        assert ours[name] == (table, columns, condition)


def test_no_two_indexes_have_the_same_keys():
    seen: dict[tuple[str, str, str], str] = {}
    for name, keys in real_indexes().items():
        if keys[0] in {table for table, _ in guide_columns()}:
            assert keys not in seen, f"{name} and {seen[keys]}"
            seen[keys] = name
            bare = (keys[0], keys[1].replace(" text_pattern_ops", ""), keys[2])
            assert bare == keys, f"{name} is a twin for LIKE"


def test_every_index_is_valid():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid OR NOT indisready"
        )
        assert cursor.fetchall() == []


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("participations", "user_id", "users"),
        ("participations", "draw_id", "draws"),
        ("participations", "transaction_id", "transactions"),
        ("transactions", "user_id", "users"),
        ("winners", "user_id", "users"),
        ("winners", "draw_id", "draws"),
        ("draws", "winner_id", "users"),
    ],
)
def test_foreign_keys_are_checked_at_commit(table, column, target):
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT confrelid::regclass::text, condeferrable, condeferred FROM pg_constraint
               JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1]
               WHERE contype = 'f' AND conrelid = %s::regclass AND attname = %s""",
            [table, column],
        )
        assert cursor.fetchall() == [(target, True, True)]


def test_the_counter_of_a_draw_is_not_indexed_and_its_page_has_room():
    assert not [name for name, keys in real_indexes().items() if "current_participants" in keys[1]]
    with connection.cursor() as cursor:
        cursor.execute("SELECT reloptions FROM pg_class WHERE relname = 'draws'")
        assert cursor.fetchone() == (["fillfactor=50"],)
