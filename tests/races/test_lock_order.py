"""Everything that moves coins and draws, all at once: nothing waits in a circle, and the books balance."""

import random
import threading
from functools import partial

import pytest
from django.db import OperationalError, connection, transaction

from accounts.models import User
from draws.entries.take import take_tickets
from draws.exceptions import EntryRefused
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, Participation, Winner
from ledger import services
from ledger.bonuses import claim_daily_bonus
from ledger.exceptions import LedgerError
from ledger.models import Transaction
from tests.conftest import let_close
from tests.races.together import at_once, refusals, wait_until, wait_until_alone

pytestmark = pytest.mark.django_db(transaction=True)

SEED = 11


def deadlocks() -> int:
    """How many the server has counted in this database; it is told when a connection ends."""
    wait_until_alone()
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def play(seed: int, players: list[User], draws: list[Draw], times: int) -> None:
    """Enter draws at random, several tickets at a time."""
    chance = random.Random(seed)
    for turn in range(times):
        player, draw = chance.choice(players), chance.choice(draws)
        try:
            take_tickets(player.pk, draw.pk, chance.randint(1, 3), f"request-{seed}-{turn:04}")
        except EntryRefused:
            continue


def move_coins(seed: int, players: list[User], actor: User, times: int) -> None:
    """Daily visits and corrections up and down, at random."""
    chance = random.Random(seed)
    for turn in range(times):
        player, amount = chance.choice(players), chance.choice([-7, 5, 9])
        claim_daily_bonus(player)
        try:
            services.adjust(player.pk, amount, "A correction", actor=actor, key=f"{seed}:{turn}")
        except LedgerError:
            continue


def call_off(draws: list[Draw]) -> None:
    """Cancel one draw after the other in the middle of its sale, and settle what ends."""
    for draw in draws:
        wait_until(partial(has_sold, draw, 30), "30 tickets are sold")
        cancel_draw(draw.pk, reason="The host withdrew.")
        close_due_draws()


def has_sold(draw: Draw, tickets: int) -> bool:
    return Participation.objects.filter(draw=draw).count() >= tickets


def sweep(times: int) -> None:
    for _ in range(times):
        close_due_draws()


def test_entries_refunds_prizes_bonuses_and_corrections_at_once_never_deadlock(make_player, make_draw):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    players = [make_player(f"player{number}", coins=400) for number in range(8)]
    terms = {"max_participants": 400, "max_per_player": 400, "entry_fee": 2}
    ended = [make_draw(**terms, winner_count=3, prize_policy="one_prize_per_ticket") for _ in range(6)]
    for draw in ended:
        play(draw.pk, players, [draw], 12)
        let_close(draw)
    cancelled, others = [make_draw(**terms) for _ in range(4)], [make_draw(**terms) for _ in range(2)]
    before = deadlocks()
    outcomes = at_once(
        [lambda n=n: play(SEED + n, players, cancelled + others, 60) for n in range(8)]
        + [lambda n=n: move_coins(SEED + n, players, boss, 40) for n in range(3)]
        + [lambda: call_off(cancelled), lambda: sweep(12), lambda: sweep(12)]
    )
    assert refusals(outcomes) == []
    assert deadlocks() == before
    sweep(2)
    assert not Draw.objects.unsettled().exists()
    assert Winner.objects.filter(settled_at__isnull=False).count() == 18
    payments = Participation.objects.filter(draw__in=cancelled).values("transaction").distinct()
    assert Transaction.objects.filter(type="refund").count() == payments.count() > 0


def test_each_payment_made_while_a_draw_is_cancelled_is_returned_once_or_was_refused(make_player, make_draw):
    players = [make_player(f"player{number}", coins=100) for number in range(8)]
    draw = make_draw(max_participants=1000, max_per_player=1000, entry_fee=1)
    outcomes = at_once(
        [lambda n=n, p=p: play(SEED + n, [p], [draw], 30) for n, p in enumerate(players)]
        + [lambda: call_off([draw]), lambda: sweep(3), lambda: sweep(3)]
    )
    assert refusals(outcomes) == []
    sweep(1)
    assert [services.balance(player.pk) for player in players] == [100] * 8
    payments = Transaction.objects.filter(type="entry").count()
    assert Transaction.objects.filter(type="refund").count() == payments
    assert payments < 8 * 30, "the draw was cancelled only after the last entry"


def test_control_taking_the_draw_before_the_player_deadlocks_and_is_counted(draw, alice):
    """The order that no service uses, against the one they all do: the server has to end one of the two."""
    before = deadlocks()
    both_hold_one = threading.Barrier(2, timeout=20)

    def lock(first, second):
        with transaction.atomic():
            list(first.select_for_update())
            both_hold_one.wait()
            list(second.select_for_update())

    player_row, draw_row = User.objects.filter(pk=alice.pk), Draw.objects.filter(pk=draw.pk)
    outcomes = at_once([lambda: lock(draw_row, player_row), lambda: lock(player_row, draw_row)])
    assert refusals(outcomes) == ["OperationalError"]
    assert "deadlock detected" in str(next(each for each in outcomes if isinstance(each, OperationalError)))
    assert deadlocks() == before + 1
