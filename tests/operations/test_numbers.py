"""What machines read: metrics, log lines, and what goes to Sentry."""

import json
import logging
import os
import re
import subprocess
import sys

import brotli  # type: ignore[import-untyped]
import pytest
from celery import shared_task
from django.core.cache import caches
from django.db import connection
from prometheus_client.parser import text_string_to_metric_families

from common import heartbeat
from draws.tasks import close_due_draws
from lucky11 import configuration
from lucky11.embedded import paths
from lucky11.monitoring.logs import JsonFormatter
from lucky11.operations import runs
from tests.operations.listener import Listener
from tests.support.pages import finish, take

pytestmark = pytest.mark.django_db


def numbers(client) -> dict[str, float]:
    """Every number of /metrics, by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    found = {}
    for family in text_string_to_metric_families(answer.content.decode()):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_the_numbers_are_those_of_the_books(client, draw, make_draft, alice, bob):
    make_draft()
    take(alice, draw, 2)
    take(bob, draw)
    found = numbers(client)
    assert (found["lucky11_coins"], found["lucky11_tickets"]) == (85, 3)
    assert (found["lucky11_draws{state=open}"], found["lucky11_draws{state=draft}"]) == (1, 1)
    finish(draw)
    found = numbers(client)
    assert (found["lucky11_coins"], found["lucky11_draws{state=drawn}"]) == (185, 1)
    assert found["lucky11_database_up"] == 1
    assert 0 < found["lucky11_database_connections"] < found["lucky11_database_connections_max"]


def test_ages_are_told_once_there_is_something_to_tell(client):
    caches["redis"].clear()
    before = numbers(client)
    assert not {name for name in before if name.endswith("age_seconds")}
    for kind in ("db_backup", "backup_drill", "check_integrity"):
        with runs.record(kind):
            pass
    close_due_draws()
    heartbeat.beat("beat")
    after = numbers(client)
    for name in ("backup", "verified_backup", "integrity", "queue", "beat"):
        assert 0 <= after[f"lucky11_{name}_age_seconds"] < 60
    with pytest.raises(OSError), runs.record("db_backup"):  # noqa: PT011 any will do
        raise OSError
    assert (after["lucky11_backup_failed"], numbers(client)["lucky11_backup_failed"]) == (0, 1)


def test_requests_are_counted_by_page_and_status_and_never_by_what_a_visitor_wrote(client):
    before = numbers(client).get("lucky11_requests_total{method=GET,status=2xx,view=healthz}", 0)
    client.get("/healthz")
    client.get("/no/such/page/of-a-visitor/")
    client.generic("BREW", "/healthz")
    after = numbers(client)
    assert after["lucky11_requests_total{method=GET,status=2xx,view=healthz}"] == before + 1
    assert after["lucky11_requests_total{method=other,status=2xx,view=healthz}"] >= 1
    assert not [name for name in after if "visitor" in name or "BREW" in name]
    assert after["lucky11_request_seconds_count{view=healthz}"] >= 2


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_several_web_processes_are_added_up(server_environment, tmp_path):
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "client = Client(); client.get('/healthz')\n"
        "print(client.get('/metrics').content.decode())"
    )
    environment = server_environment | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for count in (1, 2, 3):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=paths.ROOT,
            env=environment | {"ALLOWED_HOSTS": "testserver"},
            capture_output=True,
            text=True,
        )
        found = re.search(r'requests_total\{method="GET",status="2xx",view="healthz"\} (\S+)', done.stdout)
        assert found, done.stderr
        assert float(found[1]) == count
        assert "lucky11_database_up 1.0" in done.stdout


@pytest.mark.django_db(transaction=True)
def test_without_the_database_the_page_says_so_and_still_answers(client):
    real = connection.settings_dict["HOST"], connection.settings_dict["PORT"]
    connection.close()
    connection.settings_dict.update(HOST="127.0.0.1", PORT="1")
    try:
        found = numbers(client)
    finally:
        connection.settings_dict.update(HOST=real[0], PORT=real[1])
    assert found["lucky11_database_up"] == 0
    assert "lucky11_coins" not in found


# -- log lines --


class Lines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.setFormatter(JsonFormatter())
        self.lines: list[dict[str, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))


@pytest.fixture
def lines():
    handler = Lines()
    logging.getLogger().addHandler(handler)
    yield handler.lines
    logging.getLogger().removeHandler(handler)


def test_a_requests_lines_carry_its_id_which_the_answer_tells_too(client, lines):
    answer = client.get("/no/such/page/", headers={"x-request-id": "proxy-0123456789"})
    assert answer["X-Request-ID"] == "proxy-0123456789"
    (line,) = [line for line in lines if line["logger"] == "django.request"]
    assert (line["request_id"], line["level"], line["message"]) == (
        "proxy-0123456789",
        "WARNING",
        "Not Found: /no/such/page/",
    )
    forged = client.get("/healthz", headers={"x-request-id": "a\nforged line"})
    assert re.fullmatch(r"[0-9a-f]{32}", forged["X-Request-ID"])


@shared_task
def complain() -> None:
    logging.getLogger("lucky11.test").error("Something «odd»\nin a task")


def test_a_tasks_lines_carry_its_id_and_stay_one_line(lines):
    done = complain.apply()
    (line,) = [line for line in lines if line["logger"] == "lucky11.test"]
    assert line["task_id"] == done.id
    assert line["task"].endswith("complain")
    assert line["message"] == "Something «odd»\nin a task"
    assert "request_id" not in line


def test_log_format_json_makes_each_line_an_object():
    script = "import django; django.setup(); import logging; logging.getLogger('x').error('said')"
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        cwd=paths.ROOT,
        env=os.environ | {"LOG_FORMAT": "json"},
        capture_output=True,
        text=True,
    )
    line = json.loads(done.stderr)
    assert (line["message"], line["level"], line["logger"]) == ("said", "ERROR", "x")


@pytest.mark.parametrize("form", ["plain", "json"])
def test_logs_go_to_the_standard_error_of_the_process_and_nowhere_else(form):
    handlers = configuration.logging(form, "WARNING")["handlers"].values()
    assert {(handler["class"], handler.get("stream")) for handler in handlers} == {
        ("logging.StreamHandler", None)
    }


# -- Sentry --


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_an_error_reaches_sentry_without_anything_about_a_person(server_environment):
    listener = Listener()
    script = (
        "import django; django.setup()\n"
        "from django.test import Client\n"
        "import draws.views.lists as lists, lucky11.urls as urls\n"
        "from django.urls import path\n"
        "def broken(request): secret = 'hunter2-password'; raise RuntimeError('broken page')\n"
        "urls.urlpatterns.insert(0, path('broken/', broken))\n"
        "client = Client(raise_request_exception=False)\n"
        "client.cookies['sessionid'] = 'cookie-of-alice'\n"
        "client.post('/broken/?token=query-of-alice', {'email': 'alice@lucky11.example'})\n"
        "import sentry_sdk; sentry_sdk.flush(10)"
    )
    dsn = listener.url.replace("http://", "http://key@") + "1"
    try:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-c", script],
            cwd=paths.ROOT,
            env=server_environment | {"SENTRY_DSN": dsn, "ALLOWED_HOSTS": "testserver"},
            capture_output=True,
            text=True,
        )
    finally:
        listener.stop()
    sent = b"".join(map(brotli.decompress, listener.got)).decode()
    assert "broken page" in sent, done.stderr
    for private in ("cookie-of-alice", "query-of-alice", "alice@lucky11.example", "hunter2-password"):
        assert private not in sent
