"""What the page of a draw says about the reader's own chance, limits and breaks."""

import pytest
from django.utils import timezone

from accounts.play.breaks import take_break
from ledger.safer_play.limits import set_limit
from tests.draws.pages.test_draw_page import page_of
from tests.support.pages import take, words

pytestmark = pytest.mark.django_db


def test_a_player_reads_the_exact_odds_and_what_they_would_keep(draw, alice, bob):
    take(bob, draw, 4)
    take(alice, draw, 2)
    page = words(page_of(draw, alice))
    assert "You hold Tickets 0005 0006" in page
    assert "Your chance now: 2 in 6, and if all tickets are taken 2 in 10." in page
    assert (
        "With 1 more you would hold 3 of 7 tickets, 3 of 10 if all are taken, and have 35 coins left." in page
    )
    assert "You can take up to 3 now. Each player can hold 5." in page
    assert "6 of 10 taken" in page
    assert "4 left" in page


def test_a_visitor_reads_the_chance_of_one_ticket(draw, client, bob):
    take(bob, draw, 4)
    page = words(page_of(draw, client=client))
    assert "With one ticket: 1 in 5 now, 1 in 10 if all tickets are taken." in page


def test_with_several_prizes_the_chance_of_any_of_them_is_said_as_well(make_draw, alice, bob):
    terms = {"winner_count": 2, "max_participants": 10}
    a_ticket, a_player = (
        make_draw(**terms, prize_policy=f"one_prize_per_{one}") for one in ("ticket", "player")
    )
    for draw in (a_ticket, a_player):
        take(bob, draw, 4)
        take(alice, draw, 1)
    page = words(page_of(a_ticket, alice))
    assert "Chance of the first prize now: 1 in 5, and if all tickets are taken 1 in 10." in page
    assert "At least one of the 2 prizes: 40 % now, 20 % if all are taken." in page
    # With one prize a player, Bob's other tickets leave the draw with his win: more than that.
    page = words(page_of(a_player, alice))
    assert "At least one of the 2 prizes: at least 40 % now, at least 20 % if all are taken." in page


def test_in_a_full_draw_the_chance_no_longer_changes(make_draw, alice, bob, client):
    draw = make_draw(max_participants=4)
    take(alice, draw, 1)
    take(bob, draw, 3)
    assert "Your chance now: 1 in 4." in words(page_of(draw, alice))
    assert "1 in 4" not in words(page_of(draw, client=client))


def test_a_player_on_a_break_reads_how_long_and_nothing_that_invites(draw, alice):
    take(alice, draw)
    take_break(alice, "week")
    page = words(page_of(draw, alice))
    assert "You are on a break" in page
    assert "You hold Ticket 0001" in page
    assert "Enter this draw" not in page.split("Closes in")[1]
    assert "a visit" not in page


def test_a_player_at_their_own_limit_reads_which(draw, alice):
    take(alice, draw, 2)
    set_limit(alice.pk, "week", 12)
    page = words(page_of(draw, alice))
    assert "Your limit is 12 coins in 7 days. You have spent 10, and a ticket costs 5." in page
    set_limit(alice.pk, "day", 0)
    assert "Your limit is 0 coins in 24 hours" in words(page_of(draw, alice))


def test_the_number_of_tickets_on_offer_keeps_to_the_players_own_limit(draw, alice):
    set_limit(alice.pk, "day", 11)
    page = words(page_of(draw, alice))
    assert "You can take up to 2 now" in page
    assert "Your own limits leave you 11 coins to spend." in page


def test_a_suspended_player_and_staff_who_run_draws_are_told_why_they_take_no_tickets(
    draw, alice, make_player
):
    type(alice).objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    assert "Your account is suspended" in words(page_of(draw, alice))
    boss = make_player("boss", is_staff=True, is_superuser=True)
    assert "Members of staff cannot enter" in words(page_of(draw, boss))
