"""Four eyes on coins: more than a few move only when a second member of staff approves."""

import pytest

from accounts.models import Approval
from ledger.models import Transaction
from tests.accounts.admin.four_eyes import adjust_page, ask_to_adjust, both_groups, coins, decide, page, send
from tests.races.together import at_once
from tests.support.pages import signed_in, take, words
from tests.support.staff import form_data, logged

pytestmark = pytest.mark.django_db(transaction=True)


def test_more_coins_than_the_threshold_move_only_with_approval(ann, ben, alice, settings):
    asked = ask_to_adjust(ann, alice, settings.ADJUSTMENT_APPROVAL_COINS + 1)
    assert coins(alice) == 50
    assert f"Requested by {ann} on" in words(signed_in(ben).get(adjust_page(alice)))
    assert decide(ben, asked, "approve").status_code == 302
    row = Transaction.objects.latest("pk")
    assert (row.amount, row.actor, row.description, row.balance_after) == (501, ann, "A prize by hand", 551)
    assert logged(alice) == [
        (ann.email, "Asked for approval: coins +501. Why: A prize by hand"),
        (
            ben.email,
            f"Coins +501, now 551 (transaction {row.pk}); asked for by {ann}, approved by {ben}. "
            "Why: A prize by hand",
        ),
    ]


def test_taking_many_coins_away_needs_approval_as_well(ann, ben, make_player):
    rich = make_player("rich", coins=2000)
    asked = ask_to_adjust(ann, rich, -600)
    assert coins(rich) == 2000
    decide(ben, asked, "approve")
    assert coins(rich) == 1400


def test_the_threshold_itself_needs_no_approval(ann, alice, settings):
    assert send(ann, adjust_page(alice), amount=500, reason="Just so").status_code == 302
    assert (coins(alice), Approval.objects.count()) == (550, 0)


def test_a_large_sum_is_not_made_of_small_ones(ann, ben, alice):
    send(ann, adjust_page(alice), amount=300, reason="A first part")
    asked = ask_to_adjust(ann, alice, 201)
    assert (coins(alice), asked.state) == (350, "waiting")
    assert decide(ben, asked, "approve").status_code == 302
    assert coins(alice) == 551


def test_coins_that_the_player_no_longer_has_are_not_taken_and_the_approval_still_waits(
    ann, ben, make_player, make_draw
):
    rich = make_player("rich", coins=600)
    asked = ask_to_adjust(ann, rich, -600)
    take(rich, make_draw())
    refused = decide(ben, asked, "approve")
    assert refused.status_code == 400
    assert "This can no longer be done: The player has too few coins." in words(refused)
    assert (coins(rich), asked.state) == (595, "waiting")


def test_two_who_approve_at_once_move_the_coins_once(ann, ben, make_player, alice):
    cem = both_groups(make_player, "cem")
    asked = ask_to_adjust(ann, alice, 1000)
    browsers = [signed_in(user) for user in (ben, cem)]
    answers = at_once(
        [lambda browser=browser: browser.post(page(asked, "approve")).status_code for browser in browsers]
    )
    assert sorted(answers) == [302, 400]
    assert coins(alice) == 1050


def test_the_form_that_asked_moves_no_more_coins_when_sent_again_later(ann, ben, alice):
    browser = signed_in(ann)
    form = form_data(browser.get(adjust_page(alice)), amount=1000, reason="By hand")
    assert [browser.post(adjust_page(alice), form).status_code for _ in range(2)] == [302, 400]
    decide(ben, Approval.objects.get(), "approve")
    assert browser.post(adjust_page(alice), form).status_code == 302
    assert (coins(alice), Approval.objects.count()) == (1050, 1)


def test_nobody_approves_coins_for_themselves(ann, ben):
    asked = ask_to_adjust(ann, ben, 1000)
    refused = decide(ben, asked, "approve")
    assert "You have a stake in this: it is about yourself" in words(refused)
    assert (coins(ben), asked.state) == (50, "waiting")
