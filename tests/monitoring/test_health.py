"""For machines: alive, whole, and the numbers."""

import pytest
from django.core.cache import caches

from common import heartbeat
from common.redis_client import redis_client
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.settle import settle_draw
from draws.tasks import close_due_draws
from lucky11 import __version__
from tests.conftest import let_close, unguarded

pytestmark = pytest.mark.django_db

WHOLE = dict.fromkeys(("database", "migrations", "log", "redis", "worker", "beat"), True)


@pytest.fixture(autouse=True)
def _nobody_has_worked_yet():
    caches["redis"].clear()


def test_a_process_that_answers_is_alive(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200


def test_a_site_is_ready_once_a_worker_has_swept_and_beat_called_for_it(client):
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "database": True,
        "migrations": True,
        "log": True,
        "redis": True,
        "worker": False,
        "beat": False,
        "version": __version__,
    }
    close_due_draws()
    assert client.get("/readyz").status_code == 503
    heartbeat.beat("beat")
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["worker"]) == (200, True)


def test_a_site_without_redis_says_so_and_does_not_break(client, settings):
    settings.REDIS_URL = "redis://127.0.0.1:1"
    redis_client.cache_clear()
    try:
        answer = client.get("/readyz")
    finally:
        redis_client.cache_clear()
    assert answer.status_code == 503
    assert answer.json() == {
        "database": True,
        "migrations": True,
        "log": True,
        "redis": False,
        "worker": False,
        "beat": False,
        "version": __version__,
    }


def test_a_draw_that_still_owes_its_refunds_is_overdue_too(client, draw):
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert b"lucky11_draws_overdue 0.0\n" in client.get("/metrics").content
    with unguarded() as cursor:
        cursor.execute("UPDATE draws SET cancelled_at = cancelled_at - interval '2 minutes'")
    assert b"lucky11_draws_overdue 1.0\n" in client.get("/metrics").content
    settle_draw(draw.pk)
    assert b"lucky11_draws_overdue 0.0\n" in client.get("/metrics").content


def test_the_numbers_say_what_is_overdue(client, draw):
    assert b"lucky11_draws_overdue 0.0\n" in client.get("/metrics").content
    let_close(draw)
    with unguarded() as cursor:
        cursor.execute("UPDATE draws SET draw_time = draw_time - interval '2 minutes'")
    assert b"lucky11_draws_overdue 1.0\n" in client.get("/metrics").content
