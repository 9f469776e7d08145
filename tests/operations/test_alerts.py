"""What must wake somebody: raised when it is so, told once, and told again when it is over."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import StringIO
from typing import Any

import psycopg
import pytest
from django.core.cache import caches
from django.core.management import call_command
from django.db import ProgrammingError, connection

from accounts.models import OutboxEmail
from common import heartbeat
from common.redis_client import redis_client
from draws.models import Draw
from draws.tasks import close_due_draws
from lucky11.models import Incident
from lucky11.monitoring import alerts, incidents, task_outcomes
from lucky11.operations import runs
from lucky11.tasks import check_integrity
from tests.conftest import let_close, unguarded
from tests.operations.listener import Listener
from tests.operations.processes import eventually
from tests.support.scratch import Environment, connect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.plants_defects]


@pytest.fixture(autouse=True)
def _all_is_well(settings):
    """A site whose backup, checks and sweeps went well just now."""
    caches["redis"].clear()
    settings.ALERT_DISK_PERCENT = 100
    settings.ALERT_EMAILS = ["ops@lucky11.example"]
    with runs.record("db_backup"):
        pass
    check_integrity()
    close_due_draws()
    heartbeat.beat("beat")


@pytest.fixture
def webhook(settings) -> Iterator[Listener]:
    listener = Listener()
    settings.ALERT_WEBHOOK_URL = listener.url
    yield listener
    listener.stop()


def look(*options: str) -> tuple[int, str]:
    """Exit code and output of the command."""
    output = StringIO()
    try:
        call_command("db_alerts", *options, stdout=output)
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


def mails() -> list[str]:
    return list(OutboxEmail.objects.order_by("id").values_list("subject", flat=True))


def older(kind: str, hours: int) -> None:
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE operation_runs SET started_at = started_at - %s * interval '1 hour',"
            " ended_at = ended_at - %s * interval '1 hour' WHERE kind = %s",
            [hours, hours, kind],
        )


@contextmanager
def long_query(environment: Environment) -> Iterator[None]:
    """A query that goes on until the block ends, seen once it has run for more than five seconds."""
    other = connect(environment)
    thread = threading.Thread(target=_sleep, args=[other])
    thread.start()
    try:
        assert eventually(lambda: alerts.long_queries() is not None)
        yield
    finally:
        other.cancel_safe()
        thread.join(30)
        other.close()


def _sleep(other: psycopg.Connection[Any]) -> None:
    with suppress(psycopg.errors.QueryCanceled):
        other.execute(b"SELECT pg_sleep(600)")


def test_on_a_site_where_all_is_well_nobody_is_told_anything(webhook):
    assert look("--once") == (0, "All is well: 12 alerts checked.\n")
    assert json.loads(look("--json")[1]) == {"well": True, "alerts": {}}
    assert (mails(), webhook.got) == ([], [])


def test_an_incident_is_told_once_by_mail_and_webhook_and_once_more_when_it_is_over(webhook, settings):
    settings.ALERT_DISK_PERCENT = 0
    for _ in range(3):
        code, output = look()
        assert code == 1
        assert "% full; the limit is 0 %." in output
    assert mails() == ["Lucky11: disk"]
    settings.ALERT_DISK_PERCENT = 100
    for _ in range(2):
        assert look()[0] == 0
    assert mails() == ["Lucky11: disk", "Lucky11: recovered: disk"]
    told = [json.loads(body) for body in webhook.got]
    assert [(each["alert"], each["status"]) for each in told] == [("disk", "firing"), ("disk", "resolved")]
    incident = Incident.objects.get()
    assert incident.ended_at >= incident.began_at
    settings.ALERT_DISK_PERCENT = 0
    look()
    assert mails()[2:] == ["Lucky11: disk"]


def test_what_a_webhook_does_not_take_is_offered_again_until_it_does(webhook, settings):
    settings.ALERT_DISK_PERCENT = 0
    webhook.status = 500
    look()
    look()
    assert Incident.objects.get().told_at is None
    webhook.status = 200
    look()
    look()
    assert len(webhook.got) == 3
    assert Incident.objects.get().told_at is not None


@pytest.mark.slow
def test_a_query_of_more_than_five_seconds_is_an_incident_until_it_ends(server_environment):
    with long_query(server_environment):
        code, output = look()
        assert code == 1
        assert "1 queries have been running for more than 5 s" in output
        assert "pg_sleep(600)" in output
    assert look()[0] == 0


def test_a_backup_that_failed_or_is_older_than_25_hours_is_an_incident():
    older("db_backup", 24)
    assert look()[0] == 0
    older("db_backup", 2)
    assert "The last successful backup was 26 hours ago." in look()[1]
    with runs.record("db_backup"):
        pass
    assert look()[0] == 0
    with pytest.raises(OSError, match="full"), runs.record("db_backup"):
        raise OSError("the disk is full")
    assert "The newest backup failed: OSError: the disk is full" in look()[1]
    with unguarded() as cursor:
        cursor.execute("DELETE FROM operation_runs WHERE kind = 'db_backup'")
    assert "There is no backup yet" in look()[1]


def test_a_backup_that_nobody_ever_restored_is_an_incident_after_a_week():
    older("db_backup", 24 * 7)
    with runs.record("db_backup"):
        pass
    assert look()[0] == 0
    older("db_backup", 2)
    assert "No backup has ever been restored and checked" in look()[1]
    with runs.record("backup_drill"):
        pass
    with runs.record("db_backup"):
        pass
    assert look()[0] == 0


def test_a_row_that_refers_to_nothing_is_an_incident_after_the_nights_check(alice):
    with unguarded() as cursor:
        cursor.execute("UPDATE messages SET user_id = 'nobody' WHERE user_id = %s", [alice.pk])
        assert cursor.rowcount > 0
    assert look()[0] == 0
    check_integrity()
    code, output = look()
    assert code == 1
    assert "foreign keys: foreign keys: What a row refers to exists" in output
    assert "table messages, columns user_id, refers to users, rows 1" in output


def test_coins_out_of_place_are_an_incident_until_a_check_finds_them_right(alice):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET coins = coins + 1 WHERE id = %s", [alice.pk])
    check_integrity()
    assert "integrity: Coins or tickets are not where they should be: coins:" in look()[1]
    call_command("check_integrity", "--repair", "--record", stdout=StringIO())
    assert look()[0] == 0
    older("check_integrity", 27)
    assert "The last check of coins and tickets was 27 hours ago." in look()[1]


def test_the_task_records_a_defect_and_does_not_fail(alice):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET coins = coins + 1 WHERE id = %s", [alice.pk])
    check_integrity()
    run = runs.newest("check_integrity")
    assert run is not None
    assert run.ok is False
    assert run.summary.startswith("coins: ")
    assert run.details["defects"][0] == run.summary


def test_a_check_that_crashes_is_recorded_as_failed_and_its_error_is_raised():
    with unguarded() as cursor:
        cursor.execute("ALTER TABLE old_draws RENAME TO old_draws_elsewhere")
    try:
        with pytest.raises(ProgrammingError, match="old_draws"):
            check_integrity()
    finally:
        with unguarded() as cursor:
            cursor.execute("ALTER TABLE old_draws_elsewhere RENAME TO old_draws")
    run = runs.newest("check_integrity")
    assert run is not None
    assert run.ok is False
    assert run.summary.startswith("ProgrammingError: relation")
    assert "defects" not in run.details
    assert "integrity: " in look()[1]


def test_a_draw_that_nobody_closes_is_an_incident_until_it_is_closed(draw):
    let_close(draw)
    assert look()[0] == 0
    with unguarded() as cursor:
        cursor.execute("UPDATE draws SET draw_time = draw_time - interval '2 minutes'")
    assert "draws overdue: 1 draws are overdue" in look()[1]
    close_due_draws()
    assert look()[0] == 0


def test_a_draw_that_waits_for_its_beacon_for_ten_minutes_is_an_incident(draw):
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE draws SET fairness_mode = 'beacon', is_active = false,"
            " frozen_at = clock_timestamp() - interval '11 minutes'"
        )
    assert Draw.objects.get().frozen_at is not None
    assert "beacon late: 1 draws have waited for the beacon for over 10 minutes." in look()[1]


def test_a_queue_that_stands_still_is_an_incident_that_says_who_stopped():
    redis_client().set("alive:worker", 0)
    assert "no worker is running sweeps. The second clock still closes draws." in look()[1]
    redis_client().delete("alive:beat")
    assert "beat is not scheduling sweeps." in look()[1]
    close_due_draws()
    assert look()[0] == 0


def test_a_task_that_fails_in_some_threads_of_a_worker_that_is_alive_is_an_incident(client):
    for ok in (True, False, True, False, True, False, True):
        task_outcomes.record("draws.tasks.send_results", ok=ok)
    assert "tasks: The task draws.tasks.send_results fails or does not run" in look()[1]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (503, False)
    redis_client().delete("task:draws.tasks.send_results")
    for ok in (False, True, False, True):
        task_outcomes.record("draws.tasks.send_results", ok=ok)
    assert look()[0] == 0, "a hiccup"
    assert client.get("/readyz").status_code == 200


def test_a_task_that_has_not_succeeded_for_five_of_its_periods_is_an_incident():
    redis_client().lpush("task:draws.tasks.sweep_claims", f"ok {time.time() - 149}", f"failed {time.time()}")
    assert look()[0] == 0
    redis_client().lset("task:draws.tasks.sweep_claims", 1, f"ok {time.time() - 151}")
    assert (
        "tasks: The task draws.tasks.sweep_claims fails or does not run: it has not succeeded for 151 s."
        in (look()[1])
    )


def test_a_task_that_hangs_has_stopped_though_it_never_failed(client):
    redis_client().lpush("task:draws.tasks.send_results", f"ok {time.time() - 61}")
    assert "draws.tasks.send_results" in look()[1]
    assert client.get("/readyz").json()["worker"] is False


def test_a_task_that_succeeds_again_after_an_outage_is_ready_at_once(client):
    for ok in (False, False, False, False, True):
        task_outcomes.record("draws.tasks.close_due_draws", ok=ok)
    assert client.get("/readyz").json()["worker"] is False
    task_outcomes.record("draws.tasks.close_due_draws", ok=True)
    assert client.get("/readyz").json()["worker"] is True


def test_a_yearly_task_that_failed_is_an_incident_and_no_reason_to_turn_players_away(client):
    task_outcomes.record("lucky11.tasks.maintain weekly", ok=True)
    assert look()[0] == 0
    task_outcomes.record("lucky11.tasks.maintain annual", ok=False)
    assert "tasks: The task lucky11.tasks.maintain annual fails" in look()[1]
    assert client.get("/readyz").json()["worker"] is True


def test_what_was_recorded_before_a_clock_was_set_back_counts_for_nothing(client):
    an_hour = time.time() + 3600
    redis_client().lpush("task:draws.tasks.send_results", f"failed {time.time() - 70}", f"ok {an_hour}")
    redis_client().set("alive:beat", an_hour)
    assert client.get("/readyz").json() | {"version": ""} == {
        "database": True,
        "migrations": True,
        "log": True,
        "redis": True,
        "worker": False,
        "beat": False,
        "version": "",
    }


def test_a_check_that_breaks_is_an_incident_itself(monkeypatch, settings):
    settings.ALERT_DISKS = ["/no/such/folder"]
    assert "disk: The state is unknown because the check itself failed (FileNotFoundError" in look()[1]


def test_a_database_that_does_not_answer_is_told_once_and_so_is_its_return(webhook, mailoutbox, settings):
    real = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        for _ in range(2):
            assert "does not answer" in incidents.check_alerts()["database"]
    finally:
        connection.settings_dict.update(HOST=real[0], PORT=real[1])
    for _ in range(2):
        assert incidents.check_alerts() == {}
    assert [mail.subject for mail in mailoutbox] == ["Lucky11: database", "Lucky11: recovered: database"]
    assert [json.loads(body)["status"] for body in webhook.got] == ["firing", "resolved"]
    assert Incident.objects.get().alert == "database"
