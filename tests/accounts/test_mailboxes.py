"""One mailbox is one player: however its address is written, it has one welcome and one break."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.models import OutboxEmail, User, WelcomedMailbox
from accounts.play.breaks import is_excluded_address, take_break
from accounts.players import create_player
from accounts.privacy.account_deletion import delete_account
from ledger.bonuses import grant_missing_signup_bonuses
from ledger.services import balance
from tests.conftest import PASSWORD, unguarded
from tests.support.nightly import at_night
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db

MIKE = "mike@gmail.com"
SAME = [
    ("mike@gmail.com", "m.i.k.e@gmail.com"),
    ("mike@gmail.com", "mike+second@gmail.com"),
    ("mike@gmail.com", "MI.ke+x+y@GoogleMail.com"),
    ("mike@gmail.com", '"mi.ke"@gmail.com'),
    ("mike@outlook.com", "mike+coins@outlook.com"),
    ("mike@hotmail.co.uk", "mike+coins@hotmail.co.uk"),
    ("mike@icloud.com", "mike+a@me.com"),
    ("mike@icloud.com", "mike@mac.com"),
    ("mike@proton.me", "m_i-k.e+a@protonmail.com"),
    ("mike@pm.me", "mike@protonmail.ch"),
    ("mike@fastmail.com", "anything@mike.fastmail.com"),
    ("mike@yahoo.com", "mike-coins@yahoo.com"),
    ("mi-ke@yandex.ru", "mi.ke+a@ya.ru"),
    ("mike@hey.com", "mike+a@hey.com"),
    ("mike@münchen.example", "mike@xn--mnchen-3ya.example"),
    ("mike@bücher.münchen.example", "mike@xn--bcher-kva.xn--mnchen-3ya.example"),
    ("mike@例え.テスト", "mike@xn--r8jz45g.xn--zckzah"),
]
DIFFERENT = [
    ("mike@gmail.com", "mike@outlook.com"),
    ("mike@outlook.com", "mi.ke@outlook.com"),
    ("mike@outlook.com", "mike@hotmail.com"),
    ("mike@lucky11.example", "mike+a@lucky11.example"),
    ("mike@lucky11.example", "mi.ke@lucky11.example"),
    ("mi-ke@yahoo.co.jp", "mi@yahoo.co.jp"),
    ("mike@gmail.com.example", "m.ike@gmail.com.example"),
    ("mike@straße.example", "mike@strasse.example"),
]


def mailboxes(*emails: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(mailbox_of(e) ORDER BY n) FROM unnest(%s::text[]) WITH ORDINALITY AS a(e, n)",
            [[*emails]],
        )
        found: list[str] = cursor.fetchone()[0]
        return found


def join(email: str) -> Any:
    """A browser in which somebody joined with the address and confirmed it, on the last page they saw."""
    cache.clear()
    client: Any = Client()
    client.post("/accounts/signup/", {"email": email, "password1": PASSWORD, "accepts_rules": "on"})
    mail = OutboxEmail.objects.latest("pk")
    link = next(word for word in mail.text.split() if "confirm-email" in word)
    client.page = words(client.post(link.removeprefix("http://testserver"), follow=True))
    return client


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_addresses_lead_to_one_mailbox(one, other):
    first, second = mailboxes(one.lower(), other.lower())
    assert first == second


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_these_addresses_lead_to_two_mailboxes(one, other):
    first, second = mailboxes(one, other)
    assert first != second


def test_a_domain_is_written_as_the_domain_name_system_writes_it():
    for label in ("bücher", "münchen", "faß", "例え", "παράδειγμα", "пример", "مثال", "a-ü-b", "ñandú", "😀"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT punycode(%s)", [label])
            assert cursor.fetchone()[0] == "xn--" + label.encode("punycode").decode()


# -- the welcome --


@pytest.mark.parametrize(
    "again", ["m.ike+2@gmail.com", at_night("mike+2@gmail.com"), at_night("mi.ke@googlemail.com")]
)
def test_a_second_account_of_one_mailbox_joins_without_welcome_coins_and_reads_why(again):
    first, second = join(MIKE), join(again)
    assert "50 coins in your purse" in first.page
    assert "This mailbox already had its welcome coins on another Lucky11 account" in second.page
    assert [user.coins for user in User.objects.order_by("created_at")] == [50, 0]
    assert "yours had them on another account" in words(second.get("/coins/"))
    assert "once your email is confirmed" in words(first.get("/coins/"))
    assert grant_missing_signup_bonuses() == 0
    assert [user.coins for user in User.objects.order_by("created_at")] == [50, 0]


def test_a_player_who_changed_the_address_gets_no_second_welcome_with_the_old_one():
    mike = create_player(MIKE, confirmed=True)
    EmailAddress.objects.filter(user=mike).delete()
    EmailAddress.objects.create(user=mike, email="mike@lucky11.example", verified=True, primary=True)
    User.objects.filter(pk=mike.pk).update(email="mike@lucky11.example")
    assert balance(create_player("mi.ke@gmail.com", confirmed=True).pk) == 0


def test_a_mailbox_that_a_welcomed_player_added_later_has_no_second_welcome():
    mike = create_player("mike@lucky11.example", confirmed=True)
    later = EmailAddress.objects.create(user=mike, email=MIKE, verified=True)
    later.delete()
    assert balance(create_player("mi.ke@gmail.com", confirmed=True).pk) == 0


def test_leaving_and_joining_with_another_spelling_brings_no_second_welcome():
    delete_account(create_player("mi.ke@gmail.com", confirmed=True).pk)
    assert not WelcomedMailbox.objects.exists(), "only keyed fingerprints tell of players who left"
    second = join("mike+back@googlemail.com")
    assert "This mailbox already had its welcome coins" in second.page
    assert balance(User.objects.get(email="mike+back@googlemail.com").pk) == 0


def test_an_address_that_left_before_there_were_mailboxes_is_still_known():
    delete_account(create_player("mi.ke@gmail.com", confirmed=True).pk)
    with unguarded() as cursor:
        cursor.execute("DELETE FROM left_addresses WHERE digest <> %s", [keyed("mi.ke@gmail.com")])
        assert cursor.rowcount == 1
    assert balance(create_player("mi.ke@gmail.com", confirmed=True).pk) == 0


def keyed(email: str) -> bytes:
    """The fingerprint that version 1.0.0 kept of an address whose player left."""
    from accounts.privacy.account_deletion import _fingerprint

    return _fingerprint(email)


BONUS = (
    "INSERT INTO transactions (user_id, type, amount, idempotency_key) VALUES (%s, 'signup_bonus', 50, %s)"
)


def test_nobody_inserts_a_second_welcome_for_a_mailbox_into_the_database():
    mike = create_player(MIKE, confirmed=True)
    second = create_player("m.ike@gmail.com", confirmed=True)
    unconfirmed = create_player("nova@lucky11.example")
    for player, key, said in (
        (second, f"signup:{second.pk}", "had its welcome coins on another account"),
        (unconfirmed, f"signup:{unconfirmed.pk}", "for a confirmed email"),
        (mike, "forged", "for a confirmed email"),
    ):
        with pytest.raises(DatabaseError, match=said), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(BONUS, [player.pk, key])
    assert [balance(player.pk) for player in (mike, second, unconfirmed)] == [50, 0, 0]


def test_nobody_forgets_or_changes_whose_mailbox_was_welcomed():
    mike = create_player(MIKE, confirmed=True)
    for sql in (
        "DELETE FROM welcomed_mailboxes WHERE user_id = %s",
        "UPDATE welcomed_mailboxes SET digest = 'x' WHERE user_id = %s",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, [mike.pk])
    assert WelcomedMailbox.objects.filter(user=mike).count() == 1


# -- the break --


def test_a_break_holds_for_every_spelling_of_the_mailbox():
    mike = create_player("mi.ke@gmail.com", confirmed=True)
    take_break(mike, "exclusion-year")
    delete_account(mike.pk)
    for spelling in ("mi.ke@gmail.com", MIKE, "m.i.k.e+new@googlemail.com"):
        assert is_excluded_address(spelling)
    cache.clear()
    Client().post("/accounts/signup/", {"email": MIKE, "password1": PASSWORD, "accepts_rules": "on"})
    assert not User.objects.filter(email=MIKE).exists()
    assert OutboxEmail.objects.latest("pk").subject == "You are still on a break from Lucky11"


def test_a_break_that_began_before_there_were_mailboxes_holds_too():
    mike = create_player("mi.ke@gmail.com", confirmed=True)
    take_break(mike, "exclusion-year")
    with unguarded() as cursor:
        cursor.execute("DELETE FROM excluded_addresses")
    assert is_excluded_address(MIKE)


# -- the staff --


def test_staff_see_the_other_accounts_of_a_mailbox(make_player):
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    mike, second = create_player(MIKE, confirmed=True), create_player("m.ike+2@gmail.com")
    page = words(boss.get(f"/admin/accounts/user/{mike.pk}/change/"))
    assert "Other accounts with the same mailbox" in page
    assert f"{second.email} (not confirmed)" in page
    alone = create_player("nova@lucky11.example")
    assert "the same mailbox" not in words(boss.get(f"/admin/accounts/user/{alone.pk}/change/"))
