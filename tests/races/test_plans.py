"""The statements of a ticket find their rows by index, also on the connections that were there first."""

import pytest
from django.db import connection

from draws.entries.take import take_tickets

pytestmark = [pytest.mark.owner, pytest.mark.django_db(transaction=True)]

TABLES = ("users", "draws", "transactions", "participations")


def tables_read_through() -> dict[str, int]:
    """How often each table was read from end to end, as the server counts it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_force_next_flush()")
        cursor.execute(
            "SELECT relname, seq_scan FROM pg_stat_user_tables WHERE relname = ANY(%s)", [list(TABLES)]
        )
        return dict(cursor.fetchall())


def test_a_connection_that_sold_the_first_ticket_of_the_site_never_reads_a_table_through(alice, make_draw):
    draw = make_draw(entry_fee=1, max_participants=100, max_per_player=100)
    with connection.cursor() as cursor:
        # The planner now knows that there are no tickets, for which reading the table is the shortest way.
        cursor.execute(f"VACUUM (ANALYZE) {', '.join(TABLES)}")
    connection.close()
    before = tables_read_through()
    for number in range(40):
        take_tickets(alice.pk, draw.pk, 1, f"request-{number:04}")
    assert tables_read_through() == before


def test_control_a_plan_made_while_the_site_was_empty_reads_the_table_through_for_ever(alice, draw):
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE) participations")
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(
            "PREPARE look AS SELECT * FROM participations WHERE draw_id = $1 AND ticket_number = $2"
        )
        cursor.execute(f"EXECUTE look({draw.pk}, 1)")
        take_tickets(alice.pk, draw.pk, 5, "request-1")
        before = tables_read_through()["participations"]
        for number in range(1, 6):
            cursor.execute(f"EXECUTE look({draw.pk}, {number})")
        assert tables_read_through()["participations"] == before + 5
    connection.close()
