"""The page of one draw, in every state it can be in."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from draws.lifecycle import close
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.text_changes import add_to_texts
from draws.models import Seal
from draws.proof.sealed_secrets import secrets_of
from tests.conftest import let_close
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def page_of(draw, user=None, client=None):
    return (signed_in(user) if user else client).get(f"/draws/{draw.pk}/")


def test_a_visitor_reads_the_rules_before_signing_in(client, make_draw):
    draw = make_draw(
        min_participants=3, prize_amount=350, prize_coins=0, prize_details="Two nights\nBreakfast"
    )
    page = words(page_of(draw, client=client))
    assert "Sign in to enter" in page
    assert "New players start with 50 coins." in page
    assert (
        "If fewer than 3 tickets are taken by closing time, the draw is void and every coin goes back."
        in page
    )
    assert "Two nights" in page
    assert "Worth €350 in total" in page
    assert f'/accounts/login/?next=/draws/{draw.pk}/"' in page_of(draw, client=client).content.decode()


def test_the_label_of_an_operator_run_draw_stands_word_for_word(client, draw):
    label = (
        "Operator-run draw. The arithmetic can be checked, "
        "but the operator could know or influence the result."
    )
    assert label in words(page_of(draw, client=client))
    for address in ("/", "/how-it-works/"):
        assert label in words(client.get(address))


def test_the_last_coin_left_is_one_coin(draw, make_player):
    page = words(page_of(draw, make_player("carol", coins=6)))
    assert "You would hold" not in page
    assert "With 1 you would hold 1 of 1 tickets, 1 of 10 if all are taken, and have 1 coin left." in page
    assert "You can take 1 more ticket now." in page


def test_numbers_held_are_shown_up_to_a_dozen(make_draw, alice):
    draw = make_draw(max_participants=100, max_per_player=40, entry_fee=1)
    take(alice, draw, 40)
    page = words(page_of(draw, alice))
    assert "0012 and 28 more" in page
    assert "0013" not in page


def test_a_player_who_has_not_confirmed_their_email_is_told_so(draw, make_player):
    page = words(page_of(draw, make_player("carol", confirmed=False)))
    assert "Confirm your email first" in page
    assert "Enter this draw" not in page.split("Closes in")[1]


def test_a_player_with_too_few_coins_is_told_so(draw, make_player):
    page = words(page_of(draw, make_player("carol", coins=4)))
    assert "You have 4 coins, but a ticket costs 5." in page
    assert "Ways to earn coins" in page


def test_a_player_at_the_limit_is_told_so(draw, alice):
    take(alice, draw, 5)
    assert "You hold all 5 tickets that one player can take." in words(page_of(draw, alice))


def test_vip_draws_are_open_to_vips_only(make_draw, alice, make_player):
    draw = make_draw(vip_only=True)
    assert "Only for VIP players" in words(page_of(draw, alice))
    assert "With 1 you would hold" in words(page_of(draw, make_player("carol", is_vip=True)))


def test_early_access_says_when_everyone_may_enter(make_draw, alice, make_player):
    soon = timezone.now() + timedelta(minutes=30)
    draw = make_draw(early_access_until=soon)
    assert "VIP players first" in words(page_of(draw, alice))
    assert "With 1 you would hold" in words(page_of(draw, make_player("carol", is_vip=True)))


def test_a_sold_out_draw_waits_for_its_time(client, make_draw, alice):
    draw = make_draw(max_participants=2)
    take(alice, draw, 2)
    assert "All 2 tickets are taken." in words(page_of(draw, client=client))
    page = words(page_of(draw, alice))
    assert "Sold out" in page
    assert "0001 0002" in page


def test_while_it_is_drawn_the_page_says_so_and_offers_to_look_again(draw, alice):
    take(alice, draw, 2)
    let_close(draw)
    for state in ("closing", "closed"):
        response = page_of(draw, alice)
        assert f'data-state="{state}"' in response.content.decode()
        assert "Being drawn" in words(response)
        assert "Check for the result" in words(response)
        assert "You hold 2 tickets." in words(response)
        close.freeze_draw(draw.pk)


def test_the_winner_reads_that_they_won_and_what_was_credited(draw, alice):
    take(alice, draw, 2)
    finish(draw)
    page = words(page_of(draw, alice))
    assert "won" in page
    assert "It is yours, Alice." in page
    assert "Credited to your purse 100" in page


def test_the_others_read_who_won_and_what_they_held(make_draw, alice, bob, make_player):
    draw = make_draw()
    take(alice, draw)
    take(bob, draw)
    finish(draw)
    loser = bob if draw.winner_id == alice.pk else alice
    page = words(page_of(draw, loser))
    assert "Not this time" in page
    assert "Ticket 000" in page
    stranger = words(page_of(draw, make_player("carol")))
    assert "This draw is over" in stranger
    assert "You held no tickets in it." in stranger


def test_a_void_draw_says_why_and_what_came_back(make_draw, alice):
    draw = make_draw(min_participants=5)
    take(alice, draw, 2)
    finish(draw)
    page = words(page_of(draw, alice))
    assert "No winner: the draw is void" in page
    assert "needed 5" in page
    assert "Returned to your purse 10" in page


def test_a_cancelled_draw_says_why_before_and_after_the_coins_came_back(draw, alice, client):
    take(alice, draw, 2)
    cancel_draw(draw.pk, actor=None, reason="The host withdrew.")
    assert "Your coins are on their way back" in words(page_of(draw, alice))
    close.close_due_draws()
    page = words(page_of(draw, alice))
    assert "Cancelled" in page
    assert "The host withdrew." in page
    assert "Returned to your purse 10" in page
    assert "Every coin went back" in words(page_of(draw, client=client))


def test_a_draft_is_shown_to_staff_only(client, make_draft, alice, make_player):
    draft = make_draft(title="A secret draft")
    for response in (page_of(draft, client=client), page_of(draft, alice)):
        assert response.status_code == 404
        assert "A secret draft" not in words(response)
    seen = page_of(draft, make_player("carol", is_staff=True))
    assert seen.status_code == 200
    assert "Only staff see this page." in words(seen)


@pytest.mark.parametrize("number", ["0", "99", "2147483647", "2147483648", "9" * 30])
def test_a_draw_that_does_not_exist_has_a_page_that_says_so(client, number):
    response = client.get(f"/draws/{number}/")
    assert response.status_code == 404
    assert "There is no such draw" in words(response)
    assert "nothing was charged" in words(response)


def test_secrets_stay_secret_until_the_draw_and_the_entry_secret_for_ever(draw, alice):
    take(alice, draw)
    seal = Seal.objects.get(pk=draw.pk)
    seed, entry_secret = secrets_of(seal).server_seed.hex(), secrets_of(seal).entry_secret.hex()
    before = page_of(draw, alice).content.decode()
    assert bytes(seal.open_hash).hex() in before
    assert seed not in before
    assert entry_secret not in before
    let_close(draw)
    close.freeze_draw(draw.pk)
    assert seed not in page_of(draw, alice).content.decode()
    close.close_due_draws()
    after = page_of(draw, alice).content.decode()
    assert seed in after
    assert entry_secret not in after
    seal.refresh_from_db()
    for fingerprint in (seal.freeze_hash, seal.result_hash):
        assert fingerprint is not None
        assert bytes(fingerprint).hex() in after


def test_what_was_added_after_publishing_is_shown_as_such(make_draw, client):
    draw = make_draw(description="A weekend away")
    add_to_texts(draw.pk, {"description": "Breakfast is included."}, actor=None)
    page = words(page_of(draw, client=client))
    assert "A weekend away Breakfast is included." in page
    assert "added to “Description”: Breakfast is included." in page


def test_what_staff_write_is_text_and_never_markup(make_draw, client):
    draw = make_draw(title="<b>Bold</b>", description="<script>alert(1)</script>", prize_details="<i>x</i>")
    page = page_of(draw, client=client).content.decode()
    assert "<b>Bold" not in page
    assert "<script>alert" not in page
    assert "<i>x" not in page
    assert "&lt;b&gt;Bold" in page


@pytest.mark.parametrize("ended", [False, True])
def test_the_page_costs_the_same_however_many_tickets_there_are(make_draw, make_player, ended):
    def cost(tickets: int) -> int:
        draw = make_draw(max_participants=500, max_per_player=500, entry_fee=1, winner_count=40)
        players = [make_player("carol", coins=500) for _ in range(max(2, tickets // 10))]
        for player in players:
            take(player, draw, tickets // len(players))
        if ended:
            finish(draw)
        client = signed_in(players[0])
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/draws/{draw.pk}/")
        return len(captured)

    assert cost(200) == cost(2) <= 13


def test_times_are_on_the_players_own_clock(client, make_draw, make_player):
    draw = make_draw(
        draw_time=timezone.now().replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=2)
    )
    assert "12:00 UTC" in words(page_of(draw, client=client))
    tokyo = words(page_of(draw, make_player("kenji", time_zone="Asia/Tokyo")))
    assert "21:00 your time" in tokyo
    assert "Times are those of Tokyo." in tokyo
