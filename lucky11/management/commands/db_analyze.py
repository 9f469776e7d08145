"""Refresh the statistics of PostgreSQL's planner: the guide's five tables first, then all the others."""

from typing import Any

from django.db import connection
from psycopg import sql

from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting

FIRST = ("users", "draws", "participations", "transactions", "winners")
WHEN = """SELECT relname::text, greatest(last_analyze, last_autoanalyze) FROM pg_stat_user_tables
          WHERE schemaname = 'public' ORDER BY relname"""


class Command(Operation):
    roles = (acting.OWNER,)
    help = "ANALYZE every table, one statement each, and print when each was analysed before and now."

    def operate(self, *args: Any, **options: Any) -> None:
        before = self._analysed()
        order = sorted(before, key=lambda name: (FIRST.index(name) if name in FIRST else len(FIRST), name))
        with connection.cursor() as cursor:
            for table in order:
                cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(table)))
            cursor.execute("SELECT pg_stat_force_next_flush()")
        after = self._analysed()
        for table in order:
            self.stdout.write(f"{table:<32} {_shown(before[table])} -> {_shown(after.get(table))}")
        self.stdout.write(f"{len(order)} tables analysed.")

    def _analysed(self) -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(WHEN)
            return dict(cursor.fetchall())


def _shown(when: Any) -> str:
    return f"{when:%Y-%m-%d %H:%M:%S}" if when else "never"
