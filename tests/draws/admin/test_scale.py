"""The staff's pages over 100,000 rows: a fixed number of queries, along indexes, reading a bounded part."""

import json
import re
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.admin.lists import COUNTED
from accounts.players import create_player
from tests.conftest import unguarded
from tests.support.crowd import BIG, MADE
from tests.support.pages import signed_in, words
from tests.support.staff import sign_in_clerk

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.nightly]

# The bounded count reads COUNTED rows, and its filter may pass over others between them.
ROWS_READ = 10 * COUNTED

TABLES = ", ".join(sorted(BIG))
LOGGED = re.compile(r'^(INSERT INTO "security_events"|(RELEASE )?SAVEPOINT)')


@pytest.fixture(scope="module")
def crowd(django_db_setup, django_db_blocker):
    """100,000 rows in every big table, gone when the module is done, and a superuser's browser."""
    with django_db_blocker.unblock():
        with transaction.atomic():
            with unguarded() as cursor:
                cursor.execute(MADE)
                # All rows are looked at, not some of them: the plans are the same each time.
                cursor.execute("SET LOCAL default_statistics_target = 400")
                cursor.execute(f"ANALYZE {TABLES}")
            boss = create_player("boss@scale.example", "x", confirmed=True, is_staff=True, is_superuser=True)
            yield signed_in(boss)
            transaction.set_rollback(True)
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {TABLES}")


USER = "c4ca4238a0b923820dcc509a6f75849b"  # md5 of 1
DRAWS, TICKETS, WINNERS = (f"/admin/draws/{name}/" for name in ("draw", "participation", "winner"))
PLAYERS, MAILS, COINS = "/admin/accounts/user/", "/admin/accounts/outboxemail/", "/admin/ledger/transaction/"
DRAW = "1000001"
LOG, MONTH_AGO = "/admin/admin/logentry/", f"{timezone.localdate() - timedelta(days=30)}"
APPROVALS = "/admin/accounts/approval/"
SECURITY, RUNS = "/admin/accounts/securityevent/", "/admin/lucky11/operationrun/"
# From the middle of what is there, so that neither end of a list is near.
DAYS = {
    "since": f"{timezone.localdate() - timedelta(days=50)}",
    "until": f"{timezone.localdate() - timedelta(days=30)}",
}
RECORDS = ("accounts/message", "accounts/rulesacceptance", "accounts/playbreak", "ledger/spendlimit")

# address, query -> how many queries the page makes, the two that find the session and its user included.
PAGES = [
    ("/admin/", {}, 15),
    (DRAWS, {}, 5),
    (DRAWS, {"p": "40"}, 5),
    *(
        (DRAWS, {"state": state}, 5)
        for state in ["draft", "open", "closing", "closed", "drawn", "cancelled", "void", "overdue"]
    ),
    *(
        (DRAWS, {"closes": span}, 5)
        for span in ["today", "tomorrow", "week", "later", "past-week", "past-month"]
    ),
    *((DRAWS, {"mode": mode}, 5) for mode in ["local", "beacon"]),
    (DRAWS, {"mode": "beacon", "state": "open"}, 5),
    (DRAWS, {"vip": "only"}, 5),
    (DRAWS, {"vip": "only", "state": "cancelled"}, 5),
    (DRAWS, {"q": "tram 1234"}, 5),
    (DRAWS, {"q": "no such words"}, 5),
    (DRAWS, {"q": "1000777"}, 5),
    (f"{DRAWS}{DRAW}/change/", {}, 8),
    (f"{DRAWS}1099001/change/", {}, 8),
    (f"{DRAWS}1099995/change/", {}, 8),
    (f"{DRAWS}1099001/cancel/", {}, 7),
    (f"{DRAWS}1099001/duplicate/", {}, 3),
    (TICKETS, {}, 6),
    (TICKETS, {"draw": DRAW}, 7),
    (TICKETS, {"draw": DRAW, "p": "1200"}, 7),
    (TICKETS, {"draw": DRAW, "q": "59999"}, 10),
    (TICKETS, {"q": "crowd-77@scale.example"}, 9),
    (TICKETS, {"q": "1000001/59999"}, 6),
    (TICKETS, {"user": USER}, 6),
    (f"{TICKETS}1000009/change/", {}, 5),
    (COINS, {}, 6),
    (COINS, {"p": "40"}, 5),
    (COINS, {"behind": "1050000"}, 6),
    (COINS, {"behind": "1050000", "type": "daily_bonus"}, 6),
    (DRAWS, {"behind": "1050000"}, 6),
    (DRAWS, {"behind": "1050001", "state": "drawn"}, 6),
    (WINNERS, {"behind": "1050000"}, 8),
    (MAILS, {"behind": "50000"}, 5),
    *((COINS, {"type": kind}, 5) for kind in ["signup_bonus", "daily_bonus", "entry", "refund", "prize"]),
    (COINS, {"type": "adjustment"}, 6),
    (COINS, {"type": "import"}, 4),
    (COINS, {"q": "crowd-77@scale.example"}, 8),
    (COINS, {"q": "crowd-777"}, 9),
    (COINS, {"q": USER}, 9),
    (COINS, {"q": "crowd:99"}, 8),
    (COINS, {"q": "1000099"}, 8),
    (COINS, {"q": "nobody@scale.example"}, 8),
    (COINS, {"user": USER}, 6),
    *((COINS, {"day": day}, 6) for day in ["today", "week", "month"]),
    (COINS, {"day": "yesterday"}, 5),
    (COINS, {"q": f"{timezone.localdate() - timedelta(days=20)}"}, 5),
    (COINS, {"day": "week", "type": "daily_bonus"}, 5),
    (COINS, {"q": "draw:1000001"}, 6),
    (f"{COINS}1000009/change/", {}, 4),
    (f"{COINS}adjust/{USER}/", {}, 5),
    (PLAYERS, {}, 5),
    (PLAYERS, {"p": "40"}, 5),
    (PLAYERS, {"behind": USER}, 6),
    *((PLAYERS, {"who": who}, 5) for who in ("vip", "staff", "suspended", "closed")),
    (PLAYERS, {"coins": "most"}, 6),
    (PLAYERS, {"q": "crowd-77@scale.example"}, 7),
    (PLAYERS, {"q": "crowd-777"}, 8),
    (PLAYERS, {"q": USER}, 7),
    (PLAYERS, {"q": "number4321"}, 8),
    (PLAYERS, {"q": "chen number99998"}, 8),
    (PLAYERS, {"q": "nobody at all"}, 7),
    (f"{PLAYERS}{USER}/change/", {}, 14),
    (WINNERS, {}, 7),
    *((WINNERS, {"hand_over": state}, 7) for state in ("none", "to_claim", "claimed", "sent")),
    (WINNERS, {"hand_over": "lapsed"}, 4),
    (WINNERS, {"hand_over": "lapsing"}, 4),
    *((WINNERS, {"name": name}, 7) for name in ("shown", "hidden")),
    (WINNERS, {"q": "crowd-77@scale.example"}, 10),
    (WINNERS, {"q": "1000777"}, 10),
    (WINNERS, {"draw": DRAW}, 7),
    (f"{WINNERS}1000009/change/", {}, 9),
    (LOG, {}, 6),
    (LOG, {"behind": "50000"}, 7),
    (LOG, {"about": "4"}, 6),
    (LOG, {"q": "harbour"}, 10),
    (LOG, {"q": "crowd-77@scale.example"}, 8),
    (LOG, {"since": MONTH_AGO}, 6),
    (LOG, {"since": MONTH_AGO, "until": "2099-01-01", "q": "harbour"}, 10),
    (MAILS, {}, 4),
    *((MAILS, {"state": state}, 4) for state in ("waiting", "failing", "sent")),
    (MAILS, {"q": "crowd-77@scale.example"}, 5),
    *((APPROVALS, {"state": state}, 4) for state in ("", "refused")),
    (APPROVALS, {"state": "approved"}, 5),
    *((f"/admin/{name}/", {}, 5) for name in RECORDS),
    *((f"/admin/{name}/", {"user": USER}, 5) for name in RECORDS),
    *((f"/admin/{name}/", {"q": "crowd-77@scale.example"}, 8) for name in RECORDS),
    ("/admin/draws/redraw/", {}, 7),
    # What everybody's address has, what few have, and what nobody has.
    *((PLAYERS, {"q": part}, 8) for part in ("@scale.example", "crowd", "d-999")),
    (PLAYERS, {"q": "nowhere.example"}, 7),
    (PLAYERS, {"q": "@scale.example", "behind": USER}, 9),
    *((COINS, {"q": part}, 10) for part in ("@scale.example", "crowd")),
    *((COINS, {"q": part}, 9) for part in ("d-999", "@nowhere.example")),
    *((TICKETS, {"q": part}, 9) for part in ("@scale.example", "d-999")),
    *((WINNERS, {"q": part}, 10) for part in ("@scale.example", "d-999")),
    *((MAILS, {"q": part}, 6) for part in ("@scale.example", "d-999")),
    *((SECURITY, {"q": part}, 9) for part in ("@scale.example", "d-999")),
    (PLAYERS, DAYS | {"q": "@scale.example"}, 8),
    (PLAYERS, DAYS | {"q": "d-999"}, 7),
    *((page, DAYS, 5) for page in (DRAWS, PLAYERS, COINS)),
    (LOG, DAYS, 6),
    (DRAWS, DAYS | {"state": "drawn"}, 5),
    (COINS, DAYS | {"type": "prize"}, 5),
    (TICKETS, DAYS, 8),
    *((page, DAYS, 9) for page in (WINNERS, "/admin/draws/redraw/")),
    (SECURITY, DAYS, 7),
    (MAILS, DAYS, 6),
    (RUNS, DAYS, 7),
    *((f"/admin/{name}/", DAYS, 7) for name in RECORDS[:2]),
    (TICKETS, DAYS | {"draw": DRAW}, 9),
    (TICKETS, DAYS | {"user": USER}, 8),
    (WINNERS, DAYS | {"hand_over": "claimed"}, 9),
    (MAILS, DAYS | {"state": "sent"}, 6),
    (SECURITY, DAYS | {"kind": "locked"}, 7),
    (APPROVALS, DAYS | {"state": "approved"}, 7),
    ("/admin/draws/redraw/", {"draw": DRAW}, 7),
]


def scans(plan):
    """Each step of a plan that reads a table."""
    if "Relation Name" in plan or plan["Node Type"].startswith("Bitmap Index"):
        yield plan
    for below in plan.get("Plans", ()):
        yield from scans(below)


def rows_read(step):
    passed_over = step.get("Rows Removed by Filter", 0) + step.get("Rows Removed by Index Recheck", 0)
    return (step["Actual Rows"] + passed_over) * step["Actual Loops"]


def faults(sql):
    """What is slow about a query: big tables read row by row, and any step that reads too many rows."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {sql}")
        answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    for step in scans(plan):
        table = step.get("Relation Name", "")
        if step["Node Type"].endswith("Seq Scan") and table in BIG:
            yield f"Seq Scan on {table}: {sql}"
        elif rows_read(step) > ROWS_READ:
            yield f"{step['Node Type']} {table} reads {rows_read(step)} rows: {sql}"


def named(page):
    path, query, _ = page
    return re.sub(r"[0-9a-f]{32}", "id", path.removeprefix("/admin/")) + (
        f"?{urlencode(query)}" if query else ""
    )


@pytest.mark.parametrize("staff_page", PAGES, ids=named)
def test_a_staff_page_costs_the_same_over_100_000_rows(crowd, staff_page):
    path, query, expected = staff_page
    crowd.get(path, query)  # what is read once a process, such as content types, is read now
    with CaptureQueriesContext(connection) as queries:
        assert crowd.get(path, query).status_code == 200
    # Writing into the security log that the page was read costs the same for each.
    asked = [each["sql"] for each in queries.captured_queries if not LOGGED.search(each["sql"])]
    selects = [sql for sql in asked if sql.lstrip().startswith(("SELECT", "WITH"))]
    assert [fault for sql in selects for fault in faults(sql)] == []
    assert (len(asked), asked) == (expected, asked)


def test_a_clerks_permissions_cost_two_queries_more_and_no_more(client, make_player, crowd):
    sign_in_clerk(client, make_player, "draws.view_draw")
    client.get(DRAWS)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(DRAWS).status_code == 200
    assert len(queries) == 7


def test_the_list_says_when_it_stops_counting(crowd):
    said = words(crowd.get(COINS))
    assert f"more than {COUNTED:,} transactions" in said
    assert "Search or filter to find the others, or go on from the last page." in said


def test_the_last_of_60_000_tickets_is_a_page_away(crowd):
    page = crowd.get(TICKETS, {"draw": DRAW, "p": "1200"})
    assert [ticket.ticket_number for ticket in page.context["cl"].result_list] == list(range(59_951, 60_001))
