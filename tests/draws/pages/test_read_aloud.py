"""Pages say the same to those who do not see them: voices, text browsers, reader views, search engines."""

import re
from urllib.parse import urljoin, urlsplit

import pytest

from draws.lifecycle.cancel import cancel_draw
from tests.support.pages import finish, signed_in, take, words
from tests.support.reading import Reading

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages(make_draw, alice, bob):
    """Each page about draws, in several states, as a visitor and as a player read it."""
    opened, drawn, second, off = (
        make_draw(title=title, prize_amount=640, entry_fee=2, max_participants=200)
        for title in ("A bicycle", "A moka pot", "A kettle", "A cabin")
    )
    for draw in (opened, drawn, second, off):
        take(alice, draw, 3)
        take(bob, draw, 2)
    finish(drawn, second)
    cancel_draw(off.pk, reason="The host withdrew.")
    public = ["/", "/winners/", "/log/", "/how-it-works/", "/fair-draws/", "/safer-play/", "/help/"]
    public += ["/rules/", "/privacy/", "/accessibility/", "/accounts/login/", "/accounts/signup/"]
    for draw in (opened, drawn, off):
        public += [f"/draws/{draw.pk}/{page}" for page in ("", "tickets/", "verify/", "live/")]
    player = signed_in(alice)

    def read():
        for address in public:
            yield address, signed_in(bob).get(address) if "login" not in address else None
        for address in ("/tickets/", "/coins/", "/messages/", "/profile/"):
            yield address, player.get(address)

    return read


def texts(client, pages):
    for address, answer in pages():
        for page in filter(None, (answer, client.get(address))):
            if page.status_code == 200:
                yield address, page.content.decode()


def test_no_two_words_of_a_page_touch_where_only_a_style_sets_them_apart(client, pages):
    touching = {address: found for address, page in texts(client, pages) if (found := Reading(page).touching)}
    assert touching == {}


def test_the_reading_finds_words_that_touch():
    assert Reading("<p><span>All</span><b>9</b></p>").touching == ["All|9"]
    apart = "<p>A <b>b</b> <i>c</i>, d</p><p>e</p><svg>x</svg><button>−</button>"
    assert Reading(apart).touching == []


def test_links_with_one_name_lead_to_one_place(client, pages):
    for address, page in texts(client, pages):
        places: dict[str, set[str]] = {}
        for place, name in (link for link in Reading(page).links if not link[0].startswith("#")):
            places.setdefault(name, set()).add(urlsplit(urljoin(address, place)).path)
        assert {name: found for name, found in places.items() if len(found) > 1} == {}, address


def test_no_page_says_what_is_not_true_yet(client, make_draw):
    make_draw(max_participants=200)
    make_draw(max_participants=200)
    page = client.get("/")
    assert not re.search(r"\d+ left", words(page).partition("More draws")[2])
    assert 'data-few="5"' in page.content.decode()


def test_a_draw_with_few_tickets_left_says_so(client, make_draw):
    make_draw(max_participants=4)
    make_draw(max_participants=4)
    assert "Only 4 left" in words(client.get("/"))


def test_bars_costs_and_numbers_are_said_with_what_they_count(client, make_draw, alice):
    draw = make_draw(max_participants=200)
    take(alice, draw, 2)
    front = client.get("/").content.decode()
    assert 'aria-valuetext="2 of 200"' in front
    assert 'data-said="# of 200"' in front
    player = signed_in(alice)
    assert "Tickets 0001 0002" in words(player.get("/tickets/"))
    coins = words(player.get("/coins/"))
    assert "−10 coins" in coins
    assert "In your purse 40 coins" in coins
    finish(draw)
    assert re.search(r"Winning ticket 000[12] ", words(client.get(f"/draws/{draw.pk}/")))
