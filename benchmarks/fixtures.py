"""The players and draws that the benchmarks sell tickets in."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.db import connection
from django.utils import timezone

from accounts.models import RulesAcceptance, User
from draws.lifecycle.publish import publish_draw
from draws.models import Draw
from ledger.models import CoinOrder, Transaction

COINS = 900_000_000
# As many tickets as a draw may have: more than a run sells.
MANY = 1_000_000
# The id of player n, also for those who have no list of the ids.
PLAYER, PLAYER_SQL = "bench{:027}", "'bench' || lpad(({})::text, 27, '0')"


def players(count: int) -> list[str]:
    """The ids of so many new players with confirmed emails and more coins than they can spend."""
    made = User.objects.bulk_create(
        User(id=PLAYER.format(n), email=f"{n}@bench.example") for n in range(count)
    )
    RulesAcceptance.objects.bulk_create(RulesAcceptance(user=user, version="bench") for user in made)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=user, email=user.email, primary=True, verified=True) for user in made
    )
    CoinOrder.objects.bulk_create(
        CoinOrder(user=user, coins=COINS, idempotency_key=f"bench:{user.pk}") for user in made
    )
    Transaction.objects.bulk_create(
        Transaction(user=user, type="import", amount=COINS, idempotency_key=f"bench:{user.pk}")
        for user in made
    )
    return [user.pk for user in made]


def draws(count: int) -> list[int]:
    """The numbers of so many new open draws that never fill up."""
    closes = timezone.now().replace(microsecond=0) + timedelta(days=1)
    made = []
    for _ in range(count):
        draw = Draw.objects.create(
            title="A bicycle for the city",
            entry_fee=5,
            prize_coins=500,
            max_participants=MANY,
            max_per_player=MANY,
            draw_time=closes,
        )
        made.append(publish_draw(draw.pk).pk)
    return made


def reset_server_state() -> None:
    """Start each run from the same state of the server's buffers and statistics."""
    with connection.cursor() as cursor:
        for statement in ("VACUUM (ANALYZE) users, transactions, participations, draws", "CHECKPOINT"):
            cursor.execute(statement)
