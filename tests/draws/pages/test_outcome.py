"""What players find with their own result: a win that names its prize, or the odds and what is open."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.play.breaks import take_break
from draws.models import Winner
from draws.prizes.claims import Publicity, choose_publicity
from ledger.safer_play.limits import set_limit
from tests.support.coins import move
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db

OFFER = "Open now, at about the same price"


@pytest.fixture
def rich(make_player):
    """A player who buys enough tickets for somebody else to lose beside them."""
    return make_player("rich", coins=1000)


def lost_by(player, rich, make_draw, held=1, others=2, **terms):
    """A draw that the player did not win: another one where the player had luck."""
    while True:
        draw = make_draw(max_participants=500, max_per_player=400, **terms)
        take(player, draw, held)
        take(rich, draw, others)
        finish(draw)
        if draw.winner_id != player.pk:
            player.refresh_from_db()
            return draw


def page_of(draw, player):
    return words(signed_in(player).get(f"/draws/{draw.pk}/"))


def test_a_win_of_coins_names_them_and_the_purse_before_and_after(draw, alice):
    take(alice, draw, 2)
    finish(draw)
    page = page_of(draw, alice)
    assert "You won 100 coins" in page
    assert "Your balance 40 + 100 140 140" in page
    assert "The coins are in your purse You do not need to claim anything." in page
    assert "Your name stays off them unless you add it." in page
    move(alice.pk, 7, "test:since")
    assert "Your balance 147 147" in page_of(draw, alice), "not the sum of the win any more"


def test_several_wins_of_one_draw_are_one_sum(make_draw, alice):
    draw = make_draw(winner_count=2, prize_policy="one_prize_per_ticket")
    take(alice, draw, 2)
    finish(draw)
    page = page_of(draw, alice)
    assert "You won 2 prizes, also with" in page
    assert "Your balance 40 + 200 240" in page


def test_a_win_that_is_sent_says_what_to_do_and_what_comes_then(make_draw, alice):
    draw = make_draw(title="A moka pot", prize_amount=45, prize_coins=0)
    take(alice, draw)
    finish(draw)
    page = page_of(draw, alice)
    assert "You won A moka pot Worth €45" in page
    assert "Tell us where to send the prize Do it by" in page
    assert "We send it to you You get a message when it is on its way." in page
    assert "Your balance" not in page


def test_sharing_a_win_names_only_a_winner_who_chose_to_be_named(draw, alice):
    take(alice, draw)
    finish(draw)
    assert "Ticket 0001 won me 100 coins on Lucky11" in (
        signed_in(alice).get(f"/draws/{draw.pk}/").content.decode()
    )
    assert "your ticket’s number, not your name" in page_of(draw, alice)
    win = Winner.objects.get(draw=draw, place=0)
    choose_publicity(win.pk, alice.pk, Publicity("alias", "Lucky Luke"))
    assert "names you as Lucky Luke." in page_of(draw, alice)
    Winner.objects.filter(pk=win.pk).update(hidden_by_staff=True)
    assert "Lucky Luke" not in page_of(draw, alice)


@pytest.mark.parametrize(
    ("held", "others", "said"),
    [
        (1, 2, "You held 1 of 3 tickets: a chance of 1 in 3."),
        (2, 4, "You held 2 of 6 tickets: a chance of 1 in 3."),
        (3, 7, "You held 3 of 10 tickets: a chance of 30 %."),
        (3, 8, "You held 3 of 11 tickets: a chance of about 27.2 %."),
    ],
)
def test_who_did_not_win_reads_the_odds_they_had_and_can_watch(make_draw, alice, rich, held, others, said):
    move(alice.pk, 500, "test:more")
    draw = lost_by(alice, rich, make_draw, held, others)
    answer = signed_in(alice).get(f"/draws/{draw.pk}/")
    page = words(answer)
    assert f"Not this time Ticket {Winner.objects.get(draw=draw).ticket.ticket_number:04d} won" in page
    assert said in page
    assert f'href="/draws/{draw.pk}/live/"' in answer.content.decode()
    assert not {"almost", "nearly", "so close"} & set(page.lower().split())


def test_the_odds_of_several_prizes_are_those_of_any_of_them(make_draw, alice, rich):
    move(alice.pk, 500, "test:more")
    draw = lost_by(
        alice, rich, make_draw, 1, 9, winner_count=2, prize_policy="one_prize_per_ticket", prize_coins=1
    )
    if not Winner.objects.filter(draw=draw, user=alice).exists():
        said = "You held 1 of 10 tickets: a chance of 20 % to win one of the 2 prizes."
        assert said in page_of(draw, alice)


def test_two_open_draws_of_about_the_same_price_are_offered_and_none_that_they_may_not_enter(
    make_draw, alice, rich
):
    move(alice.pk, 500, "test:more")
    for title, terms in {
        "Dear": {"entry_fee": 100},
        "Near": {"entry_fee": 6},
        "Same": {},
        "Beyond the purse": {"entry_fee": 5000},
        "For VIPs": {"vip_only": True},
        "VIPs first": {"early_access_until": timezone.now() + timedelta(minutes=30)},
    }.items():
        make_draw(title=title, **terms)
    full = make_draw(title="Full", max_participants=1)
    take(rich, full)
    held = make_draw(title="Held already")
    take(alice, held)
    page = page_of(lost_by(alice, rich, make_draw), alice)
    offer = page.partition(OFFER)[2].partition("What the winner gets")[0]
    assert offer.index("Same 5 coins a ticket") < offer.index("Near 6 coins a ticket")
    for title in ("Dear", "Beyond the purse", "For VIPs", "VIPs first", "Full", "Held already"):
        assert title not in offer


def test_a_vip_is_offered_what_vips_may_enter(make_draw, make_player, rich):
    vip = make_player("vera", is_vip=True, coins=500)
    make_draw(title="For VIPs", vip_only=True)
    assert "For VIPs" in page_of(lost_by(vip, rich, make_draw), vip).partition(OFFER)[2]


@pytest.mark.parametrize("length", ["day", "exclusion-for-good"])
def test_nothing_is_offered_to_a_player_on_a_break(make_draw, alice, rich, length):
    move(alice.pk, 500, "test:more")
    make_draw(title="Same")
    draw = lost_by(alice, rich, make_draw)
    assert OFFER in page_of(draw, alice)
    take_break(alice, length)
    page = page_of(draw, alice)
    assert "Not this time" in page
    assert OFFER not in page


def test_nothing_is_offered_beyond_a_players_own_limit(make_draw, alice, rich):
    move(alice.pk, 500, "test:more")
    make_draw(title="Same")
    draw = lost_by(alice, rich, make_draw)
    assert OFFER in page_of(draw, alice)
    set_limit(alice.pk, "day", 0)
    assert OFFER not in page_of(draw, alice)


def test_what_a_lost_draw_costs_does_not_grow_with_what_is_open(make_draw, alice, rich):
    move(alice.pk, 500, "test:more")
    draw = lost_by(alice, rich, make_draw)

    def cost():
        client = signed_in(alice)
        client.get("/")
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/draws/{draw.pk}/")
        return len(captured)

    make_draw()
    cost()
    few = cost()
    for _ in range(8):
        make_draw()
    assert cost() == few <= 16
