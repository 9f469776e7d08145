"""Roles with the least rights: owner (changes the schema), app (runs the site), backup and report (read).

The required and the actual state are two sets of facts; each fact knows the statement that makes it true and
the one that ends it. The app has no right to anything that a trigger always refuses (changing a ledger row).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from lucky11.operations import OperationError
from lucky11.operations.roles import rights

KINDS = ("owner", "app", "backup", "report")
OF_SUPERUSER = ("role", "attribute", "member")  # kinds of facts that only a superuser can change


@dataclass(frozen=True, order=True)
class Fact:
    """A right or an attribute of a role, or the ownership of an object."""

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
        """Return the statement that makes the fact true."""
        return {
            "role": f"CREATE ROLE {self.role} LOGIN",
            "attribute": f"ALTER ROLE {self.role} {self.right}",
            "member": f"GRANT {self.what} TO {self.role}",
            "owner": f"ALTER {self.right} {self.what} OWNER TO {self.role}",
        }.get(self.kind, f"GRANT {self._right()} TO {self.role}")

    def take(self) -> str:
        """Return the statement that ends the fact."""
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
    """A fact that should be true and is not, or is true and should not be."""

    fact: Fact
    missing: bool

    def __str__(self) -> str:
        return f"{'missing' if self.missing else 'too much'}: {self.fact}"

    @property
    def statement(self) -> str:
        """Return the SQL that fixes the difference."""
        return self.fact.give() if self.missing else self.fact.take()


def name(kind: str) -> str:
    """Return the name of a role on this server: all its databases share names, hence the prefix."""
    return f"{settings.DATABASE_ROLES}_{kind}"


def differences() -> list[Difference]:
    """Return the differences from the required state, in the order in which they can be fixed."""
    wanted, found = set(_wanted()), set(_found())
    order = ("role", "attribute", "member", "owner")
    facts = sorted(
        wanted ^ found, key=lambda fact: (order.index(fact.kind) if fact.kind in order else 9, fact)
    )
    return [Difference(fact, fact in wanted) for fact in facts]


def in_use() -> bool:
    """Say whether the roles own and use this database."""
    return any(kind == "DATABASE" and owner == name("owner") for kind, _, owner in _rows(rights.OWNERS))


def need_superuser() -> list[Difference]:
    """Return the differences that only a superuser can fix: roles, their attributes and memberships."""
    return [each for each in differences() if each.fact.kind in OF_SUPERUSER]


@transaction.atomic
def apply(*, as_owner: bool = False) -> list[Difference]:
    """Fix every difference, or with `as_owner` every one that needs no superuser, or change nothing.

    Returns what was fixed. Raises OperationError if something still differs afterwards.
    """
    done = _to_fix(as_owner)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '5s'")
        for difference in done:
            cursor.execute(difference.statement)
        # Objects with a new owner have rights that show only now.
        again = _to_fix(as_owner)
        for difference in again:
            cursor.execute(difference.statement)
    left = _to_fix(as_owner)
    if left:
        raise OperationError(f"Nothing was changed, because this would remain: {left[0]}.")
    return [*done, *again]


def _to_fix(as_owner: bool) -> list[Difference]:
    return [each for each in differences() if not as_owner or each.fact.kind not in OF_SUPERUSER]


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
    # A base backup holds the whole server: what this role reads already, and the roles' password hashes.
    yield Fact("attribute", backup, "", "REPLICATION")
    yield Fact("member", backup, "pg_read_all_data", "")
    # For a swap: only who has a role's rights may end its sessions. The backup role's would be too many: it
    # reads every database of the server.
    for role in (app, report):
        yield Fact("member", owner, role, "")
    # For the doctor and the alerts: the activity of other connections, and sizes.
    yield Fact("member", app, "pg_read_all_stats", "")
    for kind, what, _ in _rows(rights.OWNERS):
        yield Fact("owner", owner, what, kind)
    for table, right in rights.of_app():
        yield Fact("table", app, table, right)
        if (table, right) == (rights.BACKUPS_RECORD, "INSERT"):
            yield Fact("table", backup, table, right)
    for column in rights.columns_of_app():
        yield Fact("column", app, column, "UPDATE")
    for column in rights.columns_of_backup():
        yield Fact("column", backup, column, "UPDATE")
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
    # An owner's rights on its own objects are implicit.
    for kind, role, what, right in _rows(rights.GRANTED, [[*roles[1:], "PUBLIC"]]):
        yield Fact(kind, role, what, right)


def _database() -> str:
    return _rows("SELECT quote_ident(current_database())")[0][0]


def _rows(query: str, parameters: list[Any] | None = None) -> list[tuple[str, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        rows: list[tuple[str, ...]] = cursor.fetchall()
    return rows
