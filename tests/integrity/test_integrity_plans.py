"""The books of many players and few winners: each table is read, none is compared with all of another."""

import pytest
from django.db import connection

from draws.integrity import DRAW_CHECKS
from ledger.integrity import FOR_LARGE_READS, LEDGER_CHECKS, first_bad_row
from tests.conftest import unguarded

pytestmark = pytest.mark.django_db

PLAYERS, WINNERS = 20_000, 1_000
MADE = f"""
INSERT INTO users (id, email) SELECT md5(n::text), n || '@example.com' FROM generate_series(1, {PLAYERS}) n;
INSERT INTO draws (id, title, max_participants, draw_time) OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, 'Plans', 20, date_trunc('second', now()) FROM generate_series(1, {WINNERS}) n;
INSERT INTO participations (id, user_id, draw_id, ticket_number, transaction_id, taken_on)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5(n::text), 1000001 + n % {WINNERS}, n, n, current_date
    FROM generate_series(1, {PLAYERS}) n;
INSERT INTO winners (id, user_id, draw_id, ticket_id, settled_at) OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5(n::text), 1000000 + n, 1000000 + n, now() FROM generate_series(1, {WINNERS}) n;
ANALYZE
"""


@pytest.fixture
def many_players(db):
    with unguarded() as cursor:
        cursor.execute(MADE)
        cursor.execute(FOR_LARGE_READS)


def test_checking_many_players_compares_no_table_with_all_of_another(many_players):
    checks = [*LEDGER_CHECKS, *DRAW_CHECKS]
    assert not [check.name for check in checks if _compares_all_with_all(first_bad_row(check))]


def test_control_left_without_another_way_the_planner_compares_each_player_with_each_win(many_players):
    # Asked for one row alone it does so by itself, or not: that hangs on what other tests left in the tables.
    [statistics] = [check for check in DRAW_CHECKS if check.name == "statistics"]
    with connection.cursor() as cursor:
        for way in ("hashjoin", "mergejoin", "memoize", "material"):
            cursor.execute(f"SET LOCAL enable_{way} = off")
    assert _compares_all_with_all(f"SELECT * FROM ({statistics.sql} OFFSET 0) AS bad LIMIT 1")


def _compares_all_with_all(query):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {query}")
        [[[plan]]] = cursor.fetchall()
    return any(_is_blind_loop(node) for node in _nodes(plan["Plan"]))


def _nodes(node):
    yield node
    for below in node.get("Plans", []):
        yield from _nodes(below)


def _is_blind_loop(node):
    # Its inner side is not looked up by what the outer one gives, and both are more than a few rows. Whether
    # the planner knows that a table is empty hangs on what other tests have left.
    if node["Node Type"] != "Nested Loop" or "Join Filter" not in node:
        return False
    outer, inner = (side["Plan Rows"] for side in node["Plans"][:2])
    return outer > 1_000 and inner > 10
