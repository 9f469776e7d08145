"""What is published stays: not even the database's owner changes it, removes it or adds to it."""

import pytest
from django.db import DatabaseError, connection, transaction

from draws.models import FrozenList, Redraw, Winner
from tests.conftest import defects
from tests.draws.prizes.test_passing_on import players  # noqa: F401
from tests.support.prizes import pass_on_prize, won

pytestmark = pytest.mark.django_db

CHANGES = [
    ("draw_seals", "server_seed = decode(repeat('00', 32), 'hex')"),
    ("draw_seals", "terms = terms || ' '"),
    ("draw_seals", "closes_at = closes_at - 1"),
    ("draw_seals", "freeze_by = freeze_by + 1"),
    ("draw_seals", "seq = seq + 1"),
    ("draw_seals", "open_hash = freeze_hash"),
    ("draw_seals", "root = open_hash"),
    ("draw_seals", "total = total + 1"),
    ("draw_seals", "freeze_hash = NULL"),
    ("draw_seals", "places = array_append(places, 7::bigint)"),
    ("draw_seals", "result_hash = NULL"),
    ("frozen_lists", "refs = refs || refs"),
    ("frozen_lists", "part = part + 1"),
    ("fairness_log", "time = time - 1"),
    ("fairness_log", "record_hash = head"),
    ("redraws", "reason = 'Because.'"),
    ("redraws", "record_hash = decode(repeat('00', 32), 'hex')"),
]
TABLES = ["draw_seals", "frozen_lists", "fairness_log", "redraws"]


@pytest.fixture
def passed_on(make_draw, players):  # noqa: F811
    """A drawn draw whose prize was passed on once."""
    winner = won(make_draw, players, reserve_count=2)
    pass_on_prize(winner.pk)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return winner.draw


def contents(table):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT t::text FROM {table} t ORDER BY 1")
        return cursor.fetchall()


def refused(statement, *values):
    with connection.cursor() as cursor, pytest.raises(DatabaseError) as error, transaction.atomic():
        cursor.execute(statement, values)
    return str(error.value)


@pytest.mark.parametrize(("table", "change"), CHANGES)
@pytest.mark.owner
def test_nobody_changes_a_published_record(passed_on, table, change):
    before = contents(table)
    assert "never changed" in refused(f"UPDATE {table} SET {change}")
    assert contents(table) == before


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.owner
def test_nobody_removes_a_published_record(passed_on, table):
    before = contents(table)
    assert before
    assert "never changed or removed" in refused(f"DELETE FROM {table}")
    assert "never changed or removed" in refused(f"TRUNCATE {table} CASCADE")
    assert contents(table) == before


def test_nobody_adds_tickets_to_a_frozen_list(passed_on):
    assert "never afterwards" in refused(
        "INSERT INTO frozen_lists (draw_id, part, refs) SELECT draw_id, 1, refs FROM frozen_lists"
    )
    assert FrozenList.objects.filter(draw=passed_on).count() == 1


@pytest.mark.parametrize(("part", "refs"), [(1, bytes(32)), (0, b""), (0, bytes(33))])
def test_a_list_is_written_in_order_and_whole(draw, part, refs):
    statement = "INSERT INTO frozen_lists (draw_id, part, refs) VALUES (%s, %s, %s)"
    assert "part after part" in refused(statement, draw.pk, part, refs)


@pytest.mark.parametrize(
    "change",
    ["reason = 'Another.'", "failed_id = reserve_id", "record_hash = decode(repeat('00', 32), 'hex')"],
)
@pytest.mark.owner
def test_nobody_writes_a_re_draw_that_does_not_follow_from_the_result(passed_on, change):
    redraw = Redraw.objects.get()
    Winner.objects.filter(pk=redraw.reserve_id).update(hand_over="claimed")
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("CREATE TEMPORARY TABLE other ON COMMIT DROP AS SELECT * FROM redraws")
        cursor.execute(f"UPDATE other SET {change}")
        cursor.execute("UPDATE other SET id = id + 1")
        assert "next reserve of the published result" in refused("INSERT INTO redraws SELECT * FROM other")
    assert defects() == []
