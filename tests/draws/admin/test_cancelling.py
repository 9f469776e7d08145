"""Staff cancel an open draw: they read what goes back, give the reason, and every coin does go back.

Here one member of staff is enough; `test_approvals.py` is about sites that ask for a second one.
"""

import pytest

from accounts.models import OutboxEmail
from draws.lifecycle.close import close_due_draws
from draws.models import Draw
from tests.conftest import let_close
from tests.support.pages import take, words
from tests.support.staff import form_data, logged, sign_in_boss


@pytest.fixture(autouse=True)
def one_person_is_enough(settings):
    settings.STAFF_APPROVALS = False


def cancel_page(draw):
    return f"/admin/draws/draw/{draw.pk}/cancel/"


@pytest.mark.django_db(transaction=True)
def test_the_page_says_what_goes_back_and_then_it_does(client, make_player, draw, alice, bob):
    boss = sign_in_boss(client, make_player)
    take(alice, draw, 3)
    take(bob, draw, 1)
    shown = client.get(cancel_page(draw))
    said = words(shown)
    assert "Tickets to refund 4" in said
    assert "Players 2" in said
    assert "Coins to refund 20" in said
    draw.refresh_from_db()
    assert draw.is_open

    done = client.post(cancel_page(draw), form_data(shown, reason="The shop has closed"))
    assert done.status_code == 302
    draw.refresh_from_db()
    assert (draw.state, draw.void_reason) == ("cancelled", "The shop has closed")
    message = (
        "Cancelled; refunds due at that moment: 4 tickets, 2 players, 20 coins. Why: The shop has closed"
    )
    assert logged(draw) == [(boss.email, message)]

    close_due_draws()
    for player in (alice, bob):
        player.refresh_from_db()
        assert player.coins == 50
    mail = OutboxEmail.objects.filter(recipient=alice.email).latest("pk")
    assert "The shop has closed" in mail.text


@pytest.mark.django_db(transaction=True)
def test_without_a_reason_nothing_is_cancelled(client, make_player, draw):
    sign_in_boss(client, make_player)
    refused = client.post(cancel_page(draw), {"reason": " \n "})
    assert refused.status_code == 400
    assert "Its players will read your reason" in words(refused)
    draw.refresh_from_db()
    assert draw.is_open
    assert logged(draw) == []


@pytest.mark.django_db(transaction=True)
def test_looking_at_the_page_cancels_nothing(client, make_player, draw):
    sign_in_boss(client, make_player)
    client.get(cancel_page(draw), {"reason": "By link"})
    draw.refresh_from_db()
    assert draw.is_open


@pytest.mark.django_db(transaction=True)
def test_a_draw_past_its_closing_time_is_not_cancelled_any_more(client, make_player, draw, alice):
    sign_in_boss(client, make_player)
    take(alice, draw)
    data = form_data(client.get(cancel_page(draw)), reason="Too late")
    let_close(draw)
    said = words(client.get(cancel_page(draw)))
    assert "Only a draw that is still open can be cancelled." in said
    assert "Reason" not in said
    refused = client.post(cancel_page(draw), data)
    assert refused.status_code == 400
    assert "Only a draw that is still open can be cancelled." in words(refused)
    draw.refresh_from_db()
    assert draw.cancelled_at is None
    assert logged(draw) == []


@pytest.mark.django_db(transaction=True)
def test_a_draft_is_deleted_instead(client, make_player, make_draft):
    sign_in_boss(client, make_player)
    draft = make_draft()
    refused = client.post(cancel_page(draft), {"reason": "Not wanted"})
    assert "This draw is still a draft. Delete it instead." in words(refused)
    assert Draw.objects.get(pk=draft.pk).state == "draft"


@pytest.mark.django_db(transaction=True)
def test_cancelling_twice_refunds_once(client, make_player, draw, alice):
    sign_in_boss(client, make_player)
    take(alice, draw, 2)
    data = form_data(client.get(cancel_page(draw)), reason="Once")
    assert [client.post(cancel_page(draw), data).status_code for _ in range(2)] == [302, 400]
    close_due_draws()
    close_due_draws()
    alice.refresh_from_db()
    assert alice.coins == 50
    assert len(logged(draw)) == 1
