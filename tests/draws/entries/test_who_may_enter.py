"""Who takes tickets, and who is refused: VIPs and early access, confirmed, accepted, staff, suspended."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.play.breaks import take_break
from accounts.play.rules import accept_rules
from accounts.players import confirm_email
from draws import exceptions as refused
from draws.entries.take import take_tickets
from ledger.safer_play.limits import set_limit
from ledger.services import balance
from tests.conftest import unguarded

pytestmark = pytest.mark.django_db


def test_a_vip_draw_is_for_vip_players(make_draw, make_player, alice):
    draw = make_draw(vip_only=True)
    with pytest.raises(refused.VipOnly):
        take_tickets(alice.pk, draw.pk, 1, "request-1")
    vip = make_player("vip", is_vip=True)
    assert take_tickets(vip.pk, draw.pk, 1, "request-1").numbers == [1]


def test_early_access_is_for_vip_players_until_it_ends(make_draw, make_player, alice):
    soon, past = timezone.now() + timedelta(minutes=5), timezone.now() - timedelta(minutes=5)
    draw, opened = make_draw(early_access_until=soon), make_draw(early_access_until=past)
    with pytest.raises(refused.VipOnly):
        take_tickets(alice.pk, draw.pk, 1, "request-1")
    take_tickets(make_player("vip", is_vip=True).pk, draw.pk, 1, "request-1")
    take_tickets(alice.pk, opened.pk, 1, "request-1")


def test_an_email_is_confirmed_before_the_first_ticket(draw, make_player):
    player = make_player("new", confirmed=False)
    with pytest.raises(refused.EmailNotConfirmed):
        take_tickets(player.pk, draw.pk, 1, "request-1")
    confirm_email(player)
    assert take_tickets(player.pk, draw.pk, 1, "request-1").numbers == [1]


@pytest.mark.parametrize("state", [{"is_active": False}, {"suspended_at": Now()}])
def test_a_suspended_player_a_closed_account_and_nobody_take_no_tickets(draw, alice, state):
    User.objects.filter(pk=alice.pk).update(**state)
    for player_id in (alice.pk, "nobody"):
        with pytest.raises(refused.PlayerSuspended):
            take_tickets(player_id, draw.pk, 1, "request-1")


def test_the_rules_are_accepted_before_the_first_ticket(draw, make_player):
    imported = make_player("imported", accepted_rules=False)
    with pytest.raises(refused.RulesNotAccepted, match="nothing was charged"):
        take_tickets(imported.pk, draw.pk, 1, "request-1")
    assert balance(imported.pk) == 50
    accept_rules(imported)
    assert take_tickets(imported.pk, draw.pk, 1, "request-1").numbers == [1]


def test_an_older_version_of_the_rules_stays_accepted(draw, make_player, settings):
    player = make_player("player")
    settings.RULES_VERSION = "2031-02"
    assert take_tickets(player.pk, draw.pk, 1, "request-1").numbers == [1]


@pytest.mark.parametrize("way", ["account", "superuser", "group", "permission"])
def test_whoever_is_of_the_staff_in_any_way_takes_no_tickets(draw, make_player, way):
    staff = make_player("carol", is_staff=way == "account", is_superuser=way == "superuser")
    if way == "group":
        staff.groups.add(Group.objects.create(name="Without any permission"))
    elif way == "permission":
        staff.user_permissions.add(Permission.objects.get(codename="view_draw"))
    with pytest.raises(refused.StaffMayNotEnter):
        take_tickets(staff.pk, draw.pk, 1, "request-1")
    assert balance(staff.pk) == 50


def test_whoever_left_the_staff_plays_again(draw, make_player):
    staff = make_player("carol", is_staff=True)
    User.objects.filter(pk=staff.pk).update(is_staff=False)
    assert take_tickets(staff.pk, draw.pk, 1, "request-1").numbers == [1]


def test_what_stands_against_an_entry_is_named_in_the_order_in_which_it_can_be_helped(draw, make_player):
    """Suspended, on a break, unconfirmed, without the rules and at a limit, all at once."""
    player = make_player("player", confirmed=False, accepted_rules=False, suspended_at=timezone.now())
    set_limit(player.pk, "day", 0)
    refusals = [refused.PlayerSuspended]
    take_break(player, "day")
    steps = [
        lambda: User.objects.filter(pk=player.pk).update(suspended_at=None),
        lambda: end_break(player),
        lambda: confirm_email(player),
        lambda: accept_rules(player),
    ]
    refusals += [refused.OnBreak, refused.EmailNotConfirmed, refused.RulesNotAccepted, refused.LimitReached]
    for refusal in refusals:
        with pytest.raises(refusal):
            take_tickets(player.pk, draw.pk, 1, "request-1")
        if steps:
            steps.pop(0)()


def end_break(player: User) -> None:
    with unguarded() as cursor:
        cursor.execute("DELETE FROM play_breaks WHERE user_id = %s", [player.pk])
