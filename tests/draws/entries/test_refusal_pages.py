"""What a player reads who may not enter, with a right status and nothing charged."""

import pytest
from django.utils import timezone

from accounts.models import RulesAcceptance
from accounts.play.breaks import take_break
from draws.models import Participation
from ledger.safer_play.limits import set_limit
from tests.draws.entries.test_entry_pages import assert_refused, enter
from tests.support.pages import field, signed_in, words

pytestmark = pytest.mark.django_db


def test_vip_only(make_draw, alice):
    draw = make_draw(vip_only=True)
    assert_refused(enter(signed_in(alice), draw.pk), 403, alice, 50, "only VIP players may enter")


def test_email_not_confirmed(draw, make_player):
    carol = make_player("carol", confirmed=False)
    assert_refused(enter(signed_in(carol), draw.pk), 403, carol, 0, "Confirm your e")


def test_a_suspended_player_is_told_so_and_takes_nothing(draw, alice):
    client = signed_in(alice)
    type(alice).objects.filter(pk=alice.pk).update(suspended_at=timezone.now())
    assert_refused(enter(client, draw.pk), 403, alice, 50, "Your account is suspended")


def test_on_a_break(draw, alice):
    take_break(alice, "week")
    assert_refused(enter(signed_in(alice), draw.pk), 403, alice, 50, "You are on a break until")


def test_the_players_own_limit(draw, alice):
    set_limit(alice.pk, "day", 4)
    response = enter(signed_in(alice), draw.pk)
    sentence = "Your limit is 4 coins in 24 hours, and you have spent 0."
    assert_refused(response, 409, alice, 50, sentence, "My limits")


def test_members_of_staff(draw, make_player):
    boss = make_player("boss", is_staff=True, is_superuser=True)
    sentence = "Members of staff cannot take tickets."
    assert_refused(enter(signed_in(boss), draw.pk), 403, boss, 50, sentence, "Members of staff cannot enter")


def test_a_player_who_never_accepted_the_rules_is_asked_and_comes_back_to_the_draw(draw, make_player):
    carol = make_player("carol", accepted_rules=False)
    client = signed_in(carol)
    response = enter(client, draw.pk)
    assert_refused(
        response, 403, carol, 50, "Accept the rules first.", "I am 18 or older and I accept the rules"
    )
    back = field(response, "next")
    refused = client.post("/rules/accept/", {"next": back})
    assert refused.status_code == 400
    assert "you must be 18 or older and accept the rules to play here." in words(refused)
    assert not RulesAcceptance.objects.filter(user=carol).exists()
    accepted = client.post("/rules/accept/", {"next": field(refused, "next"), "accepts_rules": "on"})
    assert (accepted.status_code, accepted["Location"]) == (302, f"/draws/{draw.pk}/")
    assert RulesAcceptance.objects.get(user=carol).version
    assert enter(client, draw.pk).status_code == 303


@pytest.mark.parametrize("next", ["https://elsewhere.example/", "//elsewhere.example", "", "javascript:x"])
def test_accepting_the_rules_leads_nowhere_else(make_player, next):
    carol = make_player("carol", accepted_rules=False)
    response = signed_in(carol).post("/rules/accept/", {"next": next, "accepts_rules": "on"})
    assert response["Location"] == "/"


def test_accepting_the_rules_is_for_signed_in_players(client, draw):
    response = client.post("/rules/accept/", {"next": f"/draws/{draw.pk}/", "accepts_rules": "on"})
    assert response["Location"] == f"/accounts/login/?next=/draws/{draw.pk}/"
    assert not RulesAcceptance.objects.exists()


def test_a_player_of_a_closed_account_is_signed_out_and_takes_nothing(draw, alice):
    client = signed_in(alice)
    type(alice).objects.filter(pk=alice.pk).update(is_active=False)
    response = enter(client, draw.pk)
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/")
    assert not Participation.objects.exists()
