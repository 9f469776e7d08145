"""Results for everyone, and a player's own tickets."""

import re

import pytest
from django.utils import timezone

from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from tests.conftest import let_close
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


def walk(client, address: str, pattern: str) -> list[str]:
    """Everything that matches on this page and on the pages after it."""
    found: list[str] = []
    while address:
        page = client.get(address).content.decode()
        found += re.findall(pattern, page)
        further = re.search(r'href="(\?[^"]*before=[^"]+)">Earlier', page)
        address = address.split("?")[0] + further[1].replace("&amp;", "&") if further else ""
    return found


def test_results_show_drawn_cancelled_and_void_draws_each_with_its_reason(client, make_draw, alice):
    drawn, void, off = (
        make_draw(title="Drawn one"),
        make_draw(title="Void one", min_participants=9),
        make_draw(),
    )
    take(alice, drawn, 2)
    take(alice, void, 1)
    cancel_draw(off.pk, actor=None, reason="The host withdrew.")
    finish(drawn, void)
    page = words(client.get("/winners/"))
    assert "Drawn one" in page
    assert "from 2 tickets" in page
    assert "a player" in page
    assert "Void one" in page
    assert "needed 9" in page
    assert "The host withdrew." in page
    assert "You won" in words(signed_in(alice).get("/winners/"))


def test_open_draws_and_drafts_are_no_results(client, draw, make_draft):
    make_draft(title="A secret draft")
    page = words(client.get("/winners/"))
    assert "Nothing drawn yet" in page
    assert "A secret draft" not in page


def test_every_result_is_reached_once_through_the_pages(client, make_draw, make_player):
    rich = make_player("carol", coins=1000)
    draws = [make_draw(title=f"Past draw {number:02d}", entry_fee=1) for number in range(28)]
    for draw in draws[:20]:
        take(rich, draw)
    finish(*draws)
    found = walk(client, "/winners/", r">(Past draw \d\d)<")
    assert sorted(found) == sorted(draw.title for draw in draws)
    assert len(found) == 28


def test_my_tickets_say_what_became_of_each(make_draw, alice, bob):
    names = ("Open one", "Won one", "Void one", "Cancelled one")
    draws = dict(
        zip(names, [make_draw(title=n, min_participants=4 if "Void" in n else 1) for n in names], strict=True)
    )
    for draw in draws.values():
        take(alice, draw, 2)
    cancel_draw(draws["Cancelled one"].pk, actor=None, reason="The host withdrew.")
    finish(draws["Won one"], draws["Void one"])
    close_due_draws()
    client = signed_in(alice)
    page = words(client.get("/tickets/"))
    assert "8 tickets taken so far, 1 prize won." in page
    assert re.search(r"Open one In the draw Closes .*? 0001 0002", page)
    assert re.search(r"Won one Won Drawn .*? 0001 0002 Ticket 000[12] won 100 coins", page)
    assert re.search(r"Void one Coins returned .*? 0001 0002", page)
    assert re.search(r"Cancelled one Coins returned The host withdrew. Tickets 0001 0002", page)
    for show, shown, hidden in (
        ("active", "Open one", "Won one"),
        ("won", "Won one", "Void one"),
        ("ended", "Void one", "Open one"),
    ):
        page = words(client.get(f"/tickets/?show={show}"))
        assert shown in page
        assert hidden not in page
    assert "No tickets yet" in words(signed_in(bob).get("/tickets/"))


def test_open_draws_come_first_then_what_is_undecided_and_a_cancelled_one_never_above_them(
    make_draw, make_player
):
    player = make_player("dora", coins=500, covers_results_from=timezone.now())
    names = ("First open", "Being drawn", "Result to open", "Result seen", "Second open", "Cancelled one")
    draws = {name: make_draw(title=name) for name in names}
    for draw in draws.values():
        take(player, draw)
    cancel_draw(draws["Cancelled one"].pk, actor=None, reason="The host withdrew.")
    finish(draws["Result to open"], draws["Result seen"])
    client = signed_in(player)
    client.post(f"/draws/{draws['Result seen'].pk}/open/")
    let_close(draws["Being drawn"])
    page = words(client.get("/tickets/")).partition("Filter")[2] or words(client.get("/tickets/"))
    wanted = ["Second open", "First open", "Waiting for the result", "Result to open", "Being drawn"]
    wanted += ["Past", "Cancelled one", "Result seen"]
    found = sorted(wanted, key=lambda name: page.index(f" {name} "))
    assert found == wanted


def test_all_groups_are_walked_in_their_order_through_the_pages(make_draw, make_player):
    rich = make_player("carol", coins=1000)
    draws = [make_draw(title=f"My draw {number:02d}") for number in range(28)]
    for draw in draws:
        take(rich, draw)
    finish(*draws[14:])
    found = walk(signed_in(rich), "/tickets/", r">(My draw \d\d)<")
    wanted = [f"My draw {number:02d}" for number in [*reversed(range(14)), *reversed(range(14, 28))]]
    assert found == wanted


@pytest.mark.parametrize(
    ("show", "said"),
    [
        ("all", "No tickets yet Choose a draw and how many tickets to take."),
        ("won", "No tickets here When one of your tickets wins, it appears here."),
        ("ended", "No tickets here Once a draw that you entered has ended"),
    ],
)
def test_a_list_without_tickets_says_what_to_do(alice, show, said):
    page = words(signed_in(alice).get(f"/tickets/?show={show}"))
    assert said in page
    assert "See open draws" in page
    assert ("See all my tickets" in page) == (show != "all")


def test_the_loser_reads_not_this_time(draw, alice, bob):
    take(alice, draw)
    take(bob, draw)
    finish(draw)
    loser = bob if draw.winner_id == alice.pk else alice
    assert "Not this time" in words(signed_in(loser).get("/tickets/"))


def test_my_tickets_are_mine_alone(draw, alice, bob, client):
    take(alice, draw)
    assert "Lisbon for two" not in words(signed_in(bob).get("/tickets/"))
    response = client.get("/tickets/")
    assert response.status_code == 302
    assert response["Location"] == "/accounts/login/?next=/tickets/"


def test_every_draw_of_mine_is_reached_once_through_the_pages(make_draw, make_player):
    rich = make_player("carol", coins=1000)
    for number in range(28):
        take(rich, make_draw(title=f"My draw {number:02d}"), 2)
    found = walk(signed_in(rich), "/tickets/?show=active", r">(My draw \d\d)<")
    assert sorted(found) == [f"My draw {number:02d}" for number in range(28)]


def test_many_tickets_in_one_draw_are_cut_short(make_draw, alice):
    take(alice, make_draw(max_participants=50, max_per_player=40, entry_fee=1), 40)
    assert "0006 and 34 more" in words(signed_in(alice).get("/tickets/"))


@pytest.mark.parametrize(
    "address",
    [
        "/winners/?before=x",
        *(f"/tickets/?before={cursor}" for cursor in ("-1", "0-99999999999999999999", "3-1", "²-1", "7")),
    ],
)
def test_a_damaged_page_address_still_shows_a_page(draw, alice, address):
    take(alice, draw)
    assert signed_in(alice).get(address).status_code == 200
