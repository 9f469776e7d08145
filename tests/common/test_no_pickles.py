"""Whoever can write to a store of the site cannot run code in a process that reads from it."""

import base64
import os
import pickle
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.conf import settings as given
from django.core.cache import cache, caches
from django.db import connection
from django.test import Client

from accounts.models import Session, User
from common.redis_client import redis_client
from lucky11.celery import app
from lucky11.monitoring import task_outcomes
from lucky11.schedule import periods
from lucky11.tasks import check_alerts
from tests.conftest import PASSWORD, unguarded
from tests.operations.processes import eventually

pytestmark = pytest.mark.django_db


class Planted:
    """An object that makes a file where its pickle is loaded."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self):
        return os.mkdir, (str(self.file),)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "somebody was here"


@pytest.fixture
def planted(file) -> bytes:
    return pickle.dumps(Planted(file))


@pytest.fixture(autouse=True)
def _nothing_remembered() -> Iterator[None]:
    redis_client.cache_clear()
    caches["redis"].clear()
    cache.clear()
    yield
    caches["redis"].clear()


def try_to_sign_in(client: Client, player: User, password: str = "wrong") -> int:
    return client.post("/accounts/login/", {"login": player.email, "password": password}).status_code


def test_the_planted_object_makes_its_file_where_a_pickle_is_loaded(planted, file):
    pickle.loads(planted)
    assert file.exists()


def test_a_pickle_planted_in_the_cache_table_is_not_loaded_by_who_signs_in(client, alice, planted, file):
    assert try_to_sign_in(client, alice) == 200
    with unguarded() as cursor:
        cursor.execute("UPDATE cache SET value = %s", [base64.b64encode(planted).decode()])
        assert cursor.rowcount > 0
    assert try_to_sign_in(client, alice, PASSWORD) == 302
    assert not file.exists()


@pytest.mark.parametrize("page", ["/readyz", "/metrics", "/"])
@pytest.mark.parametrize("form", [bytes, base64.b64encode])
def test_a_pickle_planted_in_redis_is_not_loaded_by_a_visitors_page(client, planted, file, page, form):
    plant_everywhere(form(planted))
    assert client.get(page).status_code in (200, 503)
    assert not file.exists()


def test_a_pickle_planted_in_redis_is_not_loaded_by_the_alerts(planted, file):
    plant_everywhere(planted)
    check_alerts()
    assert not file.exists()
    assert "tasks" not in check_alerts()


def plant_everywhere(value: bytes) -> None:
    """In every key of Redis that the site reads."""
    redis = redis_client()
    for name in ("worker", "beat"):
        redis.set(f"alive:{name}", value)
    for task in periods():
        redis.lpush(f"task:{task}", value)
    redis.set(caches["redis"].make_key("incident:database"), value)


@pytest.mark.parametrize("said", ["nan", "inf", "-inf", "1e400", "soon", "", "٣", "1 2"])
def test_a_sign_of_life_that_says_no_time_is_none(client, said):
    redis_client().set("alive:worker", said)
    redis_client().set("alive:beat", said)
    redis_client().lpush("task:draws.tasks.close_due_draws", f"ok {said}", said)
    answer = client.get("/readyz").json()
    assert (answer["redis"], answer["worker"], answer["beat"]) == (True, False, False)
    assert all(each.recent_failures() == 0 for each in task_outcomes.outcomes())


def test_a_session_that_holds_anything_but_values_by_name_is_nobodys(client, alice, planted, file):
    client.force_login(alice)
    assert client.get("/profile/").status_code == 200
    Session.objects.update(sess=base64.b64encode(planted).decode())
    assert client.get("/profile/").status_code == 302
    assert not file.exists()


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_a_pickle_planted_in_the_queue_is_not_loaded_by_a_worker(server_environment, planted, file, tmp_path):
    with app.connection_for_write() as queue:
        send = queue.Producer().publish
        head = {"task": "lucky11.tasks.check_alerts", "id": "planted"}
        send(planted, routing_key="celery", headers=head, content_type="application/x-python-serialize")
        log = tmp_path / "log"
        with worker(server_environment, log):
            app.send_task("draws.tasks.close_due_draws")
            assert eventually(lambda: redis_client().exists("alive:worker"), 60), log.read_text()
    assert not file.exists()


@contextmanager
def worker(environment: dict[str, str], log: Path) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-A", "lucky11", "worker", "--pool", "solo", "-l", "warning"]
    environment = environment | {"REDIS_URL": os.environ.get("REDIS_URL", environment["REDIS_URL"])}
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(20)


def test_no_cache_has_a_pickle_at_hand():
    # Django's module for Redis has one, for caches that name no other way to write.
    assert given.CACHES["redis"]["OPTIONS"]["serializer"] == "common.json_values.JSONSerializer"
    using = {
        alias
        for alias in set(given.CACHES) - {"redis"}
        for kind in type(caches[alias]).__mro__
        if any("pickle" in getattr(each, "__globals__", {}) for each in vars(kind).values())
    }
    assert using == set()
    assert given.CELERY_ACCEPT_CONTENT == given.CELERY_RESULT_ACCEPT_CONTENT == ["json"]


def test_what_the_cache_table_keeps_is_json(client, alice):
    cache.set("a key", {"tried": [1.5, "x"], "nobody": None})
    assert cache.get("a key") == {"tried": [1.5, "x"], "nobody": None}
    with connection.cursor() as cursor:
        cursor.execute("SELECT value FROM cache")
        assert cursor.fetchall() == [('{"tried": [1.5, "x"], "nobody": null}',)]
