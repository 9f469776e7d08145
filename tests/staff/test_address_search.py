"""Staff find players by the domain of their address and by any part of it, and reach every one of them."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib import admin

from accounts.models import Message, User
from accounts.players import create_player
from tests.support.pages import take, words
from tests.support.staff import sign_in_boss

pytestmark = pytest.mark.django_db

PLAYERS = "/admin/accounts/user/"


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


@pytest.fixture
def some():
    """Players at two domains, the newest last."""
    addresses = ("ana.silva@first.example", "bo+silva@second.example", "chen_100%@first.example")
    return [create_player(address, "x", confirmed=True) for address in addresses]


def found(client, term, page=PLAYERS, **query):
    answer = client.get(page, {"q": term, **query})
    assert answer.status_code == 200
    return list(answer.context["cl"].result_list)


def test_by_the_domain(client, boss, some):
    ana, bo, chen = some
    assert found(client, "@first.example") == [chen, ana]
    assert found(client, " @SECOND.example") == [bo]
    assert found(client, "@third.example") == []
    assert found(client, "@first") == [chen, ana]


def test_by_a_part_of_the_address(client, boss, some):
    ana, bo, chen = some
    assert found(client, "silva") == [bo, ana]
    assert found(client, "SILVA@first") == [ana]
    assert found(client, "0%@") == [chen]
    assert found(client, "n_1") == [chen]
    assert found(client, "n.1") == []
    assert found(client, "va") == []


def test_a_whole_address_finds_its_player_alone(client, boss, some):
    longer = create_player("ana.silva@first.example.org", "x", confirmed=True)
    assert found(client, "ana.silva@first.example") == [some[0]]
    assert found(client, "ana.silva@first.exampl") == [longer, some[0]]


def test_by_a_part_of_an_address_that_is_not_the_main_one(client, boss, some):
    EmailAddress.objects.create(user=some[0], email="spare@other.example", verified=True, primary=False)
    assert found(client, "@other.example") == [some[0]]
    assert found(client, "spare") == [some[0]]
    assert found(client, "spare@other.example") == [some[0]]


def test_all_of_them_are_reached_however_many_there_are(client, boss, monkeypatch):
    monkeypatch.setattr(admin.site._registry[User], "list_per_page", 20)
    made = [create_player(f"many{n}@crowd.example", None, confirmed=True).pk for n in range(65)]
    for term in ("@crowd.example", "many", "rowd.ex"):
        pages = [found(client, term, p=page) for page in (1, 2, 3, 4)]
        assert [player.pk for page in pages for player in page] == made[::-1]


def test_what_is_about_a_player_is_found_by_a_part_of_their_address(client, boss, some):
    for player in some:
        Message.objects.create(user=player, key=player.pk, kind="won", title="You won")
    page = "/admin/accounts/message/"
    about = [message.user for message in found(client, "@first.example", page)]
    assert set(about) == {some[0], some[2]}
    assert {message.user for message in found(client, "silva", page)} == {some[0], some[1]}
    assert {mail.recipient for mail in found(client, "silva@f", "/admin/accounts/outboxemail/")} <= {
        "ana.silva@first.example"
    }


@pytest.mark.django_db(transaction=True)
def test_tickets_winners_and_coins_too(client, boss, draw, alice, bob):
    for player in (alice, bob):
        take(player, draw)
    part = (alice.email or "")[2:-3]
    tickets = found(client, part, "/admin/draws/participation/")
    assert [ticket.user for ticket in tickets] == [alice]
    assert {row.user for row in found(client, part, "/admin/ledger/transaction/")} == {alice}
    assert found(client, part, "/admin/draws/winner/") == []


def test_the_page_says_by_what_it_searches(client, boss):
    said = words(client.get(PLAYERS))
    assert "An email address, a part of one, @domain, words of a name, or an id." in said
