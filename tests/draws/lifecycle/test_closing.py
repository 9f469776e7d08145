"""Closing: the list is frozen, winners follow from it, and every coin ends where it belongs, once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from accounts.models import OutboxEmail
from draws import fairness
from draws.entries.take import take_tickets
from draws.exceptions import DrawNotFound, NotCancellable
from draws.lifecycle import close, settle
from draws.lifecycle.cancel import cancel_draw, cancel_preview
from draws.lifecycle.close import close_due_draws, draw_winners, freeze_draw
from draws.lifecycle.settle import settle_draw
from draws.models import Draw, FrozenList, LogRecord, Participation, Seal, Winner
from draws.proof.sealed_secrets import secrets_of
from draws.proof.seals import ref_of
from ledger.services import balance, history
from tests.conftest import defects, let_close, unguarded

pytestmark = pytest.mark.django_db


@pytest.fixture
def entered(make_draw, alice, bob):
    """A draw in which Alice holds tickets 1, 2 and 4, Bob ticket 3; its closing time has passed."""

    def make(**fields):
        draw = make_draw(**fields)
        take_tickets(alice.pk, draw.pk, 2, "request-1")
        take_tickets(bob.pk, draw.pk, 1, "request-1")
        take_tickets(alice.pk, draw.pk, 1, "request-2")
        let_close(draw)
        return draw

    return make


def test_a_due_draw_is_frozen_drawn_and_paid_in_one_sweep(entered, alice, bob):
    draw = entered()
    close_due_draws()
    draw.refresh_from_db()
    assert draw.state == Draw.State.DRAWN
    assert draw.settled_at is not None
    [winner] = Winner.objects.filter(draw=draw)
    assert draw.winner_id == winner.user_id
    assert winner.ticket.user_id == winner.user_id
    before = {alice.pk: 35, bob.pk: 45}
    for player_id, coins in before.items():
        assert balance(player_id) == coins + (100 if player_id == winner.user_id else 0)
    assert close_due_draws() == 0
    assert defects() == []


def test_the_result_is_the_one_that_anyone_computes_from_the_published_records(entered, alice, bob):
    draw = entered()
    close_due_draws()
    seal = Seal.objects.get(draw=draw)
    seed = secrets_of(seal).server_seed
    owners = [alice.pk, alice.pk, bob.pk, alice.pk]
    refs = [ref_of(seal, owner) for owner in owners]
    assert b"".join(bytes(part.refs) for part in FrozenList.objects.filter(draw=draw)) == b"".join(refs)
    root = fairness.ticket_root(refs)
    frozen = fairness.freeze_hash(fairness.Mode.LOCAL, bytes(seal.open_hash), root, 4, None)
    key = fairness.pick_key(fairness.Mode.LOCAL, frozen, b"", seed)
    policy = fairness.Policy.ONE_PRIZE_PER_PLAYER
    places = fairness.pick_winners(key, refs, winners=1, reserves=0, policy=policy)
    result = fairness.result_hash(fairness.Mode.LOCAL, frozen, b"", seed, places)
    assert (bytes(seal.root), seal.total, bytes(seal.freeze_hash)) == (root, 4, frozen)
    assert (seal.places, bytes(seal.result_hash)) == (places, result)
    assert Winner.objects.get(draw=draw).ticket.ticket_number == places[0] + 1
    kinds = LogRecord.objects.filter(draw=draw).order_by("n").values_list("kind", flat=True)
    assert list(kinds) == ["open", "freeze", "result"]


def test_the_log_is_one_unbroken_chain(entered, make_draw):
    entered()
    close_due_draws()
    cancel_draw(make_draw().pk, reason="The host withdrew.")
    first, *records = LogRecord.objects.order_by("n")
    head = bytes(first.head)
    for n, record in enumerate(records, 1):
        assert (record.n, bytes(record.prev)) == (n, head)
        head = fairness.log_head(head, n, record.time, record.kind, bytes(record.record_hash))
        assert bytes(record.head) == head


def test_winners_and_reserves_are_different_players(make_draw, make_player):
    draw = make_draw(winner_count=2, reserve_count=2, max_participants=20)
    for name in ("ann", "ben", "cem"):
        take_tickets(make_player(name).pk, draw.pk, 5, "request-1")
    let_close(draw)
    close_due_draws()
    winners = Winner.objects.filter(draw=draw).order_by("place")
    assert [winner.place for winner in winners] == [0, 1]
    places = Seal.objects.get(draw=draw).places
    holders = [Participation.objects.get(draw=draw, ticket_number=i + 1).user_id for i in places]
    assert len(holders) == len(set(holders)) == 3  # three players fill three of the four places
    draw.refresh_from_db()
    assert draw.winner_id == winners[0].user_id
    assert defects() == []


def test_one_prize_a_ticket_may_give_a_player_two(make_draw, alice):
    draw = make_draw(winner_count=2, prize_policy="one_prize_per_ticket")
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    let_close(draw)
    close_due_draws()
    alice.refresh_from_db()
    assert (alice.total_wins, alice.coins) == (2, 240)
    assert defects() == []


def test_a_prize_that_is_not_coins_is_to_be_claimed(entered):
    draw = entered(prize_coins=0, prize_amount=Decimal("250.00"))
    close_due_draws()
    winner = Winner.objects.get(draw=draw)
    assert (winner.hand_over, winner.transaction_id) == (Winner.HandOver.TO_CLAIM, None)
    assert winner.claim_by - winner.won_at == timedelta(days=14)
    winner.user.refresh_from_db()
    assert (winner.user.total_wins, winner.user.total_earnings) == (1, Decimal("250.00"))
    assert (winner.is_public, winner.shown_name()) == (False, "a player")
    assert defects() == []


def test_the_winner_is_told_once(entered):
    draw = entered()
    close_due_draws()
    settle_draw(draw.pk)
    settle.settle_winner(Winner.objects.get(draw=draw).pk)
    [mail] = OutboxEmail.objects.filter(key__startswith="won:")
    winner = Winner.objects.get(draw=draw)
    assert mail.recipient == winner.user.email
    assert f"Ticket {winner.ticket.ticket_number:04} won in" in mail.text
    assert "Lisbon for two" in mail.text
    assert "100 coins" in mail.text


def test_a_draw_before_its_closing_time_is_left_alone(draw):
    assert not freeze_draw(draw.pk)
    assert not draw_winners(draw.pk)
    assert not settle_draw(draw.pk)
    assert close_due_draws() == 0


@pytest.mark.parametrize(("minimum", "code"), [(5, Draw.VoidCode.BELOW_MINIMUM), (1, None)])
def test_a_draw_below_its_minimum_is_void_and_every_coin_goes_back(entered, alice, bob, minimum, code):
    draw = entered(min_participants=minimum)
    close_due_draws()
    draw.refresh_from_db()
    assert draw.void_code == code
    if code:
        assert draw.state == Draw.State.VOID
        assert draw.void_reason == "Too few tickets were taken: 4, and the draw needed 5."
        assert (balance(alice.pk), balance(bob.pk)) == (50, 50)
        assert not Winner.objects.exists()
    assert defects() == []


def test_a_draw_that_nobody_entered_is_void(draw):
    let_close(draw)
    close_due_draws()
    draw.refresh_from_db()
    assert (draw.state, draw.void_reason) == (Draw.State.VOID, "Nobody took a ticket.")
    assert draw.settled_at is not None


def test_a_list_not_frozen_in_the_time_promised_voids_the_draw(entered, alice):
    draw = entered()
    with unguarded() as cursor:
        cursor.execute("UPDATE draw_seals SET freeze_by = %s", [int(timezone.now().timestamp()) - 1])
    close_due_draws()
    draw.refresh_from_db()
    assert draw.void_code == Draw.VoidCode.NOT_FROZEN_IN_TIME
    assert balance(alice.pk) == 50


def test_cancelling_gives_every_coin_back_and_tells_why(make_draw, alice, bob):
    draw = make_draw()
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    take_tickets(alice.pk, draw.pk, 1, "request-2")
    take_tickets(bob.pk, draw.pk, 1, "request-1")
    preview = cancel_preview(draw.pk)
    assert (preview.tickets, preview.players, preview.coins) == (4, 2, 20)
    cancelled = cancel_draw(draw.pk, reason="The host  withdrew.")
    assert (cancelled.state, cancelled.void_reason) == (Draw.State.CANCELLED, "The host withdrew.")
    close_due_draws()
    assert (balance(alice.pk), balance(bob.pk)) == (50, 50)
    assert [row.type for row in history(alice.pk)] == ["refund", "refund", "entry", "entry", "signup_bonus"]
    alice.refresh_from_db()
    assert alice.total_participations == 3  # a refund does not undo having taken part
    mail = OutboxEmail.objects.get(recipient=alice.email, key__startswith="refunded:")
    assert "The host withdrew." in mail.text
    assert "15 coins" in mail.text
    assert close_due_draws() == 0
    assert defects() == []


def test_refunds_reach_more_players_than_one_batch_holds(make_draw, make_player, monkeypatch):
    monkeypatch.setattr(settle, "PLAYERS_AT_ONCE", 2)
    draw = make_draw()
    players = [make_player(f"p{n}") for n in range(5)]
    for player in players:
        take_tickets(player.pk, draw.pk, 1, "request-1")
    cancel_draw(draw.pk, reason="Test")
    close_due_draws()
    assert [balance(player.pk) for player in players] == [50] * 5
    assert defects() == []


def test_what_cannot_be_cancelled_is_not(draw, make_draft, entered):
    closed = entered()
    close_due_draws()
    cases = [(make_draft().pk, "draft"), (closed.pk, "still open"), (draw.pk, "Say why")]
    for draw_id, sentence in cases:
        with pytest.raises(NotCancellable, match=sentence):
            cancel_draw(draw_id, reason=" " if sentence == "Say why" else "x")
    with pytest.raises(DrawNotFound):
        cancel_draw(10**9, reason="x")
    assert draw.is_active


def test_a_draw_past_its_closing_time_can_no_longer_be_cancelled(draw, alice):
    take_tickets(alice.pk, draw.pk, 1, "request-1")
    let_close(draw)
    with pytest.raises(NotCancellable, match="still open"):
        cancel_draw(draw.pk, reason="I do not like the winner")


def test_a_draw_that_fails_does_not_hold_up_the_others(entered, make_draw, alice, caplog):
    broken, sound = entered(), entered(title="Sound")
    with unguarded() as cursor:
        cursor.execute("UPDATE draws SET current_participants = 3 WHERE id = %s", [broken.pk])
    close_due_draws()
    broken.refresh_from_db()
    sound.refresh_from_db()
    assert (broken.state, sound.state) == (Draw.State.CLOSING, Draw.State.DRAWN)
    assert f"Draw {broken.pk}: freeze_draw failed" in caplog.text


@pytest.mark.owner
def test_winners_hold_their_ticket_and_never_change(entered, make_player):
    draw = entered()
    close_due_draws()
    winner = Winner.objects.get(draw=draw)
    with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
        Winner.objects.filter(pk=winner.pk).update(place=3)
    with pytest.raises(DatabaseError, match="never changed or removed"), transaction.atomic():
        winner.delete()
    with pytest.raises(DatabaseError, match="holds the winning ticket"), transaction.atomic():
        Winner.objects.create(draw=draw, user=make_player("other"), place=7, ticket=winner.ticket)


@pytest.mark.parametrize("step", ["freeze_draw", "draw_winners", "settle_draw"])
def test_the_next_sweep_goes_on_where_one_stopped(entered, monkeypatch, alice, bob, step):
    draw = entered()
    home = settle if step == "settle_draw" else close
    with monkeypatch.context() as stopped:

        def stop(draw_id: int) -> bool:
            raise RuntimeError("stopped here")

        stopped.setattr(home, step, stop)
        close_due_draws()
    close_due_draws()
    draw.refresh_from_db()
    assert draw.settled_at is not None
    assert balance(alice.pk) + balance(bob.pk) == 180
    assert Winner.objects.filter(draw=draw).count() == 1
    assert defects() == []
