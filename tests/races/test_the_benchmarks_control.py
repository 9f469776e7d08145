"""What the benchmarks compare the service with does the same work, or the comparison would say nothing."""

import pytest

from benchmarks import control
from draws.entries import take
from draws.lifecycle.cancel import cancel_draw
from draws.models import Participation
from ledger.models import Transaction
from tests.conftest import let_close

# The control works in the client, with rights that the site's role does not have.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.owner]

SERVICES = (take.take_tickets, control.take_tickets)


def outcome(take_tickets, player, draw, count, request_id):
    """What a call answers or refuses, without the numbers of draws and players."""
    try:
        entry = take_tickets(player.pk, draw.pk, count, request_id)
    except take.EntryRefused as refusal:
        return type(refusal).__name__
    return entry.numbers, entry.coins_spent, entry.balance, entry.replayed


def written(player, draw):
    """What the database then holds of the player and the draw."""
    player.refresh_from_db()
    draw.refresh_from_db()
    rows = Transaction.objects.filter(user=player).order_by("user_seq")
    tickets = Participation.objects.filter(user=player).order_by("id")
    return (
        [(row.type, row.amount, row.balance_after, row.description) for row in rows if row.type == "entry"],
        [(ticket.ticket_number, ticket.taken_on, ticket.transaction is not None) for ticket in tickets],
        (player.coins, player.total_participations, player.current_streak, player.last_ticket_on),
        draw.current_participants,
    )


@pytest.mark.parametrize(
    "steps", [[(2, "request-1"), (1, "request-2")], [(2, "request-1")] * 2, [(5, "request-1")]]
)
def test_the_control_writes_the_same_rows(make_player, make_draw, steps):
    found = []
    for take_tickets in SERVICES:
        player, draw = make_player("player"), make_draw()
        answers = [outcome(take_tickets, player, draw, *step) for step in steps]
        found.append((answers, written(player, draw)))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    "case", ["limit", "coins", "full", "closed", "cancelled", "vip", "unconfirmed", "suspended", "conflict"]
)
def test_the_control_refuses_the_same(make_player, make_draw, case):
    found = []
    for take_tickets in SERVICES:
        player = make_player("player", confirmed=case != "unconfirmed", coins=9 if case == "coins" else 50)
        draw = make_draw(vip_only=case == "vip", max_participants=2 if case == "full" else 10)
        if case == "full":
            take_tickets(make_player("another").pk, draw.pk, 1, "request-of-another")
        elif case == "closed":
            let_close(draw)
        elif case == "cancelled":
            cancel_draw(draw.pk, reason="The host withdrew.")
        elif case == "suspended":
            type(player).objects.filter(pk=player.pk).update(is_active=False)
        elif case == "conflict":
            take_tickets(player.pk, draw.pk, 1, "request-1")
        count = 6 if case == "limit" else 2
        found.append((outcome(take_tickets, player, draw, count, "request-1"), written(player, draw)))
    assert isinstance(found[0][0], str)
    assert found[0] == found[1]
