"""Staff find a draw, a ticket or a coin movement by what they know of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from draws.models import Participation
from ledger.models import Transaction
from tests.conftest import unguarded
from tests.support.pages import finish, take, words
from tests.support.staff import sign_in_boss

DRAWS, TICKETS, COINS = (
    f"/admin/{name}/" for name in ("draws/draw", "draws/participation", "ledger/transaction")
)


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def found(client, page, **query):
    answer = client.get(page, query)
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


@pytest.mark.django_db
def test_draws_are_filtered_by_how_they_are_drawn(client, boss, make_draft):
    beacon, local = make_draft(fairness_mode="beacon"), make_draft(fairness_mode="local")
    assert found(client, DRAWS, mode="beacon") == [beacon]
    assert found(client, DRAWS, mode="local") == [local]
    assert len(found(client, DRAWS, mode="both")) == 2


@pytest.mark.django_db(transaction=True)
def test_a_ticket_is_found_by_the_numbers_of_its_draw_and_its_own(client, boss, make_draw, alice, bob):
    one, other = make_draw(), make_draw()
    take(alice, one, 2)
    take(bob, other, 3)
    ticket = Participation.objects.get(draw=other, ticket_number=2)
    for typed in (f"{other.pk}/2", f"{other.pk} 2", f"#{other.pk} / #2", f"draw {other.pk}, ticket 2"):
        assert found(client, TICKETS, q=typed) == [ticket]
    assert found(client, TICKETS, q=f"{one.pk}/3") == []
    assert found(client, TICKETS, q=f"{'9' * 30}/1") == []


@pytest.mark.django_db(transaction=True)
def test_all_coins_that_moved_for_a_draw_are_a_link_away(client, boss, make_draw, alice):
    one, other = make_draw(prize_coins=25, prize_amount=0), make_draw()
    take(alice, one)
    take(alice, other)
    finish(one)
    page = client.get(f"{DRAWS}{one.pk}/change/")
    assert f'href="{COINS}?q=draw:{one.pk}"' in page.content.decode()
    assert [row.type for row in found(client, COINS, q=f"draw:{one.pk}")] == ["prize", "entry"]


@pytest.mark.django_db
def test_coin_movements_are_found_by_their_day_the_latest_first(client, boss, make_player):
    player = make_player(coins=50)
    days = {0: "today", 1: "yesterday", 5: "five days ago", 20: "twenty days ago", 40: "forty days ago"}
    with unguarded() as cursor:
        cursor.execute("DELETE FROM transactions")
        for seq, (ago, said) in enumerate(days.items(), 1):
            cursor.execute(
                """INSERT INTO transactions (user_id, type, amount, description, idempotency_key, user_seq,
                                             balance_after, hash, created_at)
                   VALUES (%s, 'daily_bonus', 5, %s, %s, %s, 5, '', %s)""",
                [player.pk, said, said, seq, timezone.now() - timedelta(days=ago)],
            )

    def shown(**query):
        return [row.description for row in found(client, COINS, **query)]

    assert shown(day="today") == ["today"]
    assert shown(day="yesterday") == ["yesterday"]
    assert shown(day="week") == ["today", "yesterday", "five days ago"]
    assert shown(day="month") == ["today", "yesterday", "five days ago", "twenty days ago"]
    assert shown(q=f"{timezone.localdate() - timedelta(days=20)}") == ["twenty days ago"]
    assert shown(q="2026-02-30") == shown(q="9999-12-31") == []
    assert len(shown(day="never")) == len(days) == Transaction.objects.count()


@pytest.mark.django_db
def test_a_list_in_which_nothing_fits_says_so(client, boss):
    assert "0 transactions Nothing matches" in words(client.get(COINS, {"q": "draw:999"}))
    assert "0 draws Nothing matches" in words(client.get(DRAWS, {"state": "void"}))
    assert "0 tickets There is nothing here yet." in words(client.get(TICKETS))
