"""What is published and frozen never changes: the database refuses it."""

import hashlib

import pytest
from django.db import DatabaseError, connection, transaction

from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Seal
from tests.support.beacon_draws import round_of

pytestmark = pytest.mark.django_db


CHANGES = [
    "UPDATE draw_seals SET chain_hash = sha256('x')",
    "UPDATE draw_seals SET scheme = 'other'",
    "UPDATE draw_seals SET round = round + 1",
    "UPDATE draw_seals SET round = NULL, scheme = NULL, chain_hash = NULL",
    "UPDATE draw_seals SET signature = set_byte(signature, 40, 7)",
    "UPDATE draw_seals SET signature = NULL",
    "UPDATE draw_seals SET server_seed = sha256('x')",
    "UPDATE draw_seals SET places = '{0}', result_hash = sha256('x')",
    "DELETE FROM draw_seals",
    "TRUNCATE draw_seals CASCADE",
    "UPDATE frozen_lists SET refs = sha256('x')",
    "DELETE FROM frozen_lists",
    "TRUNCATE frozen_lists",
    "UPDATE fairness_log SET time = time + 1",
    "DELETE FROM fairness_log",
    "TRUNCATE fairness_log",
    "UPDATE beacon_rounds SET signature = set_byte(signature, 40, 7)",
    "UPDATE beacon_rounds SET source = 'me'",
    "DELETE FROM beacon_rounds",
    "TRUNCATE beacon_rounds",
]


@pytest.mark.parametrize("statement", CHANGES)
@pytest.mark.owner
def test_records_lists_rounds_and_log_never_change_not_even_for_their_owner(frozen, beacon, statement):
    beacon.release(round_of(frozen))
    fetch_rounds()
    close_due_draws()
    with connection.cursor() as cursor:
        # What is checked at the end of a transaction is checked now, so that nothing waits for TRUNCATE.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    with (
        pytest.raises(DatabaseError, match=r"never changed or removed|the one obtained for its own round"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE draw_seals SET result_hash = sha256('x'), places = '{0}'", "seals_result_of_a_frozen_list"),
        (
            "UPDATE draw_seals SET result_hash = sha256('x'), signature = decode(repeat('ab', 48), 'hex')",
            "the one obtained for its own round",
        ),
        ("UPDATE draw_seals SET signature = decode(repeat('ab', 48), 'hex')", "obtained for its own round"),
        (
            "INSERT INTO fairness_log (n, time, kind, draw_id, record_hash, prev, head)"
            " SELECT n + 2, time, 'void', draw_id, head, head, head FROM fairness_log WHERE n = 2",
            "follows the last one",
        ),
        (
            "INSERT INTO fairness_log (n, time, kind, draw_id, record_hash, prev, head)"
            " SELECT n + 1, time, 'void', draw_id, head, head, head FROM fairness_log WHERE n = 2",
            "its head covers it",
        ),
        (
            "INSERT INTO fairness_log (n, time, kind, draw_id, record_hash, prev, head)"
            " SELECT n + 1, time, 'freeze', draw_id, head, head,"
            " fairness_log_head(head, n + 1, time, 'freeze', head) FROM fairness_log WHERE n = 2",
            "frozen once",
        ),
    ],
)
def test_no_result_without_the_round_and_no_record_beside_the_log(frozen, statement, sentence):
    with (
        pytest.raises(DatabaseError, match=sentence),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_whoever_has_the_signature_can_no_longer_void(frozen, beacon):
    beacon.release(round_of(frozen))
    fetch_rounds()
    close_due_draws()
    with pytest.raises(DatabaseError, match="seals_one_result_or_void"), transaction.atomic():
        Seal.objects.update(void_hash=hashlib.sha256(b"x").digest())


@pytest.mark.parametrize(
    ("mode", "fields"),
    [("local", {"chain_hash": bytes(32), "scheme": "x", "round": 1}), ("beacon", {})],
)
def test_a_beacon_is_sealed_in_beacon_mode_and_in_no_other(make_draft, mode, fields):
    rest = {name: bytes(32) for name in ("seed_commit", "open_hash")} | {"secrets": "x"}
    seal = Seal(
        draw=make_draft(fairness_mode=mode), seq=1, draw_uid=bytes(16), closes_at=1, freeze_by=1, terms="{}"
    )
    for name, value in (rest | fields).items():
        setattr(seal, name, value)
    with pytest.raises(DatabaseError, match="in beacon mode, and with no other"), transaction.atomic():
        seal.save(force_insert=True)


def test_published_draws_leave_no_gap_in_their_numbers(draw, make_draft):
    seal = Seal.objects.get(draw=draw)
    seal.draw, seal.seq, seal.draw_uid = make_draft(), 3, bytes(16)
    with pytest.raises(DatabaseError, match="without a gap"), transaction.atomic():
        seal.save(force_insert=True)
