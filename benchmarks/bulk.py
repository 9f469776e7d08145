"""Databases of any size, made in minutes: by SQL, with the triggers off, and whole all the same."""

import sys
import time
from pathlib import Path

from django.db import connection

HERE = Path(__file__).parent
ENTRY = 5
COUNTED = ("draws", "participations", "transactions")


def fill(draws: int, players: int, transactions: int) -> None:
    """Fill the empty database that the connection is in; the numbers must divide one another."""
    started = time.monotonic()
    rows = transactions // players
    tickets = max(1, rows // 5)
    sizes = {"draws": draws, "players": players, "rows": rows, "tickets": tickets}
    with connection.cursor() as cursor:
        cursor.execute((HERE / "bulk.sql").read_text().format(**sizes))
        for number in range(1, rows + 1):
            cursor.execute(_ledger_sql(number, sizes))
        # It stands for a site that is older than the proofs of its coins.
        cursor.execute("UPDATE coin_proofs SET after = (SELECT max(id) FROM transactions)")
        cursor.execute("SET session_replication_role = origin")
        for table in COUNTED:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM {table}))"
            )
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")
    words = f"{draws:,} draws, {players:,} players, {transactions:,} transactions"
    print(f"{words} made in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def _ledger_sql(number: int, sizes: dict[str, int]) -> str:
    bonuses = sizes["rows"] - sizes["tickets"]
    if number > bonuses:
        kind, amount = "entry", -ENTRY
    else:
        kind, amount = ("import", 100) if number == 1 else ("daily_bonus", 10)
    balance = 90 + 10 * min(number, bonuses) - ENTRY * max(0, number - bonuses)
    sql = (HERE / "bulk_ledger.sql").read_text()
    return sql.format(number=number, type=kind, amount=amount, balance=balance, **sizes)
