"""The picture of how a draw fills: right within its promise, and as cheap for many tickets as for few."""

import re
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from common.text.charts import curve
from draws.models import Participation
from draws.pages.fill_chart import SAMPLES, fill_chart
from tests.conftest import unguarded
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def many_tickets(draw, player, count: int) -> None:
    """Tickets as bulk makes them: one a second, the last one now."""
    row = Participation.objects.filter(draw=draw).values("transaction_id").get()
    with unguarded() as cursor:
        # What is asked when a database transaction ends is asked of the ticket that was paid for.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(
            "INSERT INTO participations (user_id, draw_id, ticket_number, participated_at, transaction_id, "
            "taken_on) SELECT %s, %s, n, now() - (%s - n) * interval '1 second', %s, current_date "
            "FROM generate_series(2, %s) AS n",
            [player.pk, draw.pk, count, row["transaction_id"], count],
        )
        cursor.execute(
            "UPDATE draws SET current_participants = %s, published_at = now() - %s * interval '1 second' "
            "WHERE id = %s",
            [count, count, draw.pk],
        )
        cursor.execute("ANALYZE participations")
    draw.refresh_from_db()


@pytest.mark.plants_defects
def test_hundred_thousand_tickets_are_read_along_the_index(make_draw, alice):
    draw = make_draw(max_participants=200_000)
    take(alice, draw)
    many_tickets(draw, alice, 100_000)
    with CaptureQueriesContext(connection) as captured:
        found = fill_chart(draw)
        assert fill_chart(draw) == found
    assert len(captured) == 1
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT TEXT) " + captured.captured_queries[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan" not in plan
    assert "participations_number_once" in plan
    read = sum(map(int, re.findall(r"Index Scan.*?rows=\d+ .*?actual.*?rows=(\d+)", plan.replace("\n", " "))))
    assert 0 < read <= SAMPLES + 1
    assert found.rows[-1][1] == 100_000


@pytest.mark.plants_defects
def test_every_point_of_the_curve_is_a_ticket_and_none_is_far_from_the_next(make_draw, alice):
    draw = make_draw(max_participants=2000)
    take(alice, draw)
    many_tickets(draw, alice, 1000)
    heights = [float(y) for y in re.findall(r"[ML]\S+ (\S+?)(?=[MLV]|$)", fill_chart(draw).curve.line)]
    assert heights[0] == 129
    assert heights[-1] == pytest.approx(129 - 123 / 2, abs=0.1)
    assert max(a - b for a, b in pairwise(heights)) <= 123 / SAMPLES


def test_tickets_whose_requests_crossed_do_not_bend_the_curve_back(make_draw, alice):
    draw = make_draw()
    take(alice, draw, 3)
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE participations SET participated_at = now() + interval '1 minute' WHERE ticket_number = 2"
        )
    draw.refresh_from_db()
    moments = [moment for moment, _ in fill_chart(draw).rows]
    assert moments == sorted(moments)


def test_the_page_shows_the_figures_to_those_who_would_rather_read(client, make_draw, alice):
    draw = make_draw()
    assert "No tickets have been taken yet." in words(client.get(f"/draws/{draw.pk}/"))
    take(alice, draw, 3)
    page = words(signed_in(alice).get(f"/draws/{draw.pk}/"))
    assert "How fast it fills" in page
    assert re.search(r"When Tickets taken today, \d\d:\d\d 0 ", page)
    finish(draw)
    assert "How fast it filled" in words(client.get(f"/draws/{draw.pk}/"))


def test_a_curve_begins_at_the_left_and_ends_at_the_right():
    begin = timezone.now()
    points = [(begin, 0), (begin + timedelta(hours=1), 5), (begin + timedelta(hours=4), 10)]
    assert curve(points, 10).line == "M0 129L150 67.5L600 6"
    assert curve(points, 10).area == "M0 129L150 67.5L600 6V129H0Z"
    assert curve(points, 10, stepped=True).line == "M0 129H150V67.5H600V6"
    assert curve(points[:1], 0).line == "M0 129L600 129"
