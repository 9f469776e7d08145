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
from tests.support.pages import signed_in, words
from tests.support.staff import sign_in_clerk

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.nightly]

BIG = {
    *("users", "draws", "transactions", "participations", "winners", "account_emailaddress", "outbox_emails"),
    *("approvals", "messages", "play_breaks", "redraws", "rules_acceptances", "spend_limits"),
    *("coin_days", "operation_runs", "django_admin_log"),
}
# The bounded count reads COUNTED rows, and its filter may pass over others between them.
ROWS_READ = 10 * COUNTED

MADE = """
INSERT INTO users (id, email, first_name, last_name, created_at, is_vip, is_active, is_staff, suspended_at)
    SELECT md5(n::text), 'crowd-' || n || '@scale.example', (ARRAY['Ana','Bo','Chen','Dia'])[n % 4 + 1],
           'Number' || n, now() - n * interval '1 minute', n % 5000 = 0, n % 7000 <> 0, n % 30000 = 0,
           CASE WHEN n % 7000 = 1 THEN now() END
    FROM generate_series(1, 100000) AS n;
INSERT INTO account_emailaddress (email, verified, "primary", user_id)
    SELECT email, true, true, id FROM users WHERE email LIKE 'crowd-%';
INSERT INTO transactions (id, user_id, type, amount, description, idempotency_key, user_seq, balance_after,
                          hash, reverses_id, actor_id, reference, created_at)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5((n % 50000 + 1)::text), type, CASE type WHEN 'entry' THEN -5 ELSE 5 END,
           'Crowd', 'crowd:' || n, n, 5, '', CASE type WHEN 'refund' THEN 999999 + n END,
           CASE type WHEN 'adjustment' THEN md5('1') END,
           CASE WHEN n <= 60000 THEN 'draw:1000001' WHEN n % 2 = 0 THEN 'draw:' || 1000000 + n ELSE '' END,
           now() - (100000 - n) * interval '50 seconds'
    FROM (SELECT n, CASE WHEN n % 20000 = 0 THEN 'adjustment' WHEN n % 1000 = 1 THEN 'prize'
                         WHEN n % 900 = 2 THEN 'refund' WHEN n % 30 = 3 THEN 'signup_bonus'
                         WHEN n % 3 = 0 THEN 'daily_bonus' ELSE 'entry' END AS type
          FROM generate_series(1, 100000) AS n) AS typed;
INSERT INTO draws (id, title, max_participants, current_participants, draw_time, published_at, is_active,
                   frozen_at, drawn_at, cancelled_at, void_code, void_reason, settled_at, vip_only, winner_id,
                   fairness_mode)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, 'Crowd prize ' || n || ' ' || (ARRAY['tram','moka','vinyl'])[n % 3 + 1], 100000,
           CASE WHEN n = 1 THEN 60000 ELSE 1 END,
           date_trunc('second', now()) + (n - 99000) * interval '10 minutes',
           CASE WHEN n > 99990 THEN NULL ELSE now() - interval '3 years' END, n BETWEEN 99001 AND 99990,
           CASE WHEN n <= 99000 AND n % 2000 <> 0 THEN now() - interval '1 hour' END,
           CASE WHEN n <= 99000 AND n % 2000 <> 0 THEN now() - (99000 - n) * interval '10 minutes' END,
           CASE WHEN n <= 99000 AND n % 2000 = 0 THEN now() - interval '1 day' END,
           CASE WHEN n <= 99000 AND n % 2000 = 0 THEN n / 2000 % 2 + 2 END,
           CASE WHEN n <= 99000 AND n % 2000 = 0 THEN 'Crowd' ELSE '' END,
           CASE WHEN n <= 99000 AND n <> 98765 THEN now() END, n % 10000 = 7, NULL,
           CASE WHEN n % 3000 = 0 THEN 'beacon' ELSE 'local' END
    FROM generate_series(1, 100000) AS n;
INSERT INTO participations (id, user_id, draw_id, ticket_number, transaction_id, taken_on)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5((n % 50000 + 1)::text), CASE WHEN n <= 60000 THEN 1000001 ELSE 1000000 + n END,
           CASE WHEN n <= 60000 THEN n ELSE 1 END, 1000000 + n, current_date
    FROM generate_series(1, 100000) AS n;
INSERT INTO winners (id, user_id, draw_id, ticket_id, place, hand_over, is_public, public_name,
                     hidden_by_staff, won_at)
    OVERRIDING SYSTEM VALUE
    SELECT 1000000 + n, md5((n % 50000 + 1)::text), 1000000 + n, 1000000 + n, 0,
           CASE WHEN n % 9000 = 0 THEN 'to_claim' WHEN n % 9000 = 1 THEN 'claimed' WHEN n % 3 = 0 THEN 'sent'
                ELSE 'none' END,
           n % 4000 = 0, 'Crowd', n % 16000 = 0, now() - n * interval '1 minute'
    FROM generate_series(1, 100000) AS n;
INSERT INTO outbox_emails (key, recipient, subject, text, sent_at, attempts)
    SELECT 'crowd:' || n, 'crowd-' || n || '@scale.example', 'Crowd', 'Crowd',
           CASE WHEN n % 25000 <> 0 THEN now() END, n % 2
    FROM generate_series(1, 100000) AS n;
INSERT INTO approvals (kind, subject, summary, payload, reason, asked_by_id, state, decided_by_id, decided_at)
    SELECT (ARRAY['cancel_draw', 'adjust_coins'])[n % 2 + 1], 'crowd:' || n, 'Crowd', '{}', 'Crowd', md5('1'),
           CASE WHEN n % 1000 = 0 THEN 'waiting' ELSE 'approved' END,
           CASE WHEN n % 1000 <> 0 THEN md5('2') END, CASE WHEN n % 1000 <> 0 THEN now() END
    FROM generate_series(1, 100000) AS n;
INSERT INTO messages (user_id, key, kind, title)
    SELECT md5((n % 50000 + 1)::text), 'crowd:' || n, 'won', 'Crowd' FROM generate_series(1, 100000) AS n;
INSERT INTO rules_acceptances (user_id, version)
    SELECT md5(n::text), 'crowd' FROM generate_series(1, 100000) AS n;
INSERT INTO play_breaks (user_id, kind) SELECT md5(n::text), 'exclusion' FROM generate_series(1, 100000) AS n;
INSERT INTO spend_limits (user_id, period, coins)
    SELECT md5(n::text), 'day', 20 FROM generate_series(1, 100000) AS n;
INSERT INTO coin_days (day, coins, holders, largest)
    SELECT current_date - n, n, n, ARRAY(SELECT md5(id::text) FROM generate_series(1, 50) AS id)
    FROM generate_series(0, 5000) AS n;
INSERT INTO operation_runs (kind, started_at, ended_at, ok)
    SELECT (ARRAY['check_integrity', 'db_backup', 'migrate'])[n % 3 + 1], now(), now(), n % 99 <> 0
    FROM generate_series(1, 100000) AS n;
INSERT INTO django_admin_log (action_time, user_id, content_type_id, object_id, object_repr, action_flag,
                              change_message)
    SELECT now() - (100000 - n) * interval '1 minute', md5((n % 7 + 1)::text),
           (SELECT id FROM django_content_type ORDER BY id OFFSET n % 9 LIMIT 1), n::text,
           'Draw ' || n, 2, 'Closed. Why: ' || CASE n % 9000 WHEN 0 THEN 'harbour' ELSE 'shop' END
    FROM generate_series(1, 100000) AS n;
INSERT INTO redraws (draw_id, failed_id, reserve_id, reason, record_hash)
    SELECT 1000000 + n, 1000000 + n, 1000001 + n % 100000, 'Crowd', '' FROM generate_series(1, 100000) AS n;
"""
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
RECORDS = ("accounts/message", "accounts/rulesacceptance", "accounts/playbreak", "ledger/spendlimit")

# address, query -> how many queries the page makes, the two that find the session and its user included.
PAGES = [
    ("/admin/", {}, 13),
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
    (TICKETS, {"draw": DRAW, "q": "59999"}, 9),
    (TICKETS, {"q": "crowd-77@scale.example"}, 8),
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
    (COINS, {"q": "crowd-77@scale.example"}, 7),
    (COINS, {"q": "crowd-777"}, 7),
    (COINS, {"q": USER}, 8),
    (COINS, {"q": "crowd:99"}, 7),
    (COINS, {"q": "1000099"}, 7),
    (COINS, {"q": "nobody@scale.example"}, 6),
    (COINS, {"user": USER}, 6),
    *((COINS, {"day": day}, 6) for day in ["today", "week", "month"]),
    (COINS, {"day": "yesterday"}, 5),
    (COINS, {"q": f"{timezone.localdate() - timedelta(days=20)}"}, 5),
    (COINS, {"day": "week", "type": "daily_bonus"}, 5),
    (COINS, {"q": "draw:1000001"}, 6),
    (f"{COINS}1000009/change/", {}, 4),
    (f"{COINS}adjust/{USER}/", {}, 4),
    (PLAYERS, {}, 5),
    (PLAYERS, {"p": "40"}, 5),
    (PLAYERS, {"behind": USER}, 6),
    *((PLAYERS, {"who": who}, 5) for who in ("vip", "staff", "suspended", "closed")),
    (PLAYERS, {"coins": "most"}, 6),
    (PLAYERS, {"q": "crowd-77@scale.example"}, 7),
    (PLAYERS, {"q": "crowd-777"}, 7),
    (PLAYERS, {"q": USER}, 7),
    (PLAYERS, {"q": "number4321"}, 7),
    (PLAYERS, {"q": "chen number99998"}, 7),
    (PLAYERS, {"q": "nobody at all"}, 6),
    (f"{PLAYERS}{USER}/change/", {}, 14),
    (WINNERS, {}, 7),
    *((WINNERS, {"hand_over": state}, 7) for state in ("none", "to_claim", "claimed", "sent")),
    (WINNERS, {"hand_over": "lapsed"}, 4),
    (WINNERS, {"hand_over": "lapsing"}, 4),
    *((WINNERS, {"name": name}, 7) for name in ("shown", "hidden")),
    (WINNERS, {"q": "crowd-77@scale.example"}, 9),
    (WINNERS, {"q": "1000777"}, 9),
    (WINNERS, {"draw": DRAW}, 7),
    (f"{WINNERS}1000009/change/", {}, 9),
    (LOG, {}, 6),
    (LOG, {"behind": "50000"}, 7),
    (LOG, {"about": "4"}, 6),
    (LOG, {"q": "harbour"}, 8),
    (LOG, {"q": "crowd-77@scale.example"}, 6),
    (LOG, {"since": MONTH_AGO}, 6),
    (LOG, {"since": MONTH_AGO, "until": "2099-01-01", "q": "harbour"}, 8),
    (MAILS, {}, 4),
    *((MAILS, {"state": state}, 4) for state in ("waiting", "failing", "sent")),
    (MAILS, {"q": "crowd-77@scale.example"}, 4),
    *((APPROVALS, {"state": state}, 4) for state in ("", "refused")),
    (APPROVALS, {"state": "approved"}, 5),
    *((f"/admin/{name}/", {}, 5) for name in RECORDS),
    *((f"/admin/{name}/", {"user": USER}, 5) for name in RECORDS),
    *((f"/admin/{name}/", {"q": "crowd-77@scale.example"}, 7) for name in RECORDS),
    ("/admin/draws/redraw/", {}, 7),
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
    selects = [sql for sql in asked if sql.startswith("SELECT")]
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
