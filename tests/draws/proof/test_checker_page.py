"""Who sees the page that checks a draw, and what it tells them."""

import re

import pytest

from draws.proof.sealed_secrets import secrets_of
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ended(make_draw, alice):
    """A finished draw with two tickets of Alice's."""
    draw = make_draw(title="Lisbon for two, one long weekend")
    take(alice, draw, 2)
    finish(draw)
    return draw


def test_drafts_and_unknown_draws_have_no_checker(client, make_draft, make_player):
    draft = make_draft()
    for browser in (client, signed_in(make_player("staff", is_staff=True))):
        for number in (draft.pk, 999, 2**40):
            answer = browser.get(f"/draws/{number}/verify/")
            assert answer.status_code == 404
            assert "There is no such draw" in words(answer)


def test_only_who_holds_a_ticket_is_given_a_salt_and_it_is_their_own(client, ended, alice, bob):
    address = f"/draws/{ended.pk}/verify/"
    salts = {}
    for name, browser in {"alice": signed_in(alice), "bob": signed_in(bob), "visitor": client}.items():
        page = browser.get(address).content.decode()
        salts[name] = re.search(r'name="salt"[^>]*value="([^"]*)"', page)[1]
        assert secrets_of(ended.seal).entry_secret.hex() not in page
    assert re.fullmatch("[0-9a-f]{64}", salts["alice"])
    assert salts["bob"] == salts["visitor"] == ""
