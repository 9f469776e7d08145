"""Beacon mode: the winners follow from a round that does not exist yet when the ticket list is frozen."""

import hashlib
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from accounts.models import OutboxEmail
from draws import fairness, reasons
from draws.beacon import pinned
from draws.beacon.rounds import fetch_rounds
from draws.closing import close_due_draws
from draws.exceptions import NotPublishable
from draws.models import Draw, FrozenList, LogRecord, Round, Seal, Winner
from draws.overdue import is_overdue, overdue
from draws.publishing import publish_draw
from draws.sealing import open_record
from draws.services import database_now
from ledger.services import balance
from tests import signing
from tests.conftest import defects, let_close, unguarded
from tests.pages import take

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered(beacon, make_draw, alice, bob):
    """A beacon draw with tickets of Alice and Bob, past its closing time."""
    draw = make_draw(fairness_mode="beacon", min_participants=2)
    take(alice, draw, 3)
    take(bob, draw, 2)
    let_close(draw)
    return draw


@pytest.fixture
def frozen(entered):
    """The same with its list frozen; the beacon has not published the round."""
    fetch_rounds()
    entered.refresh_from_db()
    assert entered.state == Draw.State.CLOSED
    return entered


def round_of(draw):
    return Seal.objects.values_list("round", flat=True).get(pk=draw.pk)


def kinds(draw):
    return list(LogRecord.objects.filter(draw=draw).order_by("n").values_list("kind", flat=True))


def plant(statement, *values):
    with unguarded() as cursor:
        cursor.execute(statement, values)


def test_a_published_draw_has_sealed_the_round_it_will_wait_for(beacon, make_draft):
    draw = publish_draw(make_draft(fairness_mode="beacon").pk)
    seal, chain = Seal.objects.get(draw=draw), signing.beacon_chain()
    assert (bytes(seal.chain_hash), seal.scheme) == (chain.chain_hash, chain.scheme)
    assert seal.round == fairness.draw_round(seal.freeze_by, chain.genesis, chain.period)
    assert 60 <= seal.round_time.timestamp() - seal.freeze_by < 60 + chain.period
    assert open_record(draw, seal).beacon == fairness.BeaconRound(chain.chain_hash, chain.scheme, seal.round)
    assert bytes(seal.open_hash) == open_record(draw, seal).open_hash()


@pytest.mark.parametrize("source", ["BEACON_RELAYS", "BEACON_FOLDER"])
def test_beacon_mode_needs_somebody_who_brings_the_rounds(make_draft, settings, source):
    draft = make_draft(fairness_mode="beacon")
    with pytest.raises(NotPublishable, match="No beacon is configured: choose the operator-run mode"):
        publish_draw(draft.pk)
    setattr(settings, source, ["https://relay.example"] if source == "BEACON_RELAYS" else "/tmp")
    assert publish_draw(draft.pk).is_open


def test_the_accepted_chain_is_quicknet_and_no_variable_changes_it(server_environment):
    from tests.races.together import program

    code = "import django; django.setup(); from draws.beacon import pinned; print(pinned.CHAIN.name)"
    given = server_environment | {"BEACON_CHAIN": "other", "BEACON_CHAIN_HASH": "00"}
    with program("-c", code, environment=given, stdout=-1) as site:
        assert site.communicate(timeout=60)[0] == "quicknet\n"


def test_the_whole_path_from_publishing_to_winners(entered, beacon, alice, bob):
    assert close_due_draws() == 0, "the sweep that asks relays freezes beacon draws"
    fetch_rounds()
    entered.refresh_from_db()
    seal = Seal.objects.get(draw=entered)
    assert (entered.state, kinds(entered)) == (Draw.State.CLOSED, ["open", "freeze"])
    assert seal.is_seed_public
    mode, seed = fairness.Mode.BEACON, bytes(seal.server_seed)
    refs = fairness.PackedRefs(bytes(FrozenList.objects.get(draw=entered).refs))
    frozen = fairness.freeze_hash(mode, bytes(seal.open_hash), fairness.ticket_root(refs), 5, seed)
    assert bytes(seal.freeze_hash) == frozen

    fetch_rounds()
    assert (close_due_draws(), Winner.objects.count()) == (0, 0), "the round is not out"
    signature = beacon.release(seal.round)
    fetch_rounds()
    close_due_draws()
    entered.refresh_from_db()
    seal.refresh_from_db()
    assert (entered.state, kinds(entered)) == (Draw.State.DRAWN, ["open", "freeze", "result"])
    policy = fairness.Policy.ONE_PRIZE_PER_PLAYER
    key = fairness.pick_key(mode, frozen, signature, seed)
    places = fairness.pick_winners(key, refs, winners=1, reserves=0, policy=policy)
    assert (bytes(seal.signature), seal.places) == (signature, places)
    assert bytes(seal.result_hash) == fairness.result_hash(mode, frozen, signature, seed, places)
    [winner] = Winner.objects.all()
    assert winner.ticket.ticket_number == places[0] + 1
    assert balance(alice.pk) + balance(bob.pk) == 100 - 25 + 100
    row = Round.objects.get()
    assert (row.round, bytes(row.signature), row.source) == (seal.round, signature, beacon.relay("honest"))
    assert defects() == []


def test_draws_of_the_same_round_share_it_and_have_different_winners_keys(beacon, make_draw, alice):
    closes = (database_now() + timedelta(hours=1)).replace(microsecond=0)
    draws = [make_draw(fairness_mode="beacon", draw_time=closes) for _ in range(3)]
    for draw in draws:
        take(alice, draw)
        let_close(draw)
    fetch_rounds()
    beacon.release(round_of(draws[0]))
    fetch_rounds()
    close_due_draws()
    assert Draw.objects.filter(drawn_at__isnull=False).count() == 3
    assert Round.objects.count() == 1
    assert len({bytes(seal.result_hash) for seal in Seal.objects.all()}) == 3


def test_a_round_that_is_known_before_freezing_voids_the_draw(entered, beacon, alice, bob):
    beacon.release(round_of(entered))
    fetch_rounds()
    close_due_draws()
    entered.refresh_from_db()
    assert (entered.void_code, entered.void_reason) == (Draw.VoidCode.NOT_FROZEN_IN_TIME, reasons.KNOWN)
    assert kinds(entered) == ["open", "void"]
    assert LogRecord.objects.latest("n").time < Seal.objects.get(draw=entered).round_time.timestamp()
    assert (balance(alice.pk), balance(bob.pk)) == (50, 50)
    assert not FrozenList.objects.exists()
    assert defects() == []


def test_a_missed_freeze_is_in_the_log_before_the_time_of_the_round(entered, alice, beacon):
    past = int(database_now().timestamp()) - 1
    number = pinned.round_for(past)
    plant("UPDATE draw_seals SET freeze_by = %s, round = %s", past, number)
    plant("UPDATE draws SET draw_time = draw_time - interval '1 hour'")
    close_due_draws()
    entered.refresh_from_db()
    assert (entered.void_code, entered.void_reason) == (Draw.VoidCode.NOT_FROZEN_IN_TIME, reasons.LATE)
    assert LogRecord.objects.latest("n").time < pinned.CHAIN.round_time(number)
    assert beacon.asked == {}
    assert balance(alice.pk) == 50


def test_a_list_that_takes_longer_to_write_than_there_is_time_is_not_frozen(entered, monkeypatch, alice):
    from draws import closing

    def slow(draw, record, write=closing._parts):
        yield from write(draw, record)
        plant("UPDATE draw_seals SET freeze_by = %s", int(database_now().timestamp()) - 1)
        record.refresh_from_db(fields=["freeze_by"])

    monkeypatch.setattr(closing, "_parts", slow)
    fetch_rounds()
    close_due_draws()
    entered.refresh_from_db()
    assert (entered.void_code, entered.frozen_at) == (Draw.VoidCode.NOT_FROZEN_IN_TIME, None)
    assert not FrozenList.objects.exists()
    assert kinds(entered) == ["open", "void"]
    assert balance(alice.pk) == 50


def test_when_nobody_asks_relays_the_list_is_frozen_in_time_all_the_same(entered):
    assert close_due_draws() == 0
    plant("UPDATE draws SET draw_time = draw_time - interval '31 seconds'")
    close_due_draws()
    entered.refresh_from_db()
    assert entered.state == Draw.State.CLOSED


def test_below_the_minimum_a_beacon_draw_is_void_without_a_round(beacon, make_draw, alice):
    draw = make_draw(fairness_mode="beacon", min_participants=2)
    take(alice, draw)
    let_close(draw)
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.void_code == Draw.VoidCode.BELOW_MINIMUM


# -- a round that is late, or never comes --


def time_of_the_round(draw, ago):
    """Have the draw's list frozen, and its round due, so long ago."""
    number = pinned.CHAIN.round_at(int((database_now() - ago).timestamp()))
    plant("UPDATE draw_seals SET round = %s WHERE draw_id = %s", number, draw.pk)
    plant(
        "UPDATE draws SET frozen_at = clock_timestamp() - %s - interval '2 minutes' WHERE id = %s",
        ago,
        draw.pk,
    )
    draw.refresh_from_db()
    return number


def test_a_draw_that_waits_for_its_round_is_not_overdue_until_the_round_is_late(frozen):
    plant("UPDATE draws SET frozen_at = frozen_at - interval '3 minutes'")
    frozen.refresh_from_db()
    assert overdue() == ([], False)
    assert not is_overdue(frozen, database_now())
    time_of_the_round(frozen, timedelta(minutes=2))
    [late], _ = overdue()
    seal = Seal.objects.get(draw=frozen)
    assert (late.draw, late.since) == (frozen, seal.round_time)
    assert late.why == f"Waiting for the beacon since {seal.round_time:%d %B %Y, %H:%M:%S} UTC."
    assert is_overdue(Draw.objects.get(), database_now())


def test_a_round_that_comes_days_late_still_decides(frozen, beacon):
    beacon.release(time_of_the_round(frozen, timedelta(days=6, hours=23)))
    fetch_rounds()
    close_due_draws()
    frozen.refresh_from_db()
    assert frozen.state == Draw.State.DRAWN


def test_a_round_that_nobody_brings_for_seven_days_voids_the_draw_and_leaves_list_and_seed(
    frozen, alice, bob, beacon
):
    time_of_the_round(frozen, timedelta(days=6, hours=23))
    fetch_rounds()
    close_due_draws()
    frozen.refresh_from_db()
    assert frozen.state == Draw.State.CLOSED
    number = time_of_the_round(frozen, timedelta(days=7, seconds=10))
    close_due_draws()
    frozen.refresh_from_db()
    seal = Seal.objects.get(draw=frozen)
    assert (frozen.state, frozen.void_code) == (Draw.State.VOID, Draw.VoidCode.BEACON_MISSING)
    assert (balance(alice.pk), balance(bob.pk)) == (50, 50)
    assert OutboxEmail.objects.filter(key__startswith="refunded:").count() == 2
    expected = fairness.void_hash(
        bytes(seal.open_hash), bytes(seal.freeze_hash), fairness.VoidCode.BEACON_MISSING, frozen.void_reason
    )
    assert bytes(seal.void_hash) == expected
    assert seal.is_seed_public
    assert FrozenList.objects.filter(draw=frozen).exists()

    beacon.release(number)
    fetch_rounds()
    assert close_due_draws() == 0
    assert (Round.objects.count(), Winner.objects.count()) == (0, 0)


def test_local_draws_neither_ask_relays_nor_wait_for_them(make_draw, alice, beacon):
    draw = make_draw()
    take(alice, draw)
    let_close(draw)
    close_due_draws()
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.state == Draw.State.DRAWN
    assert beacon.asked == {}


# -- what is published and frozen never changes --


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
    rest = {name: bytes(32) for name in ("server_seed", "entry_secret", "seed_commit", "open_hash")}
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
