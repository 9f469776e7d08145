"""Staff may hide a name and add a film; who won, and whether a name is shown, is not theirs."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from draws.models import Winner
from draws.prizes.claims import claim_prize
from tests.support.pages import finish, take, words
from tests.support.prizes import DETAILS, HIDDEN
from tests.support.staff import form_data, logged, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/admin/draws/winner/"


@pytest.fixture
def winner(make_draw, alice):
    draw = make_draw(prize_amount=250)
    take(alice, draw)
    finish(draw)
    return Winner.objects.get()


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def page(winner):
    return f"{LIST}{winner.pk}/change/"


def change(client, winner, **changes):
    answer = client.post(page(winner), form_data(client.get(page(winner)), **changes))
    winner.refresh_from_db()
    return answer


def test_a_hand_over_is_not_typed_in(client, winner, boss):
    for wanted in ("claimed", "sent", "lapsed", "none"):
        change(client, winner, hand_over=wanted, reason="A mistake")
        assert winner.hand_over == "to_claim"
    assert logged(winner) == []


def test_a_change_needs_a_reason(client, winner, boss):
    refused = change(client, winner, hidden_by_staff="on")
    assert "Say why" in words(refused)
    assert not winner.hidden_by_staff


def test_staff_may_hide_a_name_and_never_show_one(client, winner, boss):
    Winner.objects.filter(pk=winner.pk).update(is_public=True, public_name="A. from Lisbon")
    winner.refresh_from_db()
    change(client, winner, hidden_by_staff="on", reason="Somebody else's name")
    assert winner.hidden_by_staff
    assert winner.shown_name() == "a player"
    assert logged(winner)[0][1] == "Hide the public name: no → yes. Why: Somebody else's name"

    Winner.objects.filter(pk=winner.pk).update(is_public=False, public_name="")
    change(client, winner, is_public="on", public_name="Alice", hidden_by_staff=None, reason="For the news")
    assert (winner.is_public, winner.public_name) == (False, "")
    assert winner.shown_name() == "a player"


def test_nothing_else_about_a_winner_can_be_typed_in(client, winner, boss, bob):
    kept = [
        "user_id",
        "draw_id",
        "ticket_id",
        "prize_amount",
        "prize_coins",
        "place",
        "won_at",
        "transaction_id",
    ]
    before = {name: getattr(winner, name) for name in kept}
    change(
        client,
        winner,
        user=bob.pk,
        prize_amount="1",
        prize_coins="9",
        place="3",
        reason="x",
    )
    assert {name: getattr(winner, name) for name in kept} == before
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{winner.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_save_does_not_undo_what_settling_wrote_meanwhile(client, winner, boss):
    data = form_data(client.get(page(winner)), hidden_by_staff="on", reason="Somebody else's name")
    with CaptureQueriesContext(connection) as queries:
        client.post(page(winner), data)
    updates = [each["sql"] for each in queries if each["sql"].startswith('UPDATE "winners"')]
    assert len(updates) == 1
    # A row saved whole, as it was read before it was settled, would be paid again.
    assert "hidden_by_staff" in updates[0]
    assert not any(
        column in updates[0]
        for column in ("settled_at", "transaction_id", "forfeited_at", "is_public", "hand_over")
    )


def test_prizes_that_wait_are_found_by_their_state_and_shown_on_the_first_page(client, winner, boss):
    assert list(client.get(LIST, {"hand_over": "to_claim"}).context["cl"].result_list) == [winner]
    assert list(client.get(LIST, {"hand_over": "claimed"}).context["cl"].result_list) == []
    assert "Prizes to send" not in words(client.get("/admin/"))
    claim_prize(winner.pk, winner.user_id, DETAILS, HIDDEN)
    assert "1 Prizes to send" in words(client.get("/admin/"))


def test_a_winner_is_found_by_the_player_and_by_the_draw(client, winner, boss, alice, bob):
    for term in (alice.email, alice.email[:7], alice.pk, str(winner.draw_id)):
        assert list(client.get(LIST, {"q": term}).context["cl"].result_list) == [winner]
    assert list(client.get(LIST, {"q": bob.email}).context["cl"].result_list) == []


def test_who_may_only_look_cannot_change(client, winner, make_player):
    sign_in_clerk(client, make_player, "draws.view_winner")
    assert "To claim" in words(client.get(page(winner)))
    assert client.post(page(winner), {"hand_over": "claimed", "reason": "x"}).status_code == 403
