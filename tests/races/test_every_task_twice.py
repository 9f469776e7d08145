"""The queue may deliver a task twice, late, and to several workers at once: everything happens once."""

import threading
import uuid
from collections import Counter
from functools import partial

import pytest
from django.conf import settings
from django.db.models import F

from accounts.models import Message, OutboxEmail
from accounts.privacy import data_export
from draws.lifecycle.cancel import cancel_draw
from draws.models import Draw, LogRecord, Winner
from ledger.models import Transaction
from ledger.services import balance
from lucky11.celery import app
from tests.conftest import let_close, unguarded
from tests.races.together import at_once
from tests.support.coins import move
from tests.support.pages import take

pytestmark = pytest.mark.django_db(transaction=True)

TWICE_BY_THREE = 2, 3


def deliver_everything() -> None:
    """Every task of the schedule, several times at the same moment, and all of that again."""
    app.loader.import_default_modules()
    schedule = settings.CELERY_BEAT_SCHEDULE.values()
    tasks = [partial(app.tasks[entry["task"]].run, *entry.get("args", ())) for entry in schedule]
    times, workers = TWICE_BY_THREE
    for _ in range(times):
        outcomes = at_once([task for task in tasks for _ in range(workers)])
        assert [outcome for outcome in outcomes if isinstance(outcome, Exception)] == []


@pytest.fixture
def evening(make_draw, make_player):
    """A draw to be drawn, one with too few tickets, one cancelled, and a prize that nobody claims."""
    players = [make_player(f"player{n}", coins=100) for n in range(4)]
    draws = {
        "drawn": make_draw(title="Drawn", winner_count=2),
        "void": make_draw(title="Void", min_participants=9),
        "cancelled": make_draw(title="Cancelled"),
        "unclaimed": make_draw(title="Unclaimed", prize_coins=0, prize_amount=50, reserve_count=3),
    }
    for draw in draws.values():
        for player in players:
            take(player, draw)
    cancel_draw(draws["cancelled"].pk, reason="A mistake")
    for name in ("drawn", "void", "unclaimed"):
        let_close(draws[name])
    return draws, players


def test_whatever_is_delivered_again_and_everywhere_at_once_happens_once(evening):
    draws, players = evening
    data_export.ask(players[0])
    deliver_everything()
    deliver_everything()
    with unguarded() as cursor:
        cursor.execute(
            "UPDATE winners SET claim_by = now() - interval '1 second' WHERE hand_over = 'to_claim'"
        )
    deliver_everything()

    assert not Draw.objects.filter(settled_at=None).exists()
    assert not Draw.objects.filter(told_at=None).exists()
    assert Counter(Transaction.objects.values_list("type", flat=True))["prize"] == 2
    assert Counter(Transaction.objects.values_list("type", flat=True))["refund"] == 8
    assert sum(balance(player.pk) for player in players) == 4 * 100 - 4 * 4 * 5 + 8 * 5 + 2 * 100
    assert Winner.objects.filter(draw=draws["unclaimed"]).count() == 2
    assert Counter(LogRecord.objects.values_list("kind", flat=True)) == {
        "site": 1,
        "open": 4,
        "freeze": 2,
        "result": 2,
        "void": 2,
        "redraw": 1,
    }
    told = Counter(Message.objects.values_list("user", "kind", "url", "title"))
    assert set(told.values()) == {1}
    assert Message.objects.filter(kind="ticket").count() == 16
    assert OutboxEmail.objects.exists()
    assert not OutboxEmail.objects.filter(sent_at=None).exists()
    assert not OutboxEmail.objects.exclude(attempts=1).exists()
    assert not players[0].data_exports.filter(made_at=None).exists()
    assert players[0].data_exports.filter(made_at__gte=F("asked_at")).count() == 1


def test_control_a_task_that_looks_and_then_pays_pays_as_often_as_it_is_delivered(alice):
    deliveries = TWICE_BY_THREE[1]
    all_have_looked = threading.Barrier(deliveries, timeout=30)

    def give():
        given = Transaction.objects.filter(user=alice, type="import").exists()
        all_have_looked.wait()
        if not given:
            move(alice.pk, 3, uuid.uuid4().hex)

    assert [outcome for outcome in at_once([give] * deliveries) if outcome] == []
    assert balance(alice.pk) == 50 + 3 * deliveries
