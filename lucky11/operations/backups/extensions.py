"""Extensions in a dump: only a role that may create one restores it.

A backup holds the site's data. An extension that the operator added, such as pg_stat_statements, comes with
the server, and most of them need a superuser.
"""

import re
from collections.abc import Callable

from psycopg import sql

from lucky11.operations import database_server

Say = Callable[[str], object]
# A line of pg_restore's list: "3; 3079 16384 EXTENSION - pg_stat_statements", "…; COMMENT - EXTENSION name".
ENTRY = re.compile(r'^\d+; \d+ \d+ (?:COMMENT - )?EXTENSION (?:- )?"?([^"\s]+)')
CREATABLE = """SELECT v.name FROM pg_available_extension_versions v
               JOIN pg_available_extensions e ON e.name = v.name AND e.default_version = v.version
               WHERE NOT v.superuser OR v.trusted
                  OR (SELECT rolsuper FROM pg_roles WHERE rolname = current_user)"""


def restorable(contents: str, into: str, say: Say, role: str | None) -> str | None:
    """Return the dump's list without the extensions that may not be created, and say which they are.

    They are restored as `role`, or as this connection's own. None if the whole dump can be restored.
    """
    lines = contents.splitlines(keepends=True)
    inside = {found[1] for line in lines if (found := ENTRY.match(line))}
    if not inside:
        return None
    with database_server.connect(into) as database:
        if role:
            database.execute(sql.SQL("SET ROLE {}").format(sql.Identifier(role)))
        creatable = {name for (name,) in database.execute(CREATABLE)}
    left_out = inside - creatable
    if not left_out:
        return None
    named = ", ".join(sorted(left_out))
    say(
        f"Not restored: the extension {named}, which only a superuser may create. The site does not need it; "
        f"to have it again, run CREATE EXTENSION in {into} as one."
    )
    return "".join(line for line in lines if not _is_about(line, left_out))


def _is_about(line: str, extensions: set[str]) -> bool:
    found = ENTRY.match(line)
    return found is not None and found[1] in extensions
