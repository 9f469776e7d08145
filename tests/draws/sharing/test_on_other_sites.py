"""Draws on the pages of other sites: a card in a frame, and oEmbed, which finds it."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from draws.lifecycle.cancel import cancel_draw
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def ask(client, settings):
    """Asks oEmbed about an address of the site, or a whole one."""

    def ask(address, **more):
        whole = address if "//" in address else settings.SITE_ORIGIN + address
        return client.get(f"/oembed?{urlencode({'url': whole, **more})}")

    return ask


def allowed(answer):
    directives = (each.strip().partition(" ") for each in answer["Content-Security-Policy"].split(";"))
    return {name: rest for name, _, rest in directives}


def test_a_card_says_what_is_won_and_leads_to_the_draw_in_a_tab_of_its_own(client, make_draw, settings):
    draw = make_draw(title="A city bicycle", prize_amount=640, entry_fee=8)
    answer = client.get(f"/embed/{draw.pk}/")
    text = words(answer)
    assert "A city bicycle" in text
    assert "€640 and 100 coins" in text
    assert f"{draw.draw_time:%H:%M} UTC" in text
    [link] = re.findall(r"<a\s[^>]*>", answer.content.decode())
    assert f'href="{settings.SITE_ORIGIN}/draws/{draw.pk}/"' in link
    assert 'target="_blank"' in link
    assert "<form" not in answer.content.decode()
    assert "<script" not in answer.content.decode()


def test_a_card_may_be_framed_and_no_other_page(client, draw):
    card, page = client.get(f"/embed/{draw.pk}/"), client.get(f"/draws/{draw.pk}/")
    assert "X-Frame-Options" not in card
    assert allowed(card)["frame-ancestors"] == "*"
    assert card["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert page["X-Frame-Options"] == "DENY"
    assert allowed(page)["frame-ancestors"] == "'none'"


def test_a_card_knows_nobody_and_leaves_no_cookie(client, draw, alice):
    take(alice, draw)
    visitor, player = client.get(f"/embed/{draw.pk}/"), signed_in(alice).get(f"/embed/{draw.pk}/")
    assert visitor.content == player.content
    for answer in (visitor, player):
        assert not answer.cookies
        assert "public" in answer["Cache-Control"]


def test_a_card_is_right_after_closing_and_not_kept_beyond_it(client, make_draw, alice):
    draw = make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(seconds=90))
    address = f"/embed/{draw.pk}/"
    assert 80 <= int(re.search(r"max-age=(\d+)", client.get(address)["Cache-Control"])[1]) <= 90
    take(alice, draw)
    finish(draw)
    assert "Drawn " in words(client.get(address))
    off = make_draw()
    cancel_draw(off.pk, reason="The host withdrew.")
    assert "No draw: every coin goes back" in words(client.get(f"/embed/{off.pk}/"))


def test_there_is_no_card_of_a_draft(client, make_draft, ask):
    draft = make_draft(title="Secret")
    assert client.get(f"/embed/{draft.pk}/").status_code == 404
    assert ask(f"/draws/{draft.pk}/").status_code == 404


def test_a_page_of_a_draw_says_where_its_card_is_found(client, make_draw, settings):
    draw = make_draw(title='A "moka" pot & <beans>')
    head = client.get(f"/draws/{draw.pk}/").content.decode()
    found = unescape(re.search(r'application/json\+oembed"[^>]*?href="([^"]*)"', head, re.DOTALL)[1])
    answer = client.get(found.removeprefix(settings.SITE_ORIGIN))
    said = answer.json()
    assert (said["version"], said["type"], said["title"]) == ("1.0", "rich", draw.title)
    assert f'src="{settings.SITE_ORIGIN}/embed/{draw.pk}/"' in said["html"]
    assert "<beans>" not in said["html"]
    assert client.get(said["thumbnail_url"].removeprefix(settings.SITE_ORIGIN)).status_code == 200
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies


def test_a_card_is_not_larger_than_the_page_has_room_for(draw, ask):
    small = ask(f"/draws/{draw.pk}/", maxwidth=300, maxheight=100).json()
    assert (small["width"], small["height"]) == (300, 100)
    assert 'width="300" height="100"' in small["html"]
    assert "thumbnail_url" not in small
    large = ask(f"/draws/{draw.pk}/live/", maxwidth=5000, maxheight=5000).json()
    assert (large["width"], large["thumbnail_width"]) == (420, 1200)


@pytest.mark.parametrize(
    "address",
    [
        *("", "/", "/draws/", "/draws/999999/", "/draws/99999999999999999999/", "/draws/x/", "/winners/"),
        *("https://elsewhere.example/draws/1/", "//elsewhere.example/draws/1/", "javascript://x/draws/1/"),
        *("http://[::1/draws/1/", "http://testserver@elsewhere.example/draws/1/", "/draws/1/%0a", "é" * 5000),
    ],
)
def test_any_other_address_is_not_found(draw, ask, address):
    assert ask(address).status_code == 404


def test_only_json_is_offered_and_sizes_are_numbers(draw, ask, client):
    assert ask(f"/draws/{draw.pk}/", format="json").status_code == 200
    assert ask(f"/draws/{draw.pk}/", format="xml").status_code == 501
    for size in ("wide", "", "-1", "0", "1.5", "9" * 5000):
        assert ask(f"/draws/{draw.pk}/", maxwidth=size).status_code == 400, size
    assert client.get("/oembed").status_code == 404
    assert client.post("/oembed").status_code == 405
