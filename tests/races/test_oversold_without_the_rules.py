"""The control of the races for the last tickets: without lock and rules, the same race sells too many."""

import itertools

import pytest
from django.db import connection

from draws.entries.take import Entry, take_tickets
from draws.models import Draw, Participation
from ledger.models import Transaction
from tests.conftest import defects
from tests.races.together import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)

PLAYERS, TICKETS = 64, 50
numbers = itertools.count(1)


@pytest.fixture
def race(make_player, make_draw):
    return [make_player(f"player{number}") for number in range(PLAYERS)], make_draw(max_participants=TICKETS)


def take_a_ticket_naively(player, draw):
    """Check, then insert, as is often written: nothing holds the draw between the two."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    seen = Draw.objects.get(pk=draw.pk)
    if seen.current_participants >= seen.max_participants:
        raise LookupError("sold out")
    paid = Transaction.objects.create(user=player, type="entry", amount=-5, user_seq=9)
    Participation.objects.create(user=player, draw=seen, ticket_number=next(numbers), transaction=paid)
    Draw.objects.filter(pk=draw.pk).update(current_participants=seen.current_participants + 1)


def test_sixty_four_players_at_once_buy_the_last_fifty_tickets_and_no_more(race):
    players, draw = race
    outcomes = at_once([lambda p=p: take_tickets(p.pk, draw.pk, 1, "the-request") for p in players])
    assert refusals(outcomes) == ["DrawFull"] * (PLAYERS - TICKETS)
    sold = sorted(outcome.numbers[0] for outcome in outcomes if isinstance(outcome, Entry))
    assert sold == list(range(1, TICKETS + 1))
    assert Transaction.objects.filter(type="entry").count() == TICKETS


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_the_same_race_without_lock_and_rules_sells_more_tickets_than_there_are(race):
    players, draw = race
    outcomes = at_once([lambda p=p: take_a_ticket_naively(p, draw) for p in players])
    assert set(refusals(outcomes)) <= {"LookupError"}
    assert Participation.objects.filter(draw=draw).count() > TICKETS
    assert any("ticket counts" in defect for defect in defects())
