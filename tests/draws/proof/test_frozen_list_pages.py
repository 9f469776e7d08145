"""The frozen list, page by page."""

import re

import pytest
from django.test import Client

from draws.lifecycle.cancel import cancel_draw
from draws.models import FrozenList, Seal
from draws.proof import frozen_list
from tests.support.pages import finish, signed_in, take, words
from tests.support.proofs import document

pytestmark = pytest.mark.django_db


@pytest.fixture
def listed(alice, bob, make_draw, monkeypatch):
    """A frozen list of ten tickets in parts of four: Bob's 1 to 3, Alice's 4 and 5, and Bob's 6 to 10."""
    monkeypatch.setattr(FrozenList, "TICKETS_A_PART", 4)
    draw = make_draw(max_per_player=10)
    for player, count in ((bob, 3), (alice, 2), (bob, 5)):
        take(player, draw, count)
    finish(draw)
    return draw


def rows(response):
    row = r'<span class="mini num"[^>]*>(\d+)</span>\s*<code translate="no" class="code">\s*(\w+)'
    found = re.findall(row, response.content.decode())
    return [(int(number), ref) for number, ref in found]


def test_the_frozen_list_is_read_page_by_page_across_its_parts(listed, monkeypatch):
    expected = list(enumerate(document(listed)["entries"], 1))
    path = f"/draws/{listed.pk}/tickets/"
    assert rows(Client().get(path)) == expected
    for module in ("draws.proof.frozen_list.PAGE", "draws.views.fairness.PAGE"):
        monkeypatch.setattr(module, 3)
    seal = Seal.objects.get(pk=listed.pk)
    read = [entry for first in (1, 4, 7, 10) for entry in frozen_list.entries(seal, 1, first, 3)]
    assert [(entry.number, entry.ref) for entry in read] == expected


def test_a_ticket_is_found_by_its_number(listed):
    response = Client().get(f"/draws/{listed.pk}/tickets/?find=9")
    assert rows(response)[0] == (9, document(listed)["entries"][8])
    assert 'class="sought"' in response.content.decode()


def test_a_pseudonyms_tickets_are_found(listed, alice, bob):
    entries = document(listed)["entries"]
    path = f"/draws/{listed.pk}/tickets/"
    text = words(signed_in(alice).get(f"{path}?find={entries[3].upper()}"))
    assert "2 tickets with this pseudonym" in text
    found = frozen_list.tickets_of(listed.pk, bytes.fromhex(entries[0]))
    assert (found.numbers, found.more) == ([1, 2, 3, 6, 7, 8, 9, 10], False)
    assert "This pseudonym is not in the list" in words(Client().get(f"{path}?find={'0' * 64}"))
    # Half of one pseudonym and half of the next is none.
    across = bytes.fromhex(entries[2])[16:] + bytes.fromhex(entries[3])[:16]
    assert frozen_list.tickets_of(listed.pk, across).numbers == []


@pytest.mark.parametrize("sought", ["", "11", "0", "abc", ",", "9" * 70, "-1", "\N{FULLWIDTH DIGIT ONE}"])
def test_what_cannot_be_in_the_list_is_refused_with_a_sentence(listed, sought):
    response = Client().get(f"/draws/{listed.pk}/tickets/", {"find": sought})
    assert response.status_code == 400
    assert 'id="id_find_error"' in response.content.decode()


@pytest.mark.parametrize("first", ["0", "11", "x", "99999999999", "", "-3"])
def test_a_page_that_is_not_there_shows_the_first(listed, first):
    assert rows(Client().get(f"/draws/{listed.pk}/tickets/", {"from": first}))[0][0] == 1


def test_before_freezing_the_list_page_says_when_it_comes(alice, draw):
    take(alice, draw)
    text = words(signed_in(alice).get(f"/draws/{draw.pk}/tickets/"))
    assert "The list is published when the draw closes" in text
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert "1 ticket, when the draw ended without a winner" in words(
        Client().get(f"/draws/{draw.pk}/tickets/")
    )


def test_a_draw_that_ended_without_tickets_has_no_list(draw):
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert "ended before its list was frozen" in words(Client().get(f"/draws/{draw.pk}/tickets/"))
