"""The ledger's daily seals: whoever rewrites the ledger so that it fits in itself is still found."""

from datetime import timedelta
from functools import partial
from io import StringIO

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from ledger import seals
from ledger.models import Transaction
from tests.conftest import unguarded
from tests.races.together import at_once
from tests.support import coins

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.plants_defects]

# What an owner of the database can do with the rules switched off: change a row and make the chain fit again.
REWRITE_THE_CHAIN = """
DO $$
DECLARE
    r transactions;
    head bytea := '';
    total integer := 0;
BEGIN
    FOR r IN SELECT * FROM transactions WHERE user_id = '{user}' ORDER BY user_seq LOOP
        total := total + r.amount;
        r.balance_after := total;
        head := ledger_row_hash(head, r);
        UPDATE transactions SET balance_after = total, hash = head WHERE id = r.id;
    END LOOP;
    UPDATE users SET coins = total WHERE id = '{user}';
END $$"""


@pytest.fixture(autouse=True)
def place(settings, tmp_path):
    """A place of this test's own for its seals."""
    kept = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"ledger_seals": kept}
    return tmp_path


@pytest.fixture
def move(alice, bob):
    """Moves coins of alice, once per number."""
    return lambda n: coins.move(alice.pk, 3, f"visit:{n}")


def check() -> tuple[int, str]:
    output = StringIO()
    try:
        call_command("check_integrity", "--seals", stdout=output, stderr=StringIO())
    except SystemExit as end:
        return int(end.code or 0), output.getvalue()
    return 0, output.getvalue()


def test_a_ledger_that_only_grew_fits_its_seals(move):
    for n in range(3):
        seals.seal_ledger(now=True)
        move(n)
    assert [seal.number for seal in seals.stored_seals()] == [1, 2, 3]
    assert check()[0] == 0


def test_a_chain_that_was_rewritten_to_fit_fails_the_seal_and_nothing_else(move, alice):
    move(1)
    seals.seal_ledger(now=True)
    with unguarded() as cursor:
        cursor.execute("UPDATE transactions SET amount = 300 WHERE idempotency_key = 'visit:1'")
        cursor.execute("UPDATE coin_orders SET coins = 300 WHERE idempotency_key = 'visit:1'")
        cursor.execute(REWRITE_THE_CHAIN.format(user=alice.pk))
    code, output = check()
    assert code == 1
    assert output.count("BAD") == 1
    assert "BAD  seals" in output
    assert "seal 1" in output


@pytest.mark.parametrize(
    "crime",
    [
        "DELETE FROM transactions WHERE idempotency_key = 'visit:2'",
        "UPDATE transactions SET user_id = '{bob}', user_seq = 9 WHERE idempotency_key = 'visit:2'",
        "UPDATE transactions SET hash = '\\x00' WHERE idempotency_key = 'visit:2'",
    ],
)
def test_rows_removed_moved_or_forged_before_a_seal_fail_it(move, bob, crime):
    move(1)
    move(2)
    seals.seal_ledger(now=True)
    move(3)
    with unguarded() as cursor:
        cursor.execute(crime.format(bob=bob.pk))
    found = seals.check_seals()
    assert found is not None
    assert found.row["seal"] == 1


def test_a_seal_that_was_changed_removed_or_made_unreadable_is_named(move, place):
    for n in range(3):
        move(n)
        seals.seal_ledger(now=True)
    second = place / "ledger-seal-000002.json"
    text = second.read_text()
    second.write_text(text.replace('"rows": 4', '"rows": 3'))
    assert seals.check_seals().row["seal"] in (2, 3)
    second.write_text("{")
    assert seals.check_seals().row["seal"] == "unreadable"
    second.unlink()
    assert seals.check_seals().row == {"seal": 2, "error": "a seal is missing or was changed"}


def test_one_seal_is_taken_a_day_however_many_workers_ask(move):
    taken = at_once([seals.seal_ledger for _ in range(8)])
    assert [type(seal).__name__ for seal in taken if seal is not None] == ["LedgerSeal"]
    assert seals.seal_ledger() is None
    assert len(seals.stored_seals()) == 1


def test_the_next_days_seal_is_taken_a_day_later(move):
    seals.seal_ledger()
    with time_machine.travel(timezone.now() + timedelta(hours=23), tick=True):
        assert seals.seal_ledger() is None
    with time_machine.travel(timezone.now() + timedelta(hours=25), tick=True):
        assert seals.seal_ledger().number == 2


def test_a_seal_taken_while_coins_move_never_misses_a_row_behind_its_last_one(alice, bob, make_player):
    players = [alice, bob, make_player("carla"), make_player("dora")]

    def play(player):
        for n in range(60):
            coins.move(player.pk, 3, f"visit:{player.pk}:{n}")

    def take():
        for _ in range(12):
            seals.seal_ledger(now=True)

    outcomes = at_once([*(partial(play, player) for player in players), take])
    assert outcomes == [None] * 5
    assert len(seals.stored_seals()) == 12
    assert seals.check_seals() is None


@pytest.mark.owner
def test_control_a_seal_at_the_highest_id_seen_misses_rows_that_are_still_being_written(alice, bob):
    """Why `ledger_watermark` waits: an id is drawn before its row can be seen."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('transactions', 'id'))")
        early = cursor.fetchone()[0]
    coins.move(alice.pk, 3, "visit:later")
    sealed = Transaction.objects.order_by("-pk").values_list("pk", flat=True).first()
    rows = Transaction.objects.filter(pk__lte=sealed).count()
    coins.order(bob.pk, 3, "visit:early")
    Transaction.objects.create(id=early, user=bob, type="import", amount=3, idempotency_key="visit:early")
    assert Transaction.objects.filter(pk__lte=sealed).count() == rows + 1
