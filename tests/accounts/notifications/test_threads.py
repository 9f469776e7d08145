"""The messages about one draw are one item, newest first, with its history folded; filters are addresses."""

import re
from itertools import count

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Message
from accounts.notifications import inbox
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db

_numbers = count(1)
HASH = "9f" * 32


@pytest.fixture
def ana(make_player):
    player = make_player("ana")
    Message.objects.all().delete()
    return player


@pytest.fixture
def say(ana):
    """Leave a message about a draw, or about nothing, in a player's inbox."""

    def write(title, thread="", kind="ticket", player=ana, body="In so many words.", url="/draws/7/"):
        key = f"thread:{next(_numbers)}"
        return Message.objects.create(
            user=player, key=key, kind=kind, title=title, body=body, url=url, thread=thread
        )

    return write


def items(page) -> list[str]:
    """The titles that a page shows, each with those that are folded into it."""
    text = page.content.decode()
    listed = re.search(r'<ul role="list" class="rows told.*?</main>', text, re.DOTALL)
    found = re.findall(
        r'<svg class="coin".*?(?=<svg class="coin"|</main>)', listed[0] if listed else "", re.DOTALL
    )
    return [" < ".join(re.findall(r'<a href="[^"]*" dir="auto">([^<]*)</a>', item)) for item in found]


def test_the_messages_about_a_draw_are_one_item_with_its_history_folded(ana, say):
    say("Tickets", "draw:7")
    say("Welcome", kind="welcome")
    say("Other draw", "draw:8")
    say("Frozen", "draw:7", kind="frozen")
    say("Result", "draw:7", kind="result")
    page = signed_in(ana).get("/messages/")
    assert items(page) == ["Result < Frozen < Tickets", "Other draw", "Welcome"]
    assert re.search(r"<summary>\s*2 earlier messages\s*</summary>", page.content.decode())


def test_what_the_site_really_sends_about_a_draw_is_one_item(ana, make_draw):
    from draws.notifications import sweeps
    from tests.support.pages import finish, take

    draw = make_draw()
    take(ana, draw)
    sweeps.send_receipts()
    finish(draw)
    sweeps.send_list_fingerprints()
    sweeps.send_results()
    assert Message.objects.filter(user=ana).count() >= 3
    assert set(Message.objects.filter(user=ana).values_list("thread", flat=True)) == {f"draw:{draw.pk}"}
    [item] = inbox.items_of(ana)
    assert len(item.earlier) == Message.objects.filter(user=ana).count() - 1


def test_no_fingerprint_stands_in_the_list_and_none_is_lost(ana, say):
    say("Frozen", "draw:7", body=f"12 tickets.\nFrozen list: {HASH}\nOperator-run draw.")
    page = signed_in(ana).get("/messages/").content.decode()
    open_text = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
    assert "12 tickets.<br>Operator-run draw." in open_text
    assert HASH not in open_text
    assert HASH in page


def test_messages_of_two_players_about_a_draw_stay_apart(ana, bob, say):
    say("Mine", "draw:7")
    say("Theirs", "draw:7", player=bob)
    assert items(signed_in(ana).get("/messages/")) == ["Mine"]


@pytest.mark.parametrize(
    ("show", "shown"),
    [
        ("all", ["Result < Tickets", "New sign-in"]),
        ("unread", ["Result", "New sign-in"]),
        ("results", ["Result"]),
        ("tickets", ["Tickets"]),
        ("account", ["New sign-in"]),
        ("nonsense", ["Result < Tickets", "New sign-in"]),
    ],
)
def test_a_filter_is_an_address_that_works_without_script(ana, say, show, shown):
    tickets = say("Tickets", "draw:7")
    say("New sign-in", kind="sign_in")
    say("Result", "draw:7", kind="result")
    inbox.read_one(ana, tickets.pk)
    page = signed_in(ana).get(f"/messages/?show={show}")
    assert items(page) == shown
    current = re.findall(
        r'aria-current="page">\s*<span class="vh">Show:</span>\s*(\w+)', page.content.decode()
    )
    assert current[-1:] == [str(inbox.FILTERS.get(show, "All"))]


def test_every_kind_is_found_under_a_filter():
    from accounts.notifications.notify import KINDS

    assert {kind.topic for kind in KINDS.values()} <= set(inbox.FILTERS)


@pytest.mark.parametrize(
    ("show", "said"),
    [
        ("all", "No messages yet"),
        ("unread", "You have read everything"),
        ("results", "No messages of this kind yet"),
    ],
)
def test_an_empty_list_says_what_to_do(ana, show, said):
    page = signed_in(ana).get(f"/messages/?show={show}")
    assert said in words(page)
    leads = "/" if show == "all" else "/messages/"
    assert re.search(rf'<a class="btn[^"]*" href="{leads}">', page.content.decode())


def test_marking_an_item_reads_its_history_and_nothing_that_came_since(ana, say):
    say("Tickets", "draw:7")
    frozen = say("Frozen", "draw:7")
    say("Other draw", "draw:8")
    say("Result", "draw:7")
    answer = signed_in(ana).post("/messages/read/", {"message": frozen.pk, "show": "tickets"})
    assert answer["Location"] == "/messages/?show=tickets"
    unread = Message.objects.filter(read_at__isnull=True).values_list("title", flat=True)
    assert set(unread) == {"Other draw", "Result"}


def test_marking_all_reads_what_the_filter_shows(ana, say):
    say("Tickets", "draw:7")
    newest = say("New sign-in", kind="sign_in")
    signed_in(ana).post("/messages/read/", {"upto": newest.pk, "show": "account"})
    assert [m.title for m in Message.objects.filter(read_at__isnull=True)] == ["Tickets"]


def test_threads_are_reached_page_by_page_at_the_same_cost(ana, say):
    for turn in range(3):
        for number in range(45):
            say(f"{turn}-{number:02d}", f"draw:{number}")
    client, costs, seen, address = signed_in(ana), set(), [], "/messages/"
    while address:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address)
        costs.add(len(captured))
        seen += items(page)
        further = re.search(r'href="(\?before=\d+)">\s*Earlier', page.content.decode())
        address = f"/messages/{further[1]}" if further else ""
    assert seen == [f"2-{n:02d} < 1-{n:02d} < 0-{n:02d}" for n in reversed(range(45))]
    assert len(costs) == 1
    assert max(costs) <= 5


def test_a_long_history_is_a_page_of_its_own(ana, bob, say):
    for number in range(30):
        newest = say(f"Tickets {number:02d}", "draw:7")
    client = signed_in(ana)
    page = client.get("/messages/")
    assert items(page)[0].count("<") == inbox.FOLDED
    assert "All 30 messages about this draw" in words(page)
    whole = client.get(f"/messages/?with={newest.pk}")
    assert items(whole) == [f"Tickets {number:02d}" for number in range(29, 9, -1)]
    further = re.search(r'href="(\?with=[^"]*)"', whole.content.decode())[1].replace("&amp;", "&")
    assert items(client.get(f"/messages/{further}")) == [f"Tickets {n:02d}" for n in range(9, -1, -1)]
    assert "Tickets 2" not in words(signed_in(bob).get(f"/messages/?with={newest.pk}"))
