"""Relays are couriers: whatever a bad one does, it decides nothing and holds nobody up for long."""

import json
from pathlib import Path

import pytest

from draws import fairness
from draws.beacon import chain, relays
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.rounds import fetch_rounds, keep
from draws.models import Draw, Round, Seal
from tests.conftest import forget_couriers, let_close
from tests.races.together import wait_until
from tests.support import signing
from tests.support.beacon_server import HOST, running
from tests.support.pages import take

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "drand_rounds.json").read_text())
QUICKNET = [case for case in VECTORS["rounds"] if case["chain"] == "quicknet"]
INVALID = [case for case in VECTORS["invalid_cases"] if case["chain"] == "quicknet"]
NUMBER = 777
LYING = ["another", "misnumbered", "foreign", "flipped", "shifted", "infinite"]
BROKEN = ["failing", "page", "garbage", "nested", "redirecting", "huge"]
SLOW = ["hanging", "trickling"]


def complaints(caplog):
    return [record.getMessage() for record in caplog.records if record.name == "draws.beacon.relays"]


@pytest.fixture
def replaying(monkeypatch, settings):
    """A relay of quicknet's recorded rounds, and quicknet as the accepted chain, as it is in the product."""
    monkeypatch.setattr(chain, "CHAIN", fairness.QUICKNET)
    settings.BEACON_TIMEOUT_SECONDS = 5
    forget_couriers()
    with running(fairness.QUICKNET) as server:
        settings.BEACON_RELAYS = [server.relay()]
        yield server
    forget_couriers()


def test_recorded_rounds_of_quicknet_are_accepted_from_a_relay(replaying):
    for case in QUICKNET:
        replaying.recorded[case["round"]] = bytes.fromhex(case["signature"])
        found = relays.fetch(case["round"])
        assert found == (bytes.fromhex(case["signature"]), replaying.relay())
    assert len(QUICKNET) >= 5


@pytest.mark.parametrize("case", INVALID, ids=[case["why"][:30] for case in INVALID])
def test_forged_rounds_of_quicknet_are_refused_from_a_relay_and_by_hand(replaying, case, db):
    signature = bytes.fromhex(case["signature"])
    replaying.recorded[case["round"]] = signature
    assert relays.fetch(case["round"]) is None
    with pytest.raises(fairness.BadRound):
        keep(case["round"], signature, "staff")
    assert not Round.objects.exists()


@pytest.mark.parametrize("manner", LYING + BROKEN + SLOW)
def test_a_bad_relay_brings_nothing_and_is_said_once_and_left_alone(beacon, settings, caplog, manner):
    beacon.release(NUMBER)
    beacon.release(NUMBER - 1)
    settings.BEACON_RELAYS = [beacon.relay(manner)]
    settings.BEACON_TIMEOUT_SECONDS = 1.5 if manner in SLOW else 10
    for _ in range(3):
        assert relays.fetch(NUMBER) is None
    assert beacon.times_asked(manner) == 1, "it rests after it failed"
    [said] = complaints(caplog)
    assert beacon.relay(manner) in said
    [relay] = relays._configured()
    wait_until(lambda: not relay.request.is_alive(), "the request was cut off")
    relay.rests_until = 0
    assert relays.fetch(NUMBER) is None
    assert beacon.times_asked(manner) == 2
    assert complaints(caplog) == [said], "the same complaint is not repeated"
    assert beacon.times_asked("honest") == 0, "nobody is followed elsewhere"


def test_a_relay_rests_whichever_side_noticed_first_that_it_is_late(beacon, settings):
    settings.BEACON_TIMEOUT_SECONDS = 0.02
    for number in range(NUMBER, NUMBER + 50):
        settings.BEACON_RELAYS = [beacon.relay("hanging")]
        assert relays.fetch(number) is None
        [relay] = relays._configured()
        assert relay.failures == 1
        relays.reset()


@pytest.mark.parametrize("manner", [*LYING, *BROKEN, *SLOW, "unknowing"])
def test_an_honest_relay_is_heard_beside_a_bad_one(beacon, settings, manner):
    signature = beacon.release(NUMBER)
    settings.BEACON_TIMEOUT_SECONDS = 10
    settings.BEACON_RELAYS = [beacon.relay(manner), beacon.relay("honest")]
    assert relays.fetch(NUMBER) == (signature, beacon.relay("honest"))


def test_nobody_listening_is_a_bad_relay_too(settings, caplog, beacon):
    settings.BEACON_RELAYS = [f"http://{HOST}:1", "https://relay.invalid"]
    assert relays.fetch(NUMBER) is None
    assert len(complaints(caplog)) == 2


def test_a_relay_that_has_to_wait_is_not_a_bad_one(beacon, settings, caplog):
    settings.BEACON_RELAYS = [beacon.relay("honest"), beacon.relay("unknowing")]
    for _ in range(3):
        assert relays.fetch(NUMBER) is None
    assert (beacon.times_asked("honest"), beacon.times_asked("unknowing")) == (3, 3)
    assert complaints(caplog) == []


def test_a_relay_that_recovers_is_asked_as_before(beacon, settings):
    settings.BEACON_RELAYS = [beacon.relay()]
    [relay] = relays._configured()
    relay.failed("x")
    relay.failed("x")
    assert relay.failures == 2
    relay.rests_until = 0
    signature = beacon.release(NUMBER)
    assert relays.fetch(NUMBER) == (signature, relay.url)
    assert (relay.failures, relay.complaint) == (0, "")


def test_each_relay_is_asked_first_in_turn(beacon, settings):
    beacon.release(NUMBER)
    settings.BEACON_TIMEOUT_SECONDS = 10
    settings.BEACON_RELAYS = [beacon.relay("honest"), beacon.relay("honest/")[:-1].replace(HOST, "localhost")]
    sources = {relays.fetch(NUMBER)[1] for _ in range(40)}
    assert sources == set(settings.BEACON_RELAYS)
    assert beacon.times_asked("honest") == 40, "the others are not asked when one has answered"


# -- in the life of a draw --


@pytest.fixture
def waiting(beacon, make_draw, alice):
    """A frozen beacon draw."""
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    let_close(draw)
    fetch_rounds()
    draw.refresh_from_db()
    assert draw.state == Draw.State.CLOSED
    return draw


@pytest.mark.django_db
def test_no_relay_is_asked_before_the_round_can_be_there_nor_again_and_again(waiting, beacon, monkeypatch):
    from draws.lifecycle import rounds

    asked = beacon.times_asked("honest")
    monkeypatch.setattr(relays, "ASK_AHEAD", 3.0)
    fetch_rounds()
    assert beacon.times_asked("honest") == asked
    monkeypatch.setattr(relays, "ASK_AHEAD", 7200.0)
    monkeypatch.setattr(rounds, "LONGEST_PAUSE", 60.0)
    for _ in range(5):
        fetch_rounds()
    assert beacon.times_asked("honest") == asked + 1


@pytest.mark.django_db
def test_a_lying_relay_does_not_keep_a_draw_from_its_round(waiting, beacon, settings):
    settings.BEACON_RELAYS = [beacon.relay(manner) for manner in (*LYING, "honest")]
    settings.BEACON_TIMEOUT_SECONDS = 20
    number = Seal.objects.get().round
    signature = beacon.release(number)
    fetch_rounds()
    close_due_draws()
    waiting.refresh_from_db()
    assert waiting.state == Draw.State.DRAWN
    assert bytes(Seal.objects.get().signature) == signature == signing.sign(signing.DEFAULT_SECRET, number)


@pytest.mark.django_db
@pytest.mark.parametrize("manner", SLOW)
def test_relays_that_hang_do_not_keep_a_list_from_being_frozen(beacon, make_draw, alice, settings, manner):
    settings.BEACON_RELAYS = [beacon.relay(manner)]
    settings.BEACON_TIMEOUT_SECONDS = 0.5
    draw = make_draw(fairness_mode="beacon")
    take(alice, draw)
    let_close(draw)
    assert fetch_rounds() == 1
    draw.refresh_from_db()
    assert draw.state == Draw.State.CLOSED
