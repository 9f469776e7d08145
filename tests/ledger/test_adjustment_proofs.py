"""Somebody has the site's own role, or a member of staff gives away many small sums: each needs its proof."""

import pytest
from django.db import DatabaseError, transaction

from accounts import approvals
from accounts.models import Approval
from ledger import services
from ledger.approvals import adjust
from ledger.exceptions import Unproven
from ledger.models import Transaction
from ledger.services import balance
from tests.conftest import defects
from tests.races.together import at_once, refusals
from tests.support.coins import order
from tests.support.forgery import as_site, forge, found, refused
from tests.support.staff import make_member

# The attacks act as the site's role, which they make themselves.
pytestmark = [pytest.mark.django_db, pytest.mark.owner]

ADJUST = """
    INSERT INTO transactions (user_id, type, amount, description, actor_id, idempotency_key, reference)
    VALUES (%s, 'adjustment', %s, 'A gift', %s, %s, %s)"""


@pytest.fixture
def ann(make_player):
    return make_member(make_player, "Coins")


@pytest.fixture
def ben(make_player):
    return make_member(make_player, "Coins")


def approved(ann, ben, player, amount, key="asked"):
    """An adjustment that Ann asked for and Ben approved, but whose coins were not posted yet."""
    asked = Approval.objects.create(
        kind="adjust_coins",
        subject=f"user:{player.pk}",
        summary="Adjust coins",
        payload={"user_id": player.pk, "amount": amount, "reason": "A gift", "key": key},
        reason="A gift",
        asked_by=ann,
    )
    approvals._decide(asked, Approval.State.APPROVED, ben)
    return f"approval:{asked.pk}"


def test_a_player_adjusts_no_coins(alice, bob):
    refused(ADJUST, alice.pk, 5, bob.pk, "mine", "")
    refused(ADJUST, alice.pk, 5, alice.pk, "mine", "")


def test_staff_without_the_right_adjust_no_coins(alice, make_player):
    for group in ("Draws", "Auditor"):
        refused(ADJUST, alice.pk, 5, make_member(make_player, group).pk, "mine", "")


def test_staff_adjust_no_more_than_the_limit_of_a_day_alone(alice, ann):
    refused(ADJUST, alice.pk, 501, ann.pk, "large", "")
    refused(ADJUST, alice.pk, -501, ann.pk, "large", "")
    as_site(ADJUST, alice.pk, 500, ann.pk, "whole", "")
    refused(ADJUST, alice.pk, 1, ann.pk, "one more", "")
    assert balance(alice.pk) == 550


def test_an_adjustment_of_another_day_says_so_in_vain(alice, ann):
    """Who chooses the time would choose a day on which nothing was moved."""
    dated = ADJUST.replace("reference)", "reference, created_at)").replace("%s)", "%s, '2020-01-01')")
    as_site(dated, alice.pk, 500, ann.pk, "first", "")
    refused(dated, alice.pk, 500, ann.pk, "second", "")
    assert Transaction.objects.get(idempotency_key="first").created_at.year > 2020


def test_an_approval_is_for_its_player_its_coins_and_its_key_and_for_one_movement(alice, bob, ann, ben):
    reference = approved(ann, ben, alice, 900)
    refused(ADJUST, bob.pk, 900, ann.pk, "asked", reference)
    refused(ADJUST, alice.pk, 901, ann.pk, "asked", reference)
    refused(ADJUST, alice.pk, 900, ann.pk, "another", reference)
    refused(ADJUST, alice.pk, 900, ben.pk, "asked", reference)
    refused(ADJUST, alice.pk, 900, ann.pk, "asked", "approval:0")
    as_site(ADJUST, alice.pk, 900, ann.pk, "asked", reference)
    refused(ADJUST, alice.pk, 900, ann.pk, "asked", reference, sqlstate="23505")
    assert defects() == []


def test_an_approval_that_waits_or_was_refused_proves_nothing(alice, ann, ben):
    asked = adjust(alice, 900, "A gift", by=ann, key="asked")
    refused(ADJUST, alice.pk, 900, ann.pk, "asked", f"approval:{asked.pk}")
    approvals.refuse(asked.pk, by=ben, note="No")
    refused(ADJUST, alice.pk, 900, ann.pk, "asked", f"approval:{asked.pk}")


def test_an_approval_by_somebody_who_may_not_or_by_the_player_proves_nothing(alice, ann, ben, make_player):
    refused(
        ADJUST, alice.pk, 900, ann.pk, "asked", approved(ann, make_member(make_player, "Draws"), alice, 900)
    )
    with pytest.raises(DatabaseError, match="Nobody decides about themselves"), transaction.atomic():
        approved(ann, ben, ben, 900, "b")


def test_eight_players_get_450_coins_from_one_member_of_staff_only_with_approval(make_player, ann, ben):
    players = [make_player(f"friend{n}") for n in range(8)]
    made = [adjust(player, 450, "A gift", by=ann, key=f"gift:{player.pk}") for player in players]
    assert [isinstance(each, Approval) for each in made] == [False] + [True] * 7
    assert [balance(player.pk) for player in players] == [500] + [50] * 7
    approvals.approve(made[1].pk, by=ben)
    assert balance(players[1].pk) == 500
    assert defects() == []


def test_one_player_gets_no_more_from_two_members_of_staff_than_from_one(alice, ann, ben):
    adjust(alice, 300, "A gift", by=ann, key="first")
    assert isinstance(adjust(alice, 201, "Another", by=ben, key="second"), Approval)
    assert balance(alice.pk) == 350


def test_what_was_approved_leaves_the_days_limit_as_it_was(alice, ann, ben):
    approvals.approve(adjust(alice, 900, "A gift", by=ann, key="asked").pk, by=ben)
    adjust(alice, 500, "And more", by=ann, key="more")
    assert balance(alice.pk) == 1450


def test_a_service_above_the_limit_says_what_is_missing(alice, ann):
    with pytest.raises(Unproven, match="Nothing was changed"):
        services.adjust(alice.pk, 501, "A gift", actor=ann, key="large")


def test_an_operators_order_proves_an_adjustment_of_any_size(alice, ann):
    order(alice.pk, 9_000, "recover:1:9000")
    as_site(ADJUST, alice.pk, 9_000, ann.pk, "recover:1:9000", "")
    assert defects() == []


@pytest.mark.django_db(transaction=True)
def test_many_forms_of_one_member_of_staff_at_once_stay_within_the_limit(make_player):
    ann = make_member(make_player, "Coins")
    players = [make_player(f"friend{n}") for n in range(8)]
    acts = [lambda p=p: services.adjust(p.pk, 200, "A gift", actor=ann, key=f"g:{p.pk}") for p in players]
    assert refusals(at_once(acts)) == ["Unproven"] * 6
    assert sorted(balance(player.pk) for player in players) == [50] * 6 + [250] * 2


@pytest.mark.parametrize(
    "columns",
    [{"amount": 501}, {"amount": 900, "reference": "approval:1"}, {"amount": 900, "reference": "approval:x"}],
)
def test_the_check_names_a_forged_adjustment(alice, ann, columns):
    number = forge(user_id=alice.pk, type="adjustment", actor_id=ann.pk, **columns)
    assert found("adjustments", number)


def test_the_check_names_the_adjustment_with_which_a_day_is_too_much(alice, bob, ann):
    forge(user_id=alice.pk, type="adjustment", amount=400, actor_id=ann.pk, idempotency_key="first")
    assert defects() == []
    number = forge(user_id=bob.pk, type="adjustment", amount=400, actor_id=ann.pk, idempotency_key="second")
    assert found("adjustments", number)


def test_the_check_names_an_adjustment_of_ones_own_coins(ann):
    assert found("adjustments", forge(user_id=ann.pk, type="adjustment", amount=5, actor_id=ann.pk))
