"""Looking after the database: the doctor, fresh statistics, the reports of the calendar, and what may go."""

import json
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Message, OutboxEmail, SecurityEvent, Session
from lucky11.models import Incident, OperationRun
from lucky11.monitoring import doctor, maintenance_reports
from lucky11.operations import retention, runs
from tests.conftest import defects, unguarded
from tests.support.pages import finish, take, words
from tests.support.scratch import connect
from tests.support.staff import make_member, sign_in_boss

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _room_on_the_disk(settings):
    settings.ALERT_DISK_PERCENT = 100


@pytest.fixture
def vacuumed(transactional_db) -> None:
    """Earlier tests leave dead rows behind, which the doctor marks."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")


def command(*arguments: str) -> tuple[int, str]:
    output = StringIO()
    try:
        call_command(*arguments, stdout=output)
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


def found(title: str) -> dict:
    data = json.loads(command("db_doctor", "--json")[1])
    one: dict
    (one,) = [each for each in data["findings"] if each["title"] == title]
    return one


# -- the doctor --


def test_a_healthy_database_has_a_page_without_marks(vacuumed):
    code, page = command("db_doctor")
    assert (code, "!!" in page) == (0, False)
    for title in ("Connections", "Waiting for a lock", "Tables", "Cache", "Standbys", "Disks"):
        assert f"   {title}\n" in page
    assert found("Database")["rows"][0]["bytes"] > 1_000_000


def test_who_waits_for_a_lock_and_who_holds_it_is_marked(server_environment, draw):
    with connect(server_environment) as holder, connect(server_environment) as waiter:
        pids = waiter.info.backend_pid, holder.info.backend_pid
        holder.execute(b"BEGIN")
        holder.execute(b"LOCK TABLE draws IN ACCESS EXCLUSIVE MODE")
        thread = threading.Thread(target=waiter.execute, args=[b"SELECT count(*) FROM draws"])
        thread.start()
        try:
            while not doctor.blocked().rows:
                assert thread.is_alive()
            code, page = command("db_doctor")
            row = found("Waiting for a lock")["rows"][0]
        finally:
            holder.execute(b"ROLLBACK")
            thread.join()
    assert code == 1
    assert "!! Waiting for a lock" in page
    assert "!! Tables\n      none\n      Could not be read because a table is locked." in page
    assert (row["waits"], row["holder"]) == pids
    assert found("Waiting for a lock")["rows"] == []


def test_an_invalid_index_is_marked(vacuumed):
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX half_made ON draws (title)")
        cursor.execute("UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'half_made'::regclass")
        try:
            assert command("db_doctor")[0] == 1
            assert found("Invalid indexes")["rows"] == [{"table": "draws", "index": "half_made"}]
        finally:
            cursor.execute("DROP INDEX half_made")
    assert command("db_doctor")[0] == 0


def test_a_full_disk_is_marked(settings):
    settings.ALERT_DISK_PERCENT = 0
    assert found("Disks")["bad"]
    assert command("db_doctor")[0] == 1


def test_auditors_see_the_same_page_in_the_admin_and_others_do_not(client, make_player, settings):
    settings.STAFF_SECOND_FACTOR = False
    sign_in_boss(client, make_player)
    page = words(client.get("/admin/lucky11/operationrun/doctor/"))
    assert "Waiting for a lock None." in page
    assert "The database now" in words(client.get("/admin/lucky11/operationrun/"))
    for group, status in (("Auditor", 200), ("Coins", 403)):
        client.force_login(make_member(make_player, group))
        assert client.get("/admin/lucky11/operationrun/doctor/").status_code == status


# -- statistics --


def test_every_table_is_analysed_the_guides_five_first():
    code, output = command("db_analyze")
    assert code == 0
    lines = output.splitlines()
    assert [line.split()[0] for line in lines[:5]] == [
        "users",
        "draws",
        "participations",
        "transactions",
        "winners",
    ]
    assert lines[-1] == f"{len(connection.introspection.table_names())} tables analysed."
    assert not [line for line in lines[:-1] if line.endswith("never")]
    with connection.cursor() as cursor:
        cursor.execute("SELECT last_analyze FROM pg_stat_user_tables WHERE relname = 'users'")
        (before,) = cursor.fetchone()
        command("db_analyze")
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute("SELECT last_analyze FROM pg_stat_user_tables WHERE relname = 'users'")
        assert cursor.fetchone()[0] > before


# -- the calendar --


@pytest.mark.parametrize("period", maintenance_reports.PERIODS)
def test_each_report_is_printed_kept_and_mailed(period, settings):
    settings.ALERT_EMAILS = ["ops@lucky11.example"]
    code, output = command("db_maintenance", period)
    kept = runs.last_good(f"maintenance {period}")
    mail = OutboxEmail.objects.get()
    assert code == 0
    assert output == f"{kept.details['report']}\n{kept.summary}\n"
    assert (mail.text, mail.subject) == (
        kept.details["report"],
        f"Lucky11: {period} maintenance: {kept.summary}",
    )


def test_the_annual_report_says_what_was_never_done_and_is_content_once_it_was():
    assert "To do: Backup and recovery." in command("db_maintenance", "annual")[1]
    for kind in ("db_backup", "backup_drill", "check_integrity"):
        with runs.record(kind):
            pass
    assert command("db_maintenance", "annual")[1].endswith("Nothing to do.\n")


def test_the_quarterly_report_tells_growth_and_when_the_disk_is_full():
    command("db_maintenance", "quarterly")
    first = runs.last_good("maintenance quarterly")
    first.details["bytes"] = dict.fromkeys(first.details["bytes"], 0)
    first.ended_at = timezone.now() - timedelta(days=90)
    with unguarded():
        first.save()
    growth, _, lasts = maintenance_reports.quarterly()
    assert all(size == more for _, size, more in growth.rows)
    (path, days) = lasts.rows[0]
    free = doctor.disks().rows[0][2]
    size = next(size for name, size, _ in growth.rows if name == "(all)")
    assert abs(days - free * 90 / size) <= 0.01 * days + 1
    assert path == doctor.disks().rows[0][0]


# -- what may go --


@pytest.fixture
def history(alice, draw):
    """A finished draw, and of everything that is kept for a time something old and something new."""
    take(alice, draw, 2)
    finish(draw)
    long_ago = timezone.now() - timedelta(days=500)
    Session.objects.create(sid="old", sess={}, expire=long_ago)
    Session.objects.create(sid="new", sess={}, expire=timezone.now() + timedelta(days=1))
    Message.objects.all().delete()
    for key, read in (("old", long_ago), ("new", timezone.now()), ("unread", None)):
        Message.objects.create(user=alice, key=key, kind="won", title="You won", read_at=read)
    OutboxEmail.objects.all().delete()
    for key, sent, recipient in (("old", long_ago, ""), ("kept", long_ago, "a@b.example"), ("new", None, "")):
        OutboxEmail.objects.create(key=key, recipient=recipient, subject="", text="", sent_at=sent)
    for _ in range(2):
        with runs.record("weekly"):
            pass
    with unguarded():
        OperationRun.objects.update(started_at=long_ago)
        Incident.objects.create(alert="disk", summary="old", ended_at=long_ago)
        SecurityEvent.objects.all().delete()
        SecurityEvent.objects.create(kind=SecurityEvent.Kind.LOCKED, user=alice, at=long_ago)
    Incident.objects.create(alert="disk", summary="open")


BOOKS = ("users", "draws", "participations", "transactions", "winners", "fairness_log", "frozen_lists")


def books() -> list:
    with connection.cursor() as cursor:
        counts = []
        for table in (
            "users",
            "draws",
            "participations",
            "transactions",
            "winners",
            "fairness_log",
            "frozen_lists",
        ):
            cursor.execute(f"SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t")
            counts.append(cursor.fetchone())
    return counts


def test_what_is_old_goes_and_the_books_stay_byte_for_byte(history):
    before = books()
    code, said = command("db_purge", "--dry-run")
    assert (code, retention.count()) == (0, {**dict.fromkeys(retention.count(), 1)})
    assert "sessions                 1 to remove" in said
    assert Session.objects.count() == 2
    command("db_purge")
    assert set(retention.count().values()) == {0}
    assert list(Session.objects.values_list("sid", flat=True)) == ["new"]
    assert set(Message.objects.values_list("key", flat=True)) == {"new", "unread"}
    assert set(OutboxEmail.objects.values_list("key", flat=True)) == {"kept", "new"}
    assert OperationRun.objects.filter(kind="weekly").count() == 1
    assert list(Incident.objects.values_list("summary", flat=True)) == ["open"]
    assert books() == before
    assert defects() == []


def test_no_part_of_the_purge_is_about_coins_draws_or_the_log():
    assert {part.name for part in retention.PARTS} == {
        "sessions",
        "messages",
        "outbox_emails",
        "security_events",
        "operation_runs",
        "incidents",
    }
