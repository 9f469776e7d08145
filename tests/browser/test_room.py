"""The draw room: everyone sees the same number at the same moment, and it comes from the public document."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from playwright.sync_api import expect

from draws.models import LogRecord, Winner
from draws.pages.room import LEAD
from tests.conftest import let_close
from tests.support.pages import finish, take

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def drawn(make_draw, alice, bob):
    """Two prizes and a reserve among two players, one prize each: bob holds nearly all."""
    draw = make_draw(winner_count=2, reserve_count=1, max_per_player=9)
    take(alice, draw)
    take(bob, draw, 9)
    finish(draw)
    return draw


def places(draw):
    return [f"{number:04d}" for number in numbers_of(draw)]


def numbers_of(draw):
    won = Winner.objects.filter(draw=draw, place__lt=draw.winner_count).order_by("place")
    return list(won.values_list("ticket__ticket_number", flat=True))


def begins(draw):
    return LogRecord.objects.get(draw=draw, kind="result").time * 1000 + LEAD // timedelta(milliseconds=1)


def at(moment):
    """The server's time is another, as its answers say it."""
    return f"""(() => {{ const ask = window.fetch; window.fetch = async (address, how) => {{
        if (!String(address).includes("now.json")) return ask(address, how);
        const said = await (await ask(address, how)).json();
        return new Response(JSON.stringify({{ ...said, now: {moment} + performance.now() }}));
    }}; }})()"""


def test_who_comes_later_plays_it_when_they_like(live_server, visit, drawn, alice):
    window = visit(live_server.url, player=alice, width=390)
    page = window.page
    page.add_init_script(at(begins(drawn) + 3_600_000))
    window.go(f"/draws/{drawn.pk}/live/")
    expect(page.get_by_role("button", name="Watch the draw")).to_be_visible()
    assert not any(place in page.locator("main").inner_text() for place in places(drawn) if place != "0001")
    page.get_by_role("button", name="Watch the draw").click()
    page.get_by_role("button", name="Skip to the result").click()
    rolled = page.locator("[data-what=prize] .mini")
    expect(rolled).to_have_text(places(drawn))
    expect(page.locator("[data-outcome]")).to_have_text("Your ticket won.")
    expect(page.get_by_role("button", name="See your result")).to_be_visible()
    page.get_by_role("button", name="Watch it again").click()
    expect(page.locator("[data-list] li")).not_to_have_count(0)
    expect(page.get_by_role("button", name="Skip to the result")).to_be_focused()
    assert window.complaints == []


def test_everyone_who_watches_is_at_the_same_number(live_server, visit, drawn, alice, bob):
    for moment, seen in ((-9_000, 0), (100, 1)):
        texts = set()
        for player in (alice, bob, None):
            window = visit(live_server.url, player=player)
            window.page.add_init_script(at(begins(drawn) + moment))
            window.go(f"/draws/{drawn.pk}/live/")
            label = window.page.locator("[data-label]")
            expect(label).to_contain_text("Roll 1" if seen else "The numbers are rolled in")
            texts.add(window.page.locator("[data-big]").inner_text())
            assert window.complaints == []
        assert len(texts) == 1


def test_a_document_that_does_not_hold_plays_nothing(live_server, visit, drawn):
    window = visit(live_server.url)
    page = window.page
    document = json.loads(b"".join(Client().get(f"/draws/{drawn.pk}/proof.json").streaming_content))
    document["winners"] = document["winners"][::-1]
    page.route("**/proof.json", lambda route: route.fulfill(body=json.dumps(document)))
    window.go(f"/draws/{drawn.pk}/live/")
    expect(page.locator("[data-outcome]")).to_contain_text("The document does not give this result")
    expect(page.locator("[data-list] li")).to_have_count(0)
    expect(page.get_by_role("link", name="Check this draw")).to_be_visible()


def test_the_room_of_an_open_draw_begins_by_itself(live_server, visit, draw, alice):
    take(alice, draw, 3)
    window = visit(live_server.url, player=alice)
    page = window.page
    page.clock.install()
    window.go(f"/draws/{draw.pk}/live/")
    expect(page.get_by_role("heading", name="The draw begins soon after closing")).to_be_visible()
    let_close(draw)
    finish(draw)
    page.clock.run_for(6_000)
    page.clock.run_for(4_000)
    expect(page.locator("[data-label]")).to_contain_text("The numbers are rolled in")
    page.clock.run_for(25_000)
    expect(page.locator("[data-outcome]")).to_have_text("Your ticket won.")
    assert window.complaints == []
