"""A form that was opened before tickets were sold, and is saved after, sets no counter back."""

import pytest
from django.db import models

from accounts.models import User
from draws.entries.take import take_tickets
from draws.models import Draw, Participation
from ledger.services import balance
from tests.conftest import defects, unguarded
from tests.races.together import at_once, refusals

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 25


def sell(player, draw):
    for number in range(ROUNDS):
        take_tickets(player.pk, draw.pk, 1, f"request-{number:04}")


def save_again_and_again(stale, **changes):
    for number in range(ROUNDS):
        for name, value in changes.items():
            setattr(stale, name, f"{value} {number}")
        stale.save()


@pytest.fixture
def big_draw(make_draw):
    return make_draw(max_participants=1000, max_per_player=1000, entry_fee=1)


def test_profiles_saved_while_their_players_take_tickets_change_no_coins(make_player, big_draw):
    players = [make_player(f"player{number}", coins=100) for number in range(4)]
    stale = [User.objects.get(pk=player.pk) for player in players]
    outcomes = at_once(
        [lambda player=player: sell(player, big_draw) for player in players]
        + [lambda copy=copy: save_again_and_again(copy, first_name="New name") for copy in stale]
    )
    assert refusals(outcomes) == []
    for player in players:
        player.refresh_from_db()
        assert (player.coins, player.total_participations) == (100 - ROUNDS, ROUNDS)
        assert player.first_name == f"New name {ROUNDS - 1}"


def test_a_draw_saved_while_its_tickets_are_sold_keeps_its_count(make_player, big_draw):
    players = [make_player(f"player{number}") for number in range(4)]
    stale = Draw.objects.get(pk=big_draw.pk)
    outcomes = at_once(
        [lambda player=player: sell(player, big_draw) for player in players]
        + [lambda: save_again_and_again(stale)]
    )
    assert refusals(outcomes) == []
    big_draw.refresh_from_db()
    assert big_draw.current_participants == len(players) * ROUNDS == Participation.objects.count()


@pytest.mark.owner
def test_a_save_of_every_column_is_refused_when_it_would_change_coins_or_tickets(alice, draw):
    stale_player, stale_draw = User.objects.get(pk=alice.pk), Draw.objects.get(pk=draw.pk)
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    outcomes = at_once([lambda: plain_save(stale_player), lambda: plain_save(stale_draw)])
    assert "Coins of player" in str(outcomes[0])
    assert "move only through the services" in str(outcomes[1])
    assert balance(alice.pk) == 40
    assert Draw.objects.get(pk=draw.pk).current_participants == 2


@pytest.mark.owner
@pytest.mark.plants_defects
def test_control_the_plain_way_to_save_gives_spent_coins_back_and_forgets_tickets(alice, draw):
    stale_player, stale_draw = User.objects.get(pk=alice.pk), Draw.objects.get(pk=draw.pk)
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    with unguarded():
        plain_save(stale_player)
        plain_save(stale_draw)
    assert balance(alice.pk) == 50
    assert Draw.objects.get(pk=draw.pk).current_participants == 0
    assert [defect.split(":")[0] for defect in defects()][:2] == ["coins", "house"]


def plain_save(instance: models.Model) -> None:
    """Save every column, as Django does unless a model says otherwise."""
    models.Model.save(instance)
