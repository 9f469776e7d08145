"""Real Celery workers and beats on the real queue: a draw closes by itself, once, however many watch it."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
import redis
from django.conf import settings

from accounts.models import OutboxEmail
from draws.entries.take import take_tickets
from draws.models import Draw, LogRecord, Winner
from ledger.models import Transaction
from ledger.services import balance
from lucky11.celery import app
from tests.conftest import let_close
from tests.races.together import program, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@contextmanager
def the_queue_at_work(environment, folder, workers: int, beats: int) -> Iterator[None]:
    """Have so many workers and beats running, each a process, all of them started up."""
    if settings.REDIS_URL.startswith("unix:"):
        # Redis' client and Celery write the address of a socket differently; this name stands for both.
        environment = environment | {"REDIS_URL": "embedded:"}
    celery = ["-m", "celery", "--quiet", "--app", "lucky11"]
    options = ["--pool", "threads", "--concurrency", "2", "--without-gossip", "--loglevel", "warning"]
    app.control.purge()
    with ExitStack() as stack:
        for n in range(workers):
            arguments = [*celery, "worker", *options, "--hostname", f"worker{n}@test"]
            stack.enter_context(program(*arguments, environment=environment))
        wait_until(lambda: len(app.control.ping(timeout=0.5) or []) == workers, "all workers answer", 60)
        schedules = [folder / f"beat{n}" for n in range(beats)]
        for schedule in schedules:
            arguments = [*celery, "beat", "--schedule", str(schedule), "--pidfile=", "--loglevel", "warning"]
            stack.enter_context(program(*arguments, environment=environment))
        wait_until(lambda: all(map(has_begun, schedules)), "all beats have begun", 60)
        yield
    app.control.purge()


def has_begun(schedule: os.PathLike[str]) -> bool:
    return any(os.path.exists(f"{os.fspath(schedule)}{ending}") for ending in ("", ".db", ".dat"))


def settled(draws: list[Draw]) -> bool:
    return not Draw.objects.filter(pk__in=[draw.pk for draw in draws], settled_at__isnull=True).exists()


@pytest.mark.nightly
def test_a_draw_closes_by_itself_and_its_winner_has_the_coins(
    make_draw, make_player, server_environment, tmp_path
):
    players = [make_player(f"player{number}") for number in range(3)]
    with the_queue_at_work(server_environment, tmp_path, workers=1, beats=1):
        draw = make_draw()
        for player in players:
            take_tickets(player.pk, draw.pk, 1, "request-1")
        let_close(draw)
        wait_until(lambda: settled([draw]), "the draw is settled", 120)
    winner = Winner.objects.get()
    draw.refresh_from_db()
    assert (draw.state, draw.winner) == (Draw.State.DRAWN, winner.user)
    assert sorted(balance(player.pk) for player in players) == [45, 45, 145]
    assert balance(winner.user_id) == 145


def test_two_beats_and_three_workers_close_each_draw_once(
    make_draw, make_player, server_environment, tmp_path
):
    players = [make_player(f"player{number}", coins=100) for number in range(4)]
    with the_queue_at_work(server_environment, tmp_path, workers=3, beats=2):
        drawn = [make_draw(winner_count=2) for _ in range(4)]
        void = make_draw(min_participants=9)
        for draw in [*drawn, void]:
            for player in players:
                take_tickets(player.pk, draw.pk, 1, "request-1")
        for draw in [*drawn, void]:
            let_close(draw)
        for _ in range(12):
            app.send_task("draws.tasks.close_due_draws")
        wait_until(lambda: settled([*drawn, void]), "all draws are settled", 120)
        # And once more by everyone, after all is done.
        for _ in range(6):
            app.send_task("draws.tasks.close_due_draws")
        wait_until(queue_is_empty, "the queue is empty")
    assert {draw.winners.count() for draw in drawn} == {2}
    assert Transaction.objects.filter(type="prize", amount=100).count() == 8
    assert Transaction.objects.filter(type="refund", amount=5).count() == 4
    assert sum(balance(player.pk) for player in players) == 400 - 4 * 4 * 5 + 8 * 100
    assert LogRecord.objects.filter(kind="result").count() == 4
    assert OutboxEmail.objects.filter(key__startswith="won:").count() == 8


def queue_is_empty() -> bool:
    with redis.Redis.from_url(settings.REDIS_URL) as queue:
        return bool(queue.llen("celery") == 0)
