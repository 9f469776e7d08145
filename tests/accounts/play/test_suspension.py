"""A suspended player takes no tickets and gets no daily coins; what they have stays theirs, and may win."""

import pytest

from accounts.models import Message, OutboxEmail, User
from accounts.play.eligibility import may_play_problem
from accounts.play.suspension import SuspensionRefused, end_suspension, suspend
from draws.exceptions import PlayerSuspended
from draws.models import Winner
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
from ledger.bonuses import claim_daily_bonus, visit_today
from ledger.exceptions import LedgerError
from tests.conftest import PASSWORD
from tests.races.together import at_once
from tests.support.pages import finish, signed_in, take, words
from tests.support.staff import logged, make_member, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(make_player):
    return make_member(make_player, "Support")


def page(player, what):
    return f"/admin/accounts/user/{player.pk}/{what}/"


def test_staff_suspend_a_player_with_a_reason_that_the_player_reads(clerk, alice):
    browser = signed_in(clerk)
    asked = browser.get(page(alice, "suspend"))
    assert "Their tickets stay in their draws and can still win. They keep their coins." in words(asked)
    silent = browser.post(page(alice, "suspend"), {"reason": " "})
    assert silent.status_code == 400
    done = browser.post(page(alice, "suspend"), {"reason": "Two accounts"})
    assert done["Location"] == page(alice, "change")
    alice.refresh_from_db()
    assert alice.suspended_at is not None
    assert alice.suspended_reason == "Two accounts"
    assert logged(alice) == [(clerk.email, "Suspended. Why: Two accounts")]

    told = Message.objects.get(user=alice, kind="account")
    assert (told.title, told.body) == ("Your account is suspended", "Two accounts")
    mail = OutboxEmail.objects.get(recipient=alice.email, subject="Your account is suspended")
    assert "Two accounts" in mail.text
    assert "Two accounts" in mail.html
    shown = words(browser.get(page(alice, "change")))
    assert "Suspended reason: Two accounts" in shown
    assert "End the suspension" in shown
    assert "Suspended" in words(browser.get("/admin/accounts/user/", {"who": "suspended"}))


def test_a_suspension_ends_with_a_reason_and_the_player_plays_again(clerk, alice, draw):
    suspend(alice.pk, "Two accounts", clerk)
    browser = signed_in(clerk)
    assert "Two accounts" in words(browser.get(page(alice, "end-suspension")))
    assert browser.post(page(alice, "end-suspension"), {"reason": "A twin sister"}).status_code == 302
    alice.refresh_from_db()
    assert (alice.suspended_at, alice.suspended_reason) == (None, "")
    assert logged(alice) == [(clerk.email, "Ended the suspension. Why: A twin sister")]
    assert Message.objects.filter(user=alice, title="You may play again", body="A twin sister").exists()
    assert OutboxEmail.objects.filter(recipient=alice.email, subject="You may play again").exists()
    assert take(alice, draw).numbers == [1]


def test_a_suspended_player_takes_no_tickets_and_pays_nothing(clerk, alice, draw):
    suspend(alice.pk, "Two accounts", clerk)
    with pytest.raises(PlayerSuspended, match="nothing was charged"):
        take(alice, draw)
    alice.refresh_from_db()
    draw.refresh_from_db()
    assert (alice.coins, draw.current_participants) == (50, 0)


def test_a_suspended_player_gets_no_daily_coins_and_keeps_those_they_have(clerk, alice):
    suspend(alice.pk, "Two accounts", clerk)
    alice.refresh_from_db()
    assert may_play_problem(alice) == "suspended"
    assert visit_today(alice) != "open"
    with pytest.raises(LedgerError, match="Your account is suspended"):
        claim_daily_bonus(alice)
    answer = signed_in(alice).post("/coins/daily/", follow=True)
    assert "Your account is suspended, so you get no coins for visits." in words(answer)
    alice.refresh_from_db()
    assert alice.coins == 50
    end_suspension(alice.pk, "Cleared", clerk)
    alice.refresh_from_db()
    assert claim_daily_bonus(alice)[1]


def test_a_suspended_player_signs_in_and_reads(client, clerk, alice, draw):
    take(alice, draw)
    suspend(alice.pk, "Two accounts", clerk)
    entered = client.post("/accounts/login/", {"login": alice.email, "password": PASSWORD}, follow=True)
    assert entered.status_code == 200
    for path in ("/profile/", "/tickets/", "/coins/", "/messages/", f"/draws/{draw.pk}/"):
        assert client.get(path).status_code == 200, path
    assert "Two accounts" in words(client.get("/messages/"))
    assert "Your account is suspended" in words(client.get(f"/draws/{draw.pk}/"))


def test_the_ticket_of_a_suspended_player_wins_and_is_claimed(clerk, alice, make_draw):
    draw = make_draw(prize_amount=250, prize_coins=10)
    take(alice, draw)
    suspend(alice.pk, "Two accounts", clerk)
    finish(draw)
    winner = Winner.objects.get(draw=draw)
    assert (winner.user, winner.hand_over) == (alice, "to_claim")
    alice.refresh_from_db()
    assert alice.coins == 50 - 5 + 10
    claimed = claim_prize(winner.pk, alice.pk, HandOverDetails("Alice", "1 Tram Street"), Publicity("hidden"))
    assert claimed.hand_over == "claimed"


def test_the_ticket_of_a_suspended_player_is_refunded_like_any_other(clerk, alice, make_draw):
    draw = make_draw(min_participants=2)
    take(alice, draw)
    suspend(alice.pk, "Two accounts", clerk)
    finish(draw)
    alice.refresh_from_db()
    assert alice.coins == 50


def test_suspending_twice_or_ending_nothing_is_refused_and_tells_nobody(clerk, alice):
    with pytest.raises(SuspensionRefused, match="is not suspended"):
        end_suspension(alice.pk, "x", clerk)
    suspend(alice.pk, "First", clerk)
    refused = signed_in(clerk).post(page(alice, "suspend"), {"reason": "Second"})
    assert refused.status_code == 400
    assert "is already suspended. Nothing was changed." in words(refused)
    alice.refresh_from_db()
    assert alice.suspended_reason == "First"
    assert Message.objects.filter(user=alice, kind="account").count() == 1


def test_two_who_suspend_at_once_tell_the_player_once(clerk, alice):
    outcomes = at_once([lambda: suspend(alice.pk, "Two accounts", clerk) for _ in range(4)])
    assert sum(isinstance(each, SuspensionRefused) for each in outcomes) == 3
    assert Message.objects.filter(user=alice, kind="account").count() == 1


def test_only_superusers_suspend_staff(client, clerk, make_player):
    other = make_player("other", is_staff=True)
    for what in ("suspend", "end-suspension"):
        assert signed_in(clerk).post(page(other, what), {"reason": "x"}).status_code == 403
    with pytest.raises(SuspensionRefused, match="Only a superuser"):
        suspend(other.pk, "x", clerk)
    sign_in_boss(client, make_player)
    assert client.post(page(other, "suspend"), {"reason": "Took tickets"}).status_code == 302
    assert User.objects.get(pk=other.pk).suspended_at is not None


def test_who_may_change_players_may_not_suspend_them(client, make_player, alice):
    sign_in_clerk(client, make_player, "accounts.change_user", "accounts.view_user")
    assert "Suspend" not in words(client.get(page(alice, "change")))
    for what in ("suspend", "end-suspension"):
        assert client.get(page(alice, what)).status_code == 403
        assert client.post(page(alice, what), {"reason": "x"}).status_code == 403
    alice.refresh_from_db()
    assert alice.suspended_at is None


def test_nobody_is_suspended_without_a_reason_or_an_account(clerk, alice):
    with pytest.raises(SuspensionRefused, match="Say why"):
        suspend(alice.pk, " \n ", clerk)
    with pytest.raises(SuspensionRefused, match="no longer exists"):
        suspend("nobody", "x", clerk)
