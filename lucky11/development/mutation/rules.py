"""The mistakes that are planted in a database: in the files of SQL, and among its constraints and indexes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.apps import apps
from django.db import connection

from common.database.sql import Definition
from lucky11.development.mutation import reach
from lucky11.development.mutation.sql_text import mistakes

# A constraint or index of a table of ours, with the statements that drop it and make it again.
CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid),
           format('ALTER TABLE %%s DROP CONSTRAINT %%I', conrelid::regclass, conname),
           format('ALTER TABLE %%s ADD CONSTRAINT %%I %%s', conrelid::regclass, conname,
                  pg_get_constraintdef(oid))
    FROM pg_constraint
    WHERE contype IN ('c', 'u', 'x') AND conrelid::regclass::text = ANY(%(tables)s)
    UNION ALL
    SELECT indrelid::regclass::text, indexrelid::regclass::text, pg_get_indexdef(indexrelid),
           format('DROP INDEX %%s', indexrelid::regclass), pg_get_indexdef(indexrelid)
    FROM pg_index
    WHERE indisunique AND NOT indisprimary AND indrelid::regclass::text = ANY(%(tables)s)
      AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
    ORDER BY 1, 2"""
_SENTENCE = re.compile(r"refuse_change\(\s*'((?:[^']|'')*)'")
OUR_APPS = ("accounts", "ledger", "draws", "lucky11")


@dataclass(frozen=True)
class Planted:
    """One mistake: the statements that plant it and take it away, and how to find the tests that reach it."""

    place: str
    line: str
    what: str
    plant: str
    mend: str
    function: str = ""
    error: str = ""

    @property
    def key(self) -> str:
        """Return what stays the same as long as the line does, wherever it stands in its file."""
        return f"{self.place}: {self.line}: {self.what}"

    def tests(self, recorded: dict[str, reach.Reached]) -> list[str]:
        """Return the tests that reach the rule, those that it refused something in first."""
        refused = reach.tests_of_error(recorded, self.error) if self.error else []
        called = reach.tests_of_function(recorded, self.function) if self.function else []
        return list(dict.fromkeys([*refused, *called]))


def in_files(root: Path, wanted: list[str]) -> Iterator[Planted]:
    """Yield the mistakes of today's definitions in the files or folders that are wanted."""
    for label in OUR_APPS:
        for path in sorted((Path(apps.get_app_config(label).path) / "sql").glob("*.sql")):
            place = str(path.relative_to(root))
            if any(place == each or place.startswith(each.rstrip("/") + "/") for each in wanted):
                yield from _in_file(place, Definition.parse(path.read_text(encoding="utf-8")).do)


def _in_file(place: str, text: str) -> Iterator[Planted]:
    seen: dict[tuple[str, str], int] = {}
    for mistake in mistakes(text):
        begin = text.rfind("\n", 0, mistake.start) + 1
        line = " ".join(text[begin : text.find("\n", mistake.start)].split())
        count = seen[line, mistake.what] = seen.get((line, mistake.what), 0) + 1
        what = mistake.what if count == 1 else f"{mistake.what} ({count})"
        function, error = mistake.within, ""
        if mistake.trigger:
            function, error = _of_trigger(text, mistake.trigger)
        yield Planted(place, line, what, mistake.planted(text), text, function, error)


def _of_trigger(text: str, trigger: str) -> tuple[str, str]:
    """Return the function that a trigger executes, or the pattern of the sentence that it refuses with."""
    table, name = trigger.split(".")
    begin = re.search(rf"TRIGGER {name}\s[^;]*?ON {table}\b", text)
    statement = text[begin.start() :] if begin else ""
    executed = re.search(r"EXECUTE FUNCTION (\w+)\(", statement)
    function = executed[1] if executed else ""
    sentence = _SENTENCE.search(statement[: statement.find(";\n")])
    if function != "refuse_change":
        return function, ""
    if not sentence:
        return "", rf"^Rows of {table} "
    return "", "^" + re.escape(sentence[1].replace("''", "'")).replace("%", ".*")


def in_catalogue(wanted: list[str]) -> Iterator[Planted]:
    """Yield the constraints and unique indexes of the tables of the apps that are wanted, each dropped."""
    tables = [
        model._meta.db_table
        for label in set(OUR_APPS).intersection(wanted)
        for model in apps.get_app_config(label).get_models(include_auto_created=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(CONSTRAINTS, {"tables": tables})
        for table, name, definition, drop, make in cursor.fetchall():
            yield Planted(
                place=f"table {table}",
                line=f"{name} {definition}",
                what="dropped",
                plant=drop,
                mend=make,
                error=rf'constraint "{re.escape(name)}"',
            )
