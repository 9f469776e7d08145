"""Taking tickets reads no table whole: where it may not, PostgreSQL thinks such a plan dear and compiles it.

The procedure forbids reading tables whole (`enable_seqscan`), because a connection keeps its plans. A server
with JIT compiles a plan that does so all the same, each time: 250 ms instead of 3.
"""

import pytest
from django.db import connection

from draws.entries.take import TAKE

pytestmark = pytest.mark.django_db


def whole_reads() -> dict[str, int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname, seq_scan FROM pg_stat_xact_user_tables")
        return dict(cursor.fetchall())


def entered(player, draw) -> set[str]:
    """Take a ticket; the tables that were read whole for it."""
    before = whole_reads()
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(TAKE, [player.pk, draw.pk, 1, f"request-of-{player.pk}"])
        assert cursor.fetchone()[0] is not None
    return {table for table, count in whole_reads().items() if count > before.get(table, 0)}


def test_a_ticket_is_taken_without_reading_any_table_whole(draw, alice, bob):
    # Earlier tests on this connection made plans where reading whole was allowed.
    with connection.cursor() as cursor:
        cursor.execute("DISCARD PLANS")
    entered(alice, draw)
    assert entered(bob, draw) == set()


def test_control_a_table_read_whole_is_seen(draw):
    before = whole_reads().get("log_watch", 0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SELECT count(*) FROM log_watch WHERE behind_since IS NULL")
    assert whole_reads()["log_watch"] > before
