"""A player of the old site gets in by the old id or by a code, and finds what they had."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.cache import cache
from django.test import Client

from accounts.models import OldAccount, OutboxEmail, User, fingerprint_of
from accounts.privacy.account_deletion import delete_account
from draws.models import OldDraw
from tests.accounts.signin.openid_flow import is_signed_in, through
from tests.support.old_site import FIRST, Shape, moves_of, old_site
from tests.support.old_site_import import run
from tests.support.openid_provider import Provider, offered_by, running_provider
from tests.support.pages import words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]


@pytest.fixture
def imported(db: None) -> None:
    """The old site, brought over."""
    cache.clear()
    with old_site(Shape()) as url:
        run(url, "--apply", "--settle", "--refund")


@pytest.fixture
def provider(settings: Any, imported: None) -> Iterator[Provider]:
    with running_provider() as running:
        settings.SOCIALACCOUNT_PROVIDERS = offered_by(running.origin)
        yield running


def come(provider: Provider, sub: str, email: str | None) -> Client:
    """Go through the provider as the one who has this id there."""
    provider.claims = {"sub": sub, "email": email, "email_verified": email is not None}
    client = Client()
    through(client)
    return client


def test_a_player_signs_in_by_the_old_id_and_finds_coins_tickets_and_wins(provider):
    client = come(provider, str(FIRST + 28), "player28@old.example")
    assert is_signed_in(client)
    player = User.objects.get(pk=str(FIRST + 28))
    assert SocialAccount.objects.get().user == player
    assert EmailAddress.objects.get(user=player).verified
    coins = sum(amount for _, amount in moves_of(Shape(), 28))
    # Their welcome bonus came over, so there is no second one.
    assert player.coins == coins
    page = words(client.get("/coins/"))
    assert "Old signup_bonus" in page
    page = words(client.get("/tickets/"))
    assert "3 tickets taken so far" in page
    assert "Tickets from the old site" in page
    page = words(client.get("/tickets/old-site/"))
    assert "Imported, not checkable" in page
    assert "You held" in page
    assert "You won" in page


def test_a_player_whose_id_could_not_stay_signs_in_by_it(provider):
    old_id = f"auth0/{FIRST + 14}"
    assert not User.objects.filter(pk=old_id).exists()
    assert is_signed_in(come(provider, old_id, "player14@old.example"))
    assert SocialAccount.objects.get().user.email == "player14@old.example"


@pytest.mark.nightly
def test_both_ids_of_one_email_lead_to_the_one_player(provider):
    for number in (10, 9):
        assert is_signed_in(come(provider, str(FIRST + number), "player10@old.example"))
    assert {link.user_id for link in SocialAccount.objects.all()} == {str(FIRST + 9)}
    assert SocialAccount.objects.count() == 2


def test_another_id_with_that_email_is_not_let_in(provider):
    assert is_signed_in(come(provider, str(FIRST + 9), "player10@old.example"))
    assert not is_signed_in(come(provider, "99999999", "player10@old.example"))
    assert SocialAccount.objects.count() == 1


@pytest.mark.nightly
def test_a_player_without_email_gets_the_one_the_provider_confirms(provider):
    assert not is_signed_in(come(provider, str(FIRST + 6), None))
    assert is_signed_in(come(provider, str(FIRST + 6), "new6@old.example"))
    assert User.objects.get(pk=str(FIRST + 6)).email == "new6@old.example"


def test_a_player_signs_in_by_the_code_to_reset_the_password(imported, client):
    player = User.objects.get(pk=str(FIRST + 28))
    assert not EmailAddress.objects.get(user=player).verified
    client.post("/accounts/password/reset/", {"email": "Player28@Old.example"}, follow=True)
    mail = OutboxEmail.objects.get(recipient=player.email)
    code = re.search(r"^\s*([A-Z0-9]{4}-[A-Z0-9]{3,4})\s*$", mail.text, re.MULTILINE)
    assert code, mail.text
    page = client.post("/accounts/password/reset/confirm/", {"code": code[1]}, follow=True)
    assert page.status_code == 200
    new = {"password1": "a-new-and-long-phrase", "password2": "a-new-and-long-phrase"}
    client.post("/accounts/password/reset/complete/", new, follow=True)
    again = Client()
    again.post("/accounts/login/", {"login": player.email, "password": "a-new-and-long-phrase"}, follow=True)
    assert is_signed_in(again)
    # The code proved the email.
    assert EmailAddress.objects.get(user=player).verified
    assert f"{sum(amount for _, amount in moves_of(Shape(), 28)):,}" in words(again.get("/coins/"))


@pytest.mark.nightly
def test_an_imported_email_is_not_confirmed_by_having_been_imported(imported):
    assert not EmailAddress.objects.filter(verified=True).exists()
    assert not OutboxEmail.objects.exists()


def test_everybody_sees_the_old_draws_and_nobodys_name(imported, client):
    assert "Draws from the old site" in words(client.get("/winners/"))
    page = client.get("/winners/old-site/")
    assert "Imported, not checkable" in words(page)
    assert "Old draw 18" in words(page)
    assert "Not drawn" in words(page)
    assert "Player" not in words(page)
    title = re.compile(r'<h2 dir="auto">([^<]+)</h2>')
    titles = title.findall(page.content.decode())
    further = re.search(r'href="(\?before=[^"]+)"', page.content.decode())
    titles += re.findall(
        r'<h2 dir="auto">([^<]+)</h2>', client.get(f"/winners/old-site/{further[1]}").content.decode()
    )
    assert sorted(titles) == sorted(OldDraw.objects.values_list("title", flat=True))
    assert client.get("/tickets/old-site/").status_code == 302


def test_a_player_who_leaves_is_not_brought_back_by_another_import(imported):
    player = User.objects.get(pk=str(FIRST + 28))
    delete_account(player.pk)
    with old_site(Shape()) as url:
        run(url, "--apply", "--settle", "--refund")
    player.refresh_from_db()
    assert (player.email, player.first_name, player.is_active) == (None, "", False)
    assert not User.objects.filter(email="player28@old.example").exists()
    assert OldAccount.objects.get(digest=fingerprint_of(player.pk)).user == player
