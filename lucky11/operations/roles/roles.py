"""Roles with the least rights: owner (changes the schema), app (runs the site), backup and report (read).

What must be so and what is so are two sets of facts; each fact knows the statement that makes it and the one
that ends it. What a trigger refuses to everybody (changing a ledger row) the app has no right to either.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from lucky11.operations import OperationError
from lucky11.operations.roles import rights

KINDS = ("owner", "app", "backup", "report")


@dataclass(frozen=True, order=True)
class Fact:
    """A right that a role has, an attribute of a role, or who owns something."""

    kind: str
    role: str
    what: str
    right: str

    def __str__(self) -> str:
        return {
            "role": f"the role {self.role} exists",
            "attribute": f"{self.role} has {self.right}",
            "member": f"{self.role} is a member of {self.what}",
            "owner": f"{self.role} owns {self.right.lower()} {self.what}",
        }.get(self.kind, f"{self.role} may {self.right} {self.kind} {self.what}")

    def give(self) -> str:
        """The statement that makes it so."""
        return {
            "role": f"CREATE ROLE {self.role} LOGIN",
            "attribute": f"ALTER ROLE {self.role} {self.right}",
            "member": f"GRANT {self.what} TO {self.role}",
            "owner": f"ALTER {self.right} {self.what} OWNER TO {self.role}",
        }.get(self.kind, f"GRANT {self._right()} TO {self.role}")

    def take(self) -> str:
        """The statement that ends it."""
        return {
            "attribute": f"ALTER ROLE {self.role} NO{self.right}",
            "member": f"REVOKE {self.what} FROM {self.role}",
        }.get(self.kind, f"REVOKE {self._right()} FROM {self.role}")

    def _right(self) -> str:
        if self.kind != "column":
            return f"{self.right} ON {self.kind.upper()} {self.what}"
        table, _, column = self.what.rpartition(".")
        return f"{self.right} ({column}) ON TABLE {table}"


@dataclass(frozen=True)
class Difference:
    """A fact that should be so and is not, or is so and should not be."""

    fact: Fact
    missing: bool

    def __str__(self) -> str:
        return f"{'missing' if self.missing else 'too much'}: {self.fact}"

    @property
    def statement(self) -> str:
        """The SQL that puts it right."""
        return self.fact.give() if self.missing else self.fact.take()


def name(kind: str) -> str:
    """The name of a role on this server: names are shared by all its databases, hence the prefix."""
    return f"{settings.DATABASE_ROLES}_{kind}"


def differences() -> list[Difference]:
    """What is not as it must be, in the order in which it can be put right."""
    wanted, found = set(_wanted()), set(_found())
    order = ("role", "attribute", "member", "owner")
    facts = sorted(
        wanted ^ found, key=lambda fact: (order.index(fact.kind) if fact.kind in order else 9, fact)
    )
    return [Difference(fact, fact in wanted) for fact in facts]


def in_use() -> bool:
    """Whether this database was given to the roles."""
    return any(kind == "DATABASE" and owner == name("owner") for kind, _, owner in _rows(rights.OWNERS))


@transaction.atomic
def apply() -> list[Difference]:
    """Put right what is not; all of it or nothing. Returns what was put right.

    Raises OperationError when something is still otherwise.
    """
    done = differences()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        for difference in done:
            cursor.execute(difference.statement)
        # A new owner's objects carry rights that show only now.
        again = differences()
        for difference in again:
            cursor.execute(difference.statement)
    left = differences()
    if left:
        raise OperationError(f"Nothing was changed: after it all, {left[0]}.")
    return [*done, *again]


def _wanted() -> Iterator[Fact]:
    owner, app, backup, report = map(name, KINDS)
    for role in (owner, app, backup, report):
        yield Fact("role", role, "", "")
        yield Fact("attribute", role, "", "LOGIN")
    for role in (app, backup, report):
        yield Fact("database", role, _database(), "CONNECT")
    for role in (app, report):
        yield Fact("schema", role, "public", "USAGE")
    yield Fact("attribute", owner, "", "CREATEDB")
    # A drill restores into a database of its own.
    yield Fact("attribute", backup, "", "CREATEDB")
    yield Fact("member", backup, "pg_read_all_data", "")
    # For the doctor and the alerts: what other connections do, and how large things are.
    yield Fact("member", app, "pg_read_all_stats", "")
    for kind, what, _ in _rows(rights.OWNERS):
        yield Fact("owner", owner, what, kind)
    for table, right in rights.of_app():
        yield Fact("table", app, table, right)
    for column in rights.columns_of_app():
        yield Fact("column", app, column, "UPDATE")
    for column in rights.columns_of_report():
        yield Fact("column", report, column, "SELECT")
    for (function,) in _rows(rights.AS_OWNER):
        yield Fact("function", app, function, "EXECUTE")


def _found() -> Iterator[Fact]:
    roles = [name(kind) for kind in KINDS]
    for role, *attributes in _rows(rights.ATTRIBUTES, [roles]):
        yield Fact("role", role, "", "")
        for attribute, has in zip(rights.ATTRIBUTE_NAMES, attributes, strict=True):
            if has:
                yield Fact("attribute", role, "", attribute)
    for role, group in _rows(rights.MEMBERS, [roles]):
        yield Fact("member", role, group, "")
    for kind, what, owner in _rows(rights.OWNERS):
        if owner == name("owner"):
            yield Fact("owner", owner, what, kind)
    # What an owner may do with what is theirs is theirs by nature.
    for kind, role, what, right in _rows(rights.GRANTED, [[*roles[1:], "PUBLIC"]]):
        yield Fact(kind, role, what, right)


def _database() -> str:
    return _rows("SELECT quote_ident(current_database())")[0][0]


def _rows(query: str, parameters: list[Any] | None = None) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[str, ...]] = cursor.fetchall()
    return rows
