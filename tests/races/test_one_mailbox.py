"""Accounts of one mailbox that are confirmed at the same moment share one welcome."""

import threading

import pytest

from accounts.models import User, WelcomedMailbox
from accounts.players import confirm_email, create_player
from accounts.privacy.account_deletion import delete_account
from ledger.bonuses import grant_missing_signup_bonuses
from tests.races.together import at_once
from tests.support.coins import move

pytestmark = pytest.mark.django_db(transaction=True)

SPELLINGS = ["mike@gmail.com", "m.ike@gmail.com", "mi.ke+a@gmail.com", "mike@googlemail.com"]


def test_four_accounts_of_one_mailbox_confirmed_at_once_get_one_welcome():
    players = [create_player(email) for email in SPELLINGS]
    assert at_once([lambda player=player: confirm_email(player) for player in players]) == [None] * 4
    assert sorted(User.objects.values_list("coins", flat=True)) == [0, 0, 0, 50]
    assert grant_missing_signup_bonuses() == 0


def test_an_account_confirmed_while_another_of_its_mailbox_is_deleted_gets_no_second_welcome():
    leaver, second = create_player(SPELLINGS[0], confirmed=True), create_player(SPELLINGS[1])
    answers = at_once([lambda: delete_account(leaver.pk), lambda: confirm_email(second)])
    assert answers == [None, None]
    assert User.objects.get(pk=second.pk).coins == 0


def test_control_two_accounts_that_look_and_then_pay_are_both_welcomed():
    players = [create_player(email) for email in SPELLINGS[:2]]
    looked = threading.Barrier(2, timeout=60)

    def welcome(player: User) -> None:
        welcomed = WelcomedMailbox.objects.exists()
        looked.wait()
        if not welcomed:
            move(player.pk, 50, f"unsafe:{player.pk}")

    at_once([lambda player=player: welcome(player) for player in players])
    assert [User.objects.get(pk=player.pk).coins for player in players] == [50, 50]
