"""What a container's health check says of each process."""

from __future__ import annotations

import sys
import time

import pytest

from common import heartbeat
from common.redis_client import redis_client
from draws.management.commands import close_due_draws
from lucky11 import health_check
from lucky11.embedded.paths import ROOT
from tests.operations.test_deployment import run

WATCHED = ("worker", "beat", "clock")


@pytest.fixture(autouse=True)
def nobody_at_work():
    redis_client().delete(*(f"alive:{name}" for name in WATCHED))


@pytest.mark.parametrize("name", WATCHED)
def test_a_process_is_well_while_its_sign_of_life_is_new(name):
    assert health_check.fault(name) == "last at work never, as far as Redis knows; the limit is 30 s"
    heartbeat.beat(name)
    assert health_check.fault(name) == ""
    redis_client().set(f"alive:{name}", time.time() - 60)
    assert health_check.fault(name) == "last at work 60 s ago; the limit is 30 s"


def test_the_clock_gives_a_sign_of_life_and_works_without_redis(settings):
    close_due_draws._sign_of_life()
    assert health_check.fault("clock") == ""
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.cache_clear()
    try:
        assert close_due_draws._sign_of_life() == 0
        assert health_check.fault("clock").startswith("Redis cannot be asked: ")
    finally:
        redis_client.cache_clear()


def test_a_website_that_does_not_answer_is_not_well(monkeypatch):
    monkeypatch.setenv("PORT", "1")
    assert health_check.fault("web") == "/readyz: 0 nothing answers yet"


def test_it_needs_the_name_of_a_process():
    done = run(sys.executable, "-m", "lucky11.health_check", "website", cwd=ROOT)
    assert (done.returncode, done.stderr) == (
        1,
        "usage: python -m lucky11.health_check web|worker|beat|clock\n",
    )
