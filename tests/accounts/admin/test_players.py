"""Staff see players, mark and suspend them with a reason, and touch no coins, statistics or each other."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.utils import timezone

from accounts.models import User
from accounts.privacy.account_deletion import delete_account
from tests.support.pages import take, words
from tests.support.staff import form_data, logged, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/user/"
ADD = f"{LIST}add/"


def page(player, what="change"):
    return f"{LIST}{player.pk}/{what}/"


def change(client, player, **changes):
    answer = client.post(page(player), form_data(client.get(page(player)), **changes))
    player.refresh_from_db()
    return answer


def found(client, term):
    answer = client.get(LIST, {"q": term})
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def add(client, **changes):
    typed = {"email": "New@Lucky11.example", "new_password": "tram-28-lisbon", "reason": "At the fair"}
    return client.post(ADD, form_data(client.get(ADD), **typed | changes))


def test_a_player_added_with_a_confirmed_email_has_the_welcome_coins_and_can_sign_in(client, boss, settings):
    assert add(client, first_name="Nora", confirmed="on").status_code == 302
    player = User.objects.get(email="new@lucky11.example")
    assert (player.coins, player.first_name) == (settings.SIGNUP_BONUS_COINS, "Nora")
    assert player.check_password("tram-28-lisbon")
    assert EmailAddress.objects.get(user=player).verified
    assert logged(player) == [(boss.email, "Added, email confirmed. Why: At the fair")]


def test_a_player_added_without_confirmation_gets_the_coins_when_it_comes(client, boss, settings):
    add(client, new_password="")
    player = User.objects.get(email="new@lucky11.example")
    assert player.coins == 0
    assert not player.has_usable_password()
    confirm = page(player, "confirm-email")
    assert client.post(confirm, {"reason": ""}).status_code == 400
    assert client.post(confirm, {"reason": "Showed a passport"}).status_code == 302
    player.refresh_from_db()
    assert player.coins == settings.SIGNUP_BONUS_COINS
    assert logged(player)[-1][1] == "Confirmed the email new@lucky11.example. Why: Showed a passport"
    again = client.post(confirm, {"reason": "Twice"})
    assert "It is already confirmed." in words(again)
    assert len(logged(player)) == 2


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"email": "ALICE"}, "A player with this email address already exists."),
        ({"email": "nonsense"}, "Enter a valid email address."),
        ({"new_password": "12345"}, "This password is too short."),
        ({"reason": ""}, "Say why"),
    ],
)
def test_a_player_that_cannot_be_added_is_refused_in_words(client, boss, alice, typed, sentence):
    if typed.get("email") == "ALICE":
        typed = {"email": str(alice.email).upper()}
    refused = add(client, **typed)
    assert sentence in words(refused)
    assert User.objects.count() == 2


def test_the_second_address_of_one_player_is_not_the_first_of_another(client, boss, alice):
    EmailAddress.objects.create(user=alice, email="new@lucky11.example", verified=True)
    assert "A player with this email address already exists." in words(add(client))


def test_an_email_that_another_player_confirmed_is_not_confirmed_twice(client, boss, alice, make_player):
    twin = make_player("twin", confirmed=False)
    EmailAddress.objects.create(user=alice, email=twin.email, verified=True)
    refused = client.post(page(twin, "confirm-email"), {"reason": "Says so"})
    assert "Another player has confirmed this email address as theirs." in words(refused)


def test_a_player_without_an_email_has_none_to_confirm(client, boss):
    nobody = User.objects.create_user("")
    assert "This player has no email address." in words(
        client.post(page(nobody, "confirm-email"), {"reason": "x"})
    )
    assert f"none (player {nobody.pk})" in words(client.get(LIST))


def test_vip_is_logged_with_who_and_why(client, boss, alice):
    change(client, alice, is_vip="on", reason="Plays every day")
    assert alice.is_vip
    assert logged(alice) == [(boss.email, "VIP: no → yes. Why: Plays every day")]


def test_whether_an_account_is_closed_is_not_for_staff_to_type_in(client, boss, alice):
    shown = client.get(page(alice))
    assert "is_active" not in shown.context["adminform"].form.fields
    change(client, alice, is_active=None, closed_at="2026-01-01", suspended_at="2026-01-01", reason="x")
    assert (alice.is_active, alice.closed_at, alice.suspended_at) == (True, None, None)


def test_a_change_without_a_reason_is_refused(client, boss, alice):
    assert "Say why" in words(change(client, alice, is_vip="on"))
    assert not alice.is_vip
    assert logged(alice) == []


def test_coins_statistics_email_and_id_cannot_be_typed_in(client, boss, alice):
    kept = {name: getattr(alice, name) for name in ("coins", "total_wins", "current_streak", "email", "id")}
    typed = {
        "coins": "9999",
        "total_wins": "7",
        "current_streak": "7",
        "email": "x@y.example",
        "id": "another",
    }
    assert change(client, alice, **typed, last_name="Smith", reason="Married").status_code == 302
    assert {name: getattr(alice, name) for name in kept} == kept
    assert alice.last_name == "Smith"


@pytest.mark.django_db(transaction=True)
def test_a_change_form_saved_while_the_player_plays_sets_nothing_back(client, make_player, alice, draw):
    sign_in_boss(client, make_player)
    data = form_data(client.get(page(alice)), is_vip="on", reason="Plays every day")
    take(alice, draw, 2)
    assert client.post(page(alice), data).status_code == 302
    alice.refresh_from_db()
    assert (alice.coins, alice.total_participations, alice.current_streak, alice.is_vip) == (40, 2, 1, True)


def test_the_page_shows_coins_statistics_addresses_and_the_newest_movements(client, boss, alice):
    said = words(client.get(page(alice)))
    assert "Coins: 50" in said
    assert "Welcome bonus +50 50 Welcome to Lucky11" in said
    assert f"{alice.email} {alice.email}" in said
    assert f"{page(alice)[:-7]}password" in client.get(page(alice)).content.decode()


def test_staff_find_players_by_email_its_beginning_a_name_or_the_id(client, boss, make_player):
    nora = make_player("nora", last_name="Ångström-Silva")
    for term in (nora.email, str(nora.email).upper(), "nora-", nora.pk, "nora", "silva nor", "ångström"):
        assert found(client, term) == [nora], term
    for term in ("zebra", "%", "_", "nora & !", "'", "nora:*silva zebra"):
        assert nora not in found(client, term) or term == "nora & !", term


def test_vips_staff_and_the_suspended_each_have_a_list(client, boss, make_player, alice):
    vip = make_player("vip", is_vip=True)
    out = make_player("out", suspended_at=timezone.now(), suspended_reason="Two accounts")
    gone = make_player("gone")
    delete_account(gone.pk)
    for who, expected in (("vip", [vip]), ("suspended", [out]), ("staff", [boss]), ("closed", [gone])):
        page = client.get(LIST, {"who": who})
        assert list(page.context["cl"].result_list) == expected
        assert words(page).count(who.title() if who != "vip" else "VIP") >= 2


# -- who may do what --


def test_a_clerk_gives_nobody_rights_not_even_themselves(client, make_player, alice):
    clerk = sign_in_clerk(client, make_player, "accounts.change_user", "accounts.view_user")
    group = Group.objects.create(name="Everything")
    rights = {"is_staff": "on", "is_superuser": "on", "groups": [group.pk]}
    change(client, alice, **rights, is_vip="on", reason="x")
    assert alice.is_vip
    assert (alice.is_staff, alice.is_superuser, alice.groups.count()) == (False, False, 0)
    assert client.post(page(clerk), {**rights, "reason": "x"}).status_code == 403


def test_a_clerk_touches_no_other_staff(client, make_player):
    other = make_player("other", is_staff=True, confirmed=False)
    sign_in_clerk(client, make_player, "accounts.change_user", "accounts.view_user")
    assert client.post(page(other), {"is_vip": "on", "reason": "x"}).status_code == 403
    assert client.post(page(other, "confirm-email"), {"reason": "x"}).status_code == 403
    other.refresh_from_db()
    assert not other.is_vip


def test_only_superusers_set_a_password_for_somebody(client, make_player, alice):
    new = {"usable_password": "true", "password1": "another-tram-15", "password2": "another-tram-15"}
    sign_in_clerk(client, make_player, "accounts.change_user", "accounts.view_user")
    assert client.post(page(alice, "password"), new).status_code == 403
    boss = sign_in_boss(client, make_player)
    assert client.post(page(alice, "password"), new).status_code == 302
    alice.refresh_from_db()
    assert alice.check_password("another-tram-15")
    assert logged(alice) == [(boss.email, "Set a new password.")]


def test_a_superuser_makes_staff_and_cannot_lock_themselves_out(client, boss, alice):
    group = Group.objects.get(name="Support")
    change(client, alice, is_staff="on", groups=[group.pk], reason="Joins support")
    assert alice.is_staff
    assert list(alice.groups.all()) == [group]
    assert logged(alice) == [(boss.email, "Staff: no → yes. Groups: (empty) → Support. Why: Joins support")]
    for right in ("is_staff", "is_superuser"):
        refused = change(client, boss, **{right: None, "reason": "Oops"})
        assert "You cannot take this right away from yourself" in words(refused)
        assert getattr(boss, right)


def test_nobody_deletes_a_player(client, boss, alice):
    assert client.get(page(alice, "delete")).status_code == 403
    assert client.post(page(alice, "delete"), {"post": "yes"}).status_code == 403


def test_addresses_are_not_edited_beside_the_sites_own_rules(client, boss, alice):
    assert client.get("/admin/account/emailaddress/").status_code == 404
    address = EmailAddress.objects.get(user=alice)
    data = {
        "emailaddress_set-0-email": "x@y.example",
        "emailaddress_set-0-id": address.pk,
        "emailaddress_set-0-user": alice.pk,
    }
    change(client, alice, **data, **{"emailaddress_set-TOTAL_FORMS": 1, "is_vip": "on", "reason": "x"})
    assert EmailAddress.objects.get(user=alice).email == alice.email
