"""A worker killed with SIGKILL anywhere between closing time and the last coin: the next sweep finishes."""

import uuid

import pytest

from accounts.models import OutboxEmail
from draws.entries.take import take_tickets
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws, draw_winners, freeze_draw
from draws.models import Draw, FrozenList, LogRecord, Winner
from ledger.models import Transaction
from ledger.services import balance
from tests.conftest import defects, let_close
from tests.races.together import at_once, kill_a_worker, kill_it_when_it_stops, refusals
from tests.support import forgery

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

WINNERS = 3
CLOSING = {
    "before the list is frozen": ("draws.lifecycle.close", "freeze_draw", 1),
    "with the list half written": ("draws.proof.log", "append", 1),
    "between freezing and drawing": ("draws.lifecycle.close", "draw_winners", 1),
    "with the winners half written": ("draws.proof.log", "append", 2),
    "between drawing and paying": ("draws.lifecycle.settle", "settle_draw", 1),
    "between two prizes": ("draws.lifecycle.settle", "settle_winner", 2),
    "with a prize half paid": ("draws.notifications.kinds", "notify_winner", 2),
    "with all prizes paid": ("draws.lifecycle.settle", "_mark_settled", 1),
}
REFUNDING = {
    "before the first refund": ("draws.lifecycle.settle", "settle_draw", 1),
    "with a refund half made": ("draws.notifications.kinds", "notify_refunded", 2),
    "between two lots of refunds": ("draws.lifecycle.settle", "_refund_players_after", 2),
    "with the second lot half made": ("draws.notifications.kinds", "notify_refunded", 4),
    "with all refunds made": ("draws.lifecycle.settle", "_mark_settled", 1),
}


@pytest.fixture
def players(make_player):
    return [make_player(f"player{number}") for number in range(5)]


@pytest.fixture
def sold(make_draw, players):
    """A draw in which each player has two tickets, from two payments."""
    draw = make_draw(winner_count=WINNERS, min_participants=10)
    for request in ("request-1", "request-2"):
        for player in players:
            take_tickets(player.pk, draw.pk, 1, request)
    return draw


# Pays the winners of the only draw one after the other, without keys, and stops before the third.
PAY_WITHOUT_KEYS = """
import django; django.setup()
from tests.races import stopping, test_a_worker_killed
stopping.stop_before("tests.support.forgery", "forge", 3)
test_a_worker_killed.pay_without_keys()
"""


def pay_without_keys() -> None:
    for winner in Winner.objects.order_by("place"):
        key = uuid.uuid4().hex
        forgery.forge(user_id=winner.user_id, type="prize", amount=winner.prize_coins, idempotency_key=key)


@pytest.mark.parametrize("where", CLOSING.values(), ids=list(CLOSING))
def test_a_worker_killed_while_closing_leaves_it_to_the_next_sweep(sold, players, server_environment, where):
    let_close(sold)
    kill_a_worker(server_environment, where)
    assert not Draw.objects.filter(settled_at__isnull=False).exists()
    early = dict(Winner.objects.values_list("place", "ticket_id"))
    close_due_draws()
    sold.refresh_from_db()
    assert (sold.state, sold.settled_at is not None) == (Draw.State.DRAWN, True)
    assert close_due_draws() == 0
    winners = list(Winner.objects.order_by("place"))
    assert [winner.place for winner in winners] == list(range(WINNERS))
    assert early.items() <= {winner.place: winner.ticket_id for winner in winners}.items()
    assert sold.winner_id == winners[0].user_id
    prizes = Transaction.objects.filter(type="prize").values_list("user_id", flat=True)
    assert sorted(prizes) == sorted(winner.user_id for winner in winners)
    assert sorted(balance(player.pk) for player in players) == [40] * 2 + [140] * WINNERS
    assert LogRecord.objects.filter(draw=sold).values_list("kind", flat=True).count() == 3
    assert FrozenList.objects.filter(draw=sold).count() == 1
    assert OutboxEmail.objects.filter(key__startswith="won:").count() == WINNERS


@pytest.mark.parametrize("where", REFUNDING.values(), ids=list(REFUNDING))
def test_a_worker_killed_while_refunding_leaves_the_rest_to_the_next_sweep(
    sold, players, server_environment, where
):
    cancel_draw(sold.pk, reason="The host withdrew.")
    kill_a_worker(server_environment, where)
    close_due_draws()
    sold.refresh_from_db()
    assert (sold.state, sold.settled_at is not None) == (Draw.State.CANCELLED, True)
    assert [balance(player.pk) for player in players] == [50] * 5
    assert Transaction.objects.filter(type="refund").count() == 10
    assert OutboxEmail.objects.filter(key__startswith="refunded:").count() == 5
    assert close_due_draws() == 0


def test_sweeps_that_start_together_after_a_worker_was_killed_pay_once(sold, players, server_environment):
    let_close(sold)
    kill_a_worker(server_environment, CLOSING["between two prizes"])
    assert refusals(at_once([close_due_draws] * 6)) == []
    close_due_draws()
    assert Winner.objects.count() == Transaction.objects.filter(type="prize").count() == WINNERS
    assert sorted(balance(player.pk) for player in players) == [40] * 2 + [140] * WINNERS


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_a_sweep_that_pays_without_keys_pays_again_what_the_killed_worker_paid(
    sold, server_environment
):
    let_close(sold)
    assert (freeze_draw(sold.pk), draw_winners(sold.pk)) == (True, True)
    kill_it_when_it_stops(server_environment, "-c", PAY_WITHOUT_KEYS)
    pay_without_keys()
    assert Transaction.objects.filter(type="prize").count() == 2 + WINNERS
    assert [defect.split(":")[0] for defect in defects()] == ["prizes"]
