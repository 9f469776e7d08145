"""Many processes move a few players' coins in every way there is, at once: nothing is lost or invented."""

import json
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from subprocess import PIPE

import pytest
from django.db import connection

from accounts.models import User
from draws.lifecycle.close import close_due_draws
from ledger.models import Transaction
from tests.conftest import defects
from tests.races.together import program
from tests.support.as_app import as_owner

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

SCRIPT = str(Path(__file__).with_name("hammering.py"))


@pytest.fixture
def five_players(make_player, make_draw, adjustments_without_limit):
    make_player("staff", is_staff=True, is_superuser=True)
    for n in range(5):
        make_player(f"player{n}", coins=300)
    for n in range(3):
        make_draw(title=f"Draw {n}", entry_fee=3, max_participants=1_000_000, max_per_player=1_000_000)


def order_coins(processes, moves):
    """An order for whatever a process may post as an import: as the database's owner, before they start."""
    with as_owner() as cursor:
        cursor.execute(
            """INSERT INTO coin_orders (idempotency_key, user_id, coins)
               SELECT 'p' || n || ':' || turn || ':' || u.id, u.id, 3
               FROM generate_series(0, %s - 1) n, generate_series(0, %s - 1) turn, users u
               WHERE NOT u.is_staff""",
            [processes, moves],
        )


def hammer(environment, processes, moves, *options):
    """What the processes were told they had done, by type."""
    told = Counter()
    order_coins(processes, moves)
    with ExitStack() as stack:
        pipes = {"stdin": PIPE, "stdout": PIPE}
        children = [
            stack.enter_context(
                program(SCRIPT, f"p{n}", str(moves), *options, environment=environment, **pipes)
            )
            for n in range(processes)
        ]
        for child in children:
            assert child.stdout.readline() == "ready\n"
        for child in children:
            child.stdin.write("go\n")
            child.stdin.flush()
        for child in children:
            told.update(json.loads(child.stdout.readline()))
    return told


def rows() -> Counter[str]:
    return Counter(Transaction.objects.values_list("type", flat=True))


@pytest.mark.parametrize(
    ("processes", "moves"),
    [(6, 150), pytest.param(20, 1000, marks=pytest.mark.nightly)],
)
def test_every_movement_that_was_confirmed_is_there_once_and_nothing_else(
    five_players, server_environment, processes, moves
):
    before = rows()
    told = hammer(server_environment, processes, moves)
    made = rows() - before
    # Everyone who gives a payment back is told that it is back, and it came back once.
    asked, returned = told.pop("refund?"), made.pop("refund")
    assert 0 < returned < asked
    assert made == told
    assert set(made) == {"entry", "adjustment", "import", "daily_bonus"}
    close_due_draws()
    for player in User.objects.all():
        mine = Transaction.objects.filter(user=player).order_by("user_seq")
        assert [row.user_seq for row in mine] == list(range(1, len(mine) + 1))
        assert player.coins == sum(row.amount for row in mine)


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_without_the_rules_the_same_load_loses_coins_and_is_caught(five_players, server_environment):
    with connection.cursor() as cursor:
        cursor.execute("CREATE SEQUENCE hammer")
    try:
        hammer(server_environment, 6, 150, "unsafe")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP SEQUENCE hammer")
    assert any(defect.startswith("coins:") for defect in defects())
