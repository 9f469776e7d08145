"""Beacon mode: the winners follow from a round that does not exist yet when the ticket list is frozen."""

from datetime import timedelta

import pytest

from common.database.clock import database_now
from draws import fairness, reasons
from draws.beacon import chain
from draws.exceptions import NotPublishable
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.publish import publish_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Draw, FrozenList, LogRecord, Round, Seal, Winner
from draws.proof import seals
from draws.proof.seals import open_record
from ledger.services import balance
from tests.conftest import defects, let_close
from tests.races.together import wait_until
from tests.support import signing
from tests.support.beacon_draws import kinds, plant, round_of
from tests.support.pages import take

pytestmark = pytest.mark.django_db


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

    code = "import django; django.setup(); from draws.beacon import chain; print(chain.CHAIN.name)"
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
    # Nothing is frozen; but everybody sees whose tickets the void hit.
    seal = Seal.objects.get(pk=entered.pk)
    assert (seal.freeze_hash, seal.total) == (None, len(bytes(FrozenList.objects.get().refs)) // 32)
    assert defects() == []


def test_a_missed_freeze_is_in_the_log_before_the_time_of_the_round(entered, alice, beacon):
    past = int(database_now().timestamp()) - 1
    number = chain.round_for(past)
    plant("UPDATE draw_seals SET freeze_by = %s, round = %s", past, number)
    plant("UPDATE draws SET draw_time = draw_time - interval '1 hour'")
    close_due_draws()
    entered.refresh_from_db()
    assert (entered.void_code, entered.void_reason) == (Draw.VoidCode.NOT_FROZEN_IN_TIME, reasons.LATE)
    assert LogRecord.objects.latest("n").time < chain.CHAIN.round_time(number)
    assert beacon.asked == {}
    assert balance(alice.pk) == 50


def test_a_list_that_takes_longer_to_write_than_there_is_time_is_not_frozen(entered, monkeypatch, alice):
    plant("UPDATE draw_seals SET freeze_by = %s", int(database_now().timestamp()) + 1)

    def slow(record, write=seals.packed_refs):
        yield from write(record)
        wait_until(lambda: database_now().timestamp() > record.freeze_by + 1, "the time for freezing passes")

    monkeypatch.setattr(seals, "packed_refs", slow)
    fetch_rounds()
    close_due_draws()
    entered.refresh_from_db()
    assert (entered.void_code, entered.frozen_at) == (Draw.VoidCode.NOT_FROZEN_IN_TIME, None)
    # Nothing is frozen; but everybody sees whose tickets the void hit.
    seal = Seal.objects.get(pk=entered.pk)
    assert (seal.freeze_hash, seal.total) == (None, len(bytes(FrozenList.objects.get().refs)) // 32)
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
