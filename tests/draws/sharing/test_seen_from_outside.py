"""Draws as others see them: previews of links, feeds, calendars, search engines."""

import json
import re
from datetime import timedelta
from io import BytesIO
from xml.etree import ElementTree

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image

from draws.lifecycle.cancel import cancel_draw
from draws.sharing import sitemaps
from draws.sharing.cards import STOCKS, card
from draws.sharing.previews import Preview
from tests.support.pages import finish, signed_in, take

pytestmark = pytest.mark.django_db

ATOM = {"a": "http://www.w3.org/2005/Atom"}
MAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def head_of(client, draw):
    return client.get(f"/draws/{draw.pk}/").content.decode().partition("</head>")[0]


def said(head, name):
    return re.search(rf'(?:property|name)="{name}" content="([^"]*)"', head)[1]


def card_path(client, draw, settings):
    return said(head_of(client, draw), "og:image").removeprefix(settings.SITE_ORIGIN)


def test_a_link_to_a_draw_shows_its_prize_odds_and_closing(client, make_draw):
    draw = make_draw(title="A city bicycle", prize_amount=640, entry_fee=8)
    head = head_of(client, draw)
    assert said(head, "og:title") == "A city bicycle"
    sentence = said(head, "og:description")
    assert sentence.startswith(
        "€640 and 100 coins. 8 coins a ticket, at least 1 in 10 for each ticket. Closes "
    )
    assert f"{draw.draw_time:%H:%M} UTC." in sentence


def test_each_page_has_one_address_of_its_own(client, draw, settings):
    assert f'<link rel="canonical" href="{settings.SITE_ORIGIN}/draws/{draw.pk}/">' in head_of(client, draw)
    front = client.get("/?sort=price").content.decode()
    assert f'<link rel="canonical" href="{settings.SITE_ORIGIN}/">' in front


def test_the_picture_of_a_link_is_drawn_and_kept_for_good(client, draw, settings):
    answer = client.get(card_path(client, draw, settings))
    picture = Image.open(BytesIO(answer.content))
    assert (picture.format, picture.size) == ("PNG", (1200, 630))
    assert "immutable" in answer["Cache-Control"]
    assert "public" in answer["Cache-Control"]


def test_a_picture_from_before_leads_to_that_of_today(client, draw, alice, settings):
    before = card_path(client, draw, settings)
    take(alice, draw)
    assert card_path(client, draw, settings) == before
    finish(draw)
    after = card_path(client, draw, settings)
    assert after != before
    assert client.get(before).headers["Location"] == after


@pytest.mark.parametrize("title", ["W" * 150, "Ω" * 40, "عطلة نهاية الأسبوع", "one " * 37, "a"])
def test_any_title_has_a_picture(title):
    shown = Preview(7, title, "Closed, about to be drawn", "", "1 coin a ticket", "mint")
    assert Image.open(BytesIO(card(shown))).size == (1200, 630)


def test_a_picture_has_the_papers_of_the_site(settings):
    tokens = (settings.BASE_DIR / "static/css/base/tokens.css").read_text()
    papers = dict(re.findall(r"--(\w+): (#[0-9a-f]{6});", tokens)) | {
        "vip": re.search(r"--gold: (#\w+);", tokens)[1]
    }
    assert {name: papers[name] for name in STOCKS} == STOCKS


def test_a_title_that_the_font_cannot_write_is_shown_as_the_draws_number():
    pictures = [card(Preview(7, title, "", "", "", "mint")) for title in ("Ω", "Щ", "A")]
    assert pictures[0] == pictures[1] != pictures[2]


def test_no_preview_names_a_draft_or_a_player(client, make_draft, draw, alice):
    take(alice, draw)
    finish(draw)
    draft = make_draft(title="Secret")
    assert client.get(f"/draws/{draft.pk}/card-0123456789ab.png").status_code == 404
    for address in ("/feeds/open.atom", "/feeds/results.json", "/feeds/open.ics", "/sitemap-draws.xml"):
        text = client.get(address).content.decode()
        assert "Secret" not in text
        assert alice.email not in text
        assert f"/draws/{draft.pk}/" not in text


def test_search_engines_read_the_draw_as_an_event(client, make_draw):
    draw = make_draw(title="A </script> in a title")
    head = head_of(client, draw)
    data = json.loads(re.search(r'application/ld\+json">(.*?)</script>', head, re.DOTALL)[1])
    assert (data["@type"], data["name"]) == ("Event", draw.title)
    assert data["startDate"] == draw.draw_time.isoformat()
    assert data["eventStatus"].endswith("EventScheduled")
    cancel_draw(draw.pk, reason="The host withdrew.")
    assert '"https://schema.org/EventCancelled"' in head_of(client, draw)


def test_feeds_tell_of_open_draws_and_results(client, make_draw, alice):
    first, second = make_draw(title="First"), make_draw(title="Second")
    take(alice, first)
    finish(first)
    opened = ElementTree.fromstring(client.get("/feeds/open.atom").content)
    assert [entry.text for entry in opened.findall("a:entry/a:title", ATOM)] == ["Second"]
    drawn = ElementTree.fromstring(client.get("/feeds/results.atom").content)
    assert [entry.text for entry in drawn.findall("a:entry/a:title", ATOM)] == ["First"]
    [item] = client.get("/feeds/open.json").json()["items"]
    assert (item["title"], item["url"].endswith(f"/draws/{second.pk}/")) == ("Second", True)
    assert [item["title"] for item in client.get("/feeds/results.json").json()["items"]] == ["First"]
    assert client.get("/feeds/other.atom").status_code == 404


def test_a_calendar_that_subscribes_has_every_open_draw(client, make_draw):
    make_draw(title="First")
    make_draw(title="Second")
    text = client.get("/feeds/open.ics").content.decode()
    assert text.count("BEGIN:VEVENT") == 2
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert text.endswith("END:VCALENDAR\r\n")


def test_a_cancelled_draw_replaces_its_event(client, make_draw):
    draw = make_draw()
    before = client.get(f"/draws/{draw.pk}/closing.ics").content.decode()
    assert "SEQUENCE:0\r\n" in before
    assert "STATUS:CONFIRMED\r\n" in before
    cancel_draw(draw.pk, reason="The host withdrew.")
    after = client.get(f"/draws/{draw.pk}/closing.ics").content.decode()
    assert "SEQUENCE:1\r\n" in after
    assert "STATUS:CANCELLED\r\n" in after


def test_the_map_of_the_site_has_every_published_draw_at_the_same_cost(client, make_draw, monkeypatch):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/sitemap-draws.xml").status_code == 200
        return len(captured)

    make_draw()
    few = cost()
    for _ in range(5):
        make_draw()
    assert cost() == few
    places = ElementTree.fromstring(client.get("/sitemap-draws.xml").content).findall("s:url/s:loc", MAP)
    assert len(places) == 6
    monkeypatch.setattr(sitemaps.Draws, "limit", 4)
    index = ElementTree.fromstring(client.get("/sitemap.xml").content).findall("s:sitemap/s:loc", MAP)
    assert [place.text.rpartition("/")[2] for place in index] == [
        "sitemap-pages.xml",
        "sitemap-draws.xml",
        "sitemap-draws.xml?p=2",
    ]


def test_every_page_on_the_map_is_there(client):
    for page in sitemaps.PAGES:
        assert client.get(sitemaps.Pages().location(page)).status_code == 200


def test_search_engines_are_told_what_is_private(client, settings):
    text = client.get("/robots.txt").content.decode()
    assert f"Sitemap: {settings.SITE_ORIGIN}/sitemap.xml" in text
    for path in ("/admin/", "/accounts/", "/tickets/", "/coins/"):
        assert f"Disallow: {path}\n" in text


def test_a_phone_can_keep_the_site_as_an_app(client):
    manifest = client.get("/manifest.webmanifest").json()
    assert manifest["start_url"] == "/"
    for icon in manifest["icons"]:
        with Image.open(finders.find(icon["src"].removeprefix("/static/"))) as picture:
            assert "x".join(map(str, picture.size)) == icon["sizes"]


def test_what_programs_fetch_is_the_same_for_everyone(client, make_draw, alice):
    make_draw(draw_time=timezone.now().replace(microsecond=0) + timedelta(hours=3))
    for address in ("/feeds/open.atom", "/feeds/open.json", "/feeds/open.ics", "/robots.txt"):
        visitor, player = client.get(address), signed_in(alice).get(address)
        assert visitor.content == player.content
        assert "public" in player["Cache-Control"]
