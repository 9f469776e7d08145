"""The fingerprint of a frozen list goes to everyone who entered, once, and says whether that was in time."""

import logging

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, OutboxEmail
from accounts.notifications.inbox import choose
from draws import tasks
from draws.lifecycle.close import draw_winners, freeze_draw
from draws.models import FreezeToTell, Seal
from draws.notifications import about, kinds, sweeps
from draws.notifications.sweeps import send_list_fingerprints
from draws.proof.log import newest_head
from tests.conftest import let_close, unguarded
from tests.draws.notifications.test_ticket_messages import told
from tests.support.pages import finish, signed_in, take

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_slow_machine_cuts_no_sweep_short(monkeypatch):
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 600)


def freeze(draw):
    let_close(draw)
    freeze_draw(draw.pk)
    draw.refresh_from_db()
    return bytes(Seal.objects.get(pk=draw.pk).freeze_hash).hex()


def test_everyone_who_entered_gets_the_fingerprint_once(alice, bob, draw):
    take(alice, draw, 2)
    take(bob, draw)
    assert send_list_fingerprints() == 0
    digest, head = freeze(draw), newest_head().hex()
    assert [send_list_fingerprints(), send_list_fingerprints()] == [1, 0]
    for player in (alice, bob):
        [(message, mail)] = told(player, "frozen")
        assert message.title == mail.subject == "List frozen: Lisbon for two"
        assert message.body.startswith("3 tickets. Keep this")
        assert message.url == f"/draws/{draw.pk}/"
        for text in (message.body, mail.text, mail.html):
            assert digest in text
            assert head in text
    assert not FreezeToTell.objects.exists()


def test_nobody_else_is_told_and_a_void_draw_has_no_list(alice, bob, make_draw):
    draw, void = make_draw(), make_draw(min_participants=5)
    take(alice, draw)
    take(alice, void)
    finish(draw, void)
    assert tasks.send_list_fingerprints() == 1
    assert Message.objects.filter(kind="frozen").count() == 1
    assert told(bob, "frozen") == []


def test_nobody_is_left_out_by_a_choice_made_before(alice, bob, draw):
    choose(alice, {"frozen": (False, True)})
    choose(bob, {"frozen": (False, False)})
    take(alice, draw)
    take(bob, draw)
    freeze(draw)
    send_list_fingerprints()
    assert set(Message.objects.filter(kind="frozen").values_list("user", flat=True)) == {alice.pk, bob.pk}
    mails = OutboxEmail.objects.filter(key__startswith="frozen:")
    assert set(mails.values_list("recipient", flat=True)) == {alice.email, bob.email}


def test_a_sweep_cut_short_goes_on_where_it_stopped(make_player, make_draw, monkeypatch):
    draw = make_draw(max_participants=30)
    for _ in range(7):
        take(make_player(), draw)
    freeze(draw)
    monkeypatch.setattr(sweeps, "PLAYERS_AT_ONCE", 3)
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 0)
    counts = []
    for _ in range(4):
        counts.append((send_list_fingerprints(), Message.objects.filter(kind="frozen").count()))
    assert counts == [(0, 3), (0, 6), (0, 7), (1, 7)]
    FreezeToTell.objects.create(draw=draw)
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 600)
    assert send_list_fingerprints() == 1
    assert Message.objects.filter(kind="frozen").count() == 7, "told again, nobody hears it twice"


def test_a_list_that_cannot_be_told_holds_up_no_other(alice, make_draw, monkeypatch, caplog):
    bad, good = make_draw(title="Bad"), make_draw(title="Good")
    for draw in (bad, good):
        take(alice, draw)
        freeze(draw)
    write = kinds.notify_frozen

    def fail_for_bad(draw, seal, players):
        if draw == bad:
            raise ValueError("cannot be put into words")
        write(draw, seal, players)

    with monkeypatch.context() as broken, caplog.at_level(logging.ERROR):
        broken.setattr(kinds, "notify_frozen", fail_for_bad)
        assert send_list_fingerprints() == 1
    assert "could not be told" in caplog.text
    assert send_list_fingerprints() == 1
    titles = [message.title for message, _ in told(alice, "frozen")]
    assert titles == ["List frozen: Good", "List frozen: Bad"]


def test_telling_costs_the_same_for_two_players_and_for_fifty(make_player, make_draw):
    def cost(players):
        draw = make_draw(max_participants=500)
        for _ in range(players):
            take(make_player(), draw)
        freeze(draw)
        with CaptureQueriesContext(connection) as captured:
            assert send_list_fingerprints() == 1
        return len(captured)

    assert cost(2) == cost(50) <= 30


@pytest.fixture
def waiting(beacon, make_draw, alice):
    """A draw that will wait for a round of the beacon, in which Alice holds a ticket."""
    draw = make_draw(title="Beacon", fairness_mode="beacon")
    take(alice, draw)
    return draw


def test_before_the_round_the_message_says_so(alice, waiting):
    freeze(waiting)
    send_list_fingerprints()
    seal = Seal.objects.get(pk=waiting.pk)
    [(message, mail)] = told(alice, "frozen")
    for text in (message.body, mail.text, mail.html):
        said = f"before round {seal.round} of the public beacon decides, at {seal.round_time:%H:%M:%S} UTC"
        assert said in text
        assert str(about.LOCAL_LABEL) not in text


def test_after_the_round_the_message_says_that_it_came_late(alice, waiting):
    freeze(waiting)
    with unguarded() as cursor:
        cursor.execute("UPDATE draw_seals SET round = 1000 WHERE draw_id = %s", [waiting.pk])
    send_list_fingerprints()
    due = Seal.objects.get(pk=waiting.pk).round_time
    [(message, mail)] = told(alice, "frozen")
    for text in (message.body, mail.text, mail.html):
        assert "Written late" in text
        assert f"round 1000 of the public beacon was due at {due:%H:%M:%S} UTC" in text
        assert "this message alone does not show" in text


def test_draws_that_wait_for_a_round_are_told_first(beacon, alice, make_draw, monkeypatch):
    for mode in ("local", "beacon"):
        draw = make_draw(title=mode.title(), fairness_mode=mode)
        take(alice, draw)
        freeze(draw)
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 0)
    send_list_fingerprints()
    assert [message.title for message, _ in told(alice, "frozen")] == ["List frozen: Beacon"]


def test_who_took_tickets_reads_the_fingerprints_at_once_and_by_message(alice, draw):
    entry = take(alice, draw)
    seal, head = bytes(Seal.objects.get(pk=draw.pk).open_hash).hex(), newest_head().hex()
    sweeps.send_receipts()
    [(message, mail)] = told(alice, "ticket")
    for text in (message.body, mail.text, mail.html):
        assert seal in text
        assert head in text
    assert entry.numbers == [1]
    page = signed_in(alice).get(f"/draws/{draw.pk}/").content.decode()
    assert seal in page
    assert head in page


def test_the_result_follows_whether_or_not_the_list_was_told(alice, draw):
    take(alice, draw)
    freeze(draw)
    assert draw_winners(draw.pk)
    assert send_list_fingerprints() == 1
