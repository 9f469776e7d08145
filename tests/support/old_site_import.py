"""Running an import as an operator does, and comparing what two of them made."""

import io
import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import TransactionTestCase

# Everything that an import writes, but what differs from run to run: passwords nobody has, ids and with them
# the hashes, and when a settlement or a refund was posted.
WRITTEN = {
    "users": "to_jsonb(t) - 'password' - 'updated_at' - 'covers_results_from'",
    "old_accounts": "to_jsonb(t)",
    "account_emailaddress": "to_jsonb(t) - 'id'",
    "old_draws": "to_jsonb(t)",
    "old_tickets": "to_jsonb(t)",
    "old_winners": "to_jsonb(t)",
    "transactions": "(to_jsonb(t) - 'id' - 'hash' - 'created_at') || jsonb_build_object('at',"
    " CASE WHEN t.reference LIKE 'old:%' THEN t.created_at END)",
}


def run(url: str, *options: str, code: int = 0) -> dict[str, Any]:
    """Import, and read the report; the exit code is as expected."""
    with tempfile.TemporaryDirectory() as folder:
        ended = 0
        try:
            call_command("import_lucky11", url, *options, "--report", folder, stdout=io.StringIO())
        except SystemExit as error:
            ended = int(error.code or 0)
        report: dict[str, Any] = json.loads((Path(folder) / "summary.json").read_text())
    assert ended == code, report
    return report


def written(*, whole: bool = False) -> dict[str, tuple[int, str]]:
    """The size and a hash of every table that an import writes; `whole`: of each byte of them."""
    found = {}
    with connection.cursor() as cursor:
        for table, but_for in WRITTEN.items():
            rows = f"SELECT md5(({'to_jsonb(t)' if whole else but_for})::text) AS row FROM {table} t"
            cursor.execute(f"SELECT count(*), md5(string_agg(row, '' ORDER BY row)) FROM ({rows}) AS rows")
            found[table] = cursor.fetchone()
    return found


def counted(report: dict[str, Any]) -> dict[str, int]:
    """How often each kind of dirt was found."""
    return {kind: found["count"] for kind, found in report["found"].items()}


def clear() -> None:
    """Start again with an empty site."""
    TransactionTestCase._fixture_teardown(None)  # type: ignore[attr-defined]
