"""The bell, the messages on the site, marking them read, and choosing what to be told and how."""

import re
from itertools import count

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Message, MessageChoice, OutboxEmail
from accounts.notifications import notify
from accounts.notifications.inbox import choices_of, choose, read_up_to
from accounts.notifications.notify import KINDS, send, send_all
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db

_numbers = count(1)


@pytest.fixture
def anything():
    """Some kind of message that may be switched off."""
    return KINDS["ticket"]


@pytest.fixture
def say(anything):
    """Tell a player something; returns the message."""

    def write(user, title="Something happened", url="/coins/", about=anything):
        key = f"test:{next(_numbers)}"
        texts = {
            "title": title,
            "body": "In so many words.",
            "url": url,
            "template": "ledger/email/welcome",
        }
        send(user, about, key, context={"coins": 1}, **texts)
        return Message.objects.filter(key=key).first()

    return write


@pytest.fixture
def ana(make_player):
    """A player who has read what there was."""
    player = make_player("ana")
    Message.objects.all().delete()
    return player


def bell(page) -> str:
    found = re.search(r'<a class="bell".*?</a>', page.content.decode(), re.DOTALL)
    if not found:
        return ""
    shown = re.sub(r'<span[^>]*aria-hidden="true">[^<]*</span>', "", found[0])
    return " ".join(re.sub(r"<[^>]+>", " ", shown).split())


@pytest.mark.parametrize(
    ("unread", "name"),
    [
        (0, "Messages"),
        (1, "Messages, 1 unread"),
        (9, "Messages, 9 unread"),
        (10, "Messages, more than 9 unread"),
        (25, "Messages, more than 9 unread"),
    ],
)
def test_the_bell_says_on_every_page_how_many_messages_are_unread(ana, say, unread, name):
    for _ in range(unread):
        say(ana)
    client = signed_in(ana)
    for address in ("/", "/coins/", "/messages/", "/how-it-works/"):
        assert bell(client.get(address)) == name, address


def test_a_visitor_has_no_bell(client, db):
    assert bell(client.get("/")) == ""


def test_the_bell_costs_one_bounded_query_and_visitors_none(ana, say, client):
    def cost(browser) -> list[str]:
        with CaptureQueriesContext(connection) as captured:
            browser.get("/how-it-works/")
        return [query["sql"] for query in captured if '"messages"' in query["sql"]]

    for _ in range(30):
        say(ana)
    [query] = cost(signed_in(ana))
    assert "LIMIT 10" in query
    assert cost(client) == []


def test_looking_at_the_messages_marks_none_as_read(ana, say):
    say(ana, "Three tickets", "/draws/7/")
    client = signed_in(ana)
    page = client.get("/messages/")
    assert "Three tickets (unread) In so many words." in words(page)
    assert '<a href="/draws/7/" dir="auto">Three tickets</a>' in page.content.decode()
    assert bell(client.get("/messages/")) == "Messages, 1 unread"


def test_one_message_is_marked_as_read_and_keeps_when(ana, say):
    first, second = say(ana, "First"), say(ana, "Second")
    client = signed_in(ana)
    answer = client.post("/messages/read/", {"message": second.pk})
    assert (answer.status_code, answer["Location"]) == (303, "/messages/")
    second.refresh_from_db()
    first.refresh_from_db()
    assert (first.read_at, second.read_at is None) == (None, False)
    client.post("/messages/read/", {"message": second.pk})
    when = second.read_at
    second.refresh_from_db()
    assert second.read_at == when


def test_marking_all_as_read_leaves_what_arrived_meanwhile_unread(ana, say):
    say(ana, "First")
    say(ana, "Second")
    client = signed_in(ana)
    page = client.get("/messages/").content.decode()
    upto = re.search(r'name="upto" value="(\d+)"', page)[1]
    say(ana, "Meanwhile")
    client.post("/messages/read/", {"upto": upto})
    assert [m.title for m in Message.objects.filter(read_at__isnull=True)] == ["Meanwhile"]
    assert bell(client.get("/messages/")) == "Messages, 1 unread"


def test_nobody_marks_the_messages_of_somebody_else(ana, bob, say):
    theirs = say(bob)
    client = signed_in(ana)
    assert client.post("/messages/read/", {"message": theirs.pk}).status_code == 404
    assert client.post("/messages/read/", {"message": 10**15}).status_code == 404
    assert client.post("/messages/read/", {"upto": 10**15}).status_code == 303
    assert not Message.objects.filter(user=bob, read_at__isnull=False).exists()
    assert theirs.title not in words(client.get("/messages/"))


@pytest.mark.parametrize(
    "fields", [{}, {"upto": ""}, {"upto": "x"}, {"upto": "-1"}, {"message": "1e3"}, {"message": "9" * 40}]
)
def test_a_damaged_form_changes_nothing_and_says_so(ana, say, fields):
    say(ana)
    assert signed_in(ana).post("/messages/read/", fields).status_code == 400
    assert Message.objects.filter(read_at__isnull=True).count() == 1


@pytest.mark.parametrize("address", ["/messages/", "/messages/choices/"])
def test_messages_are_for_signed_in_players(client, db, address):
    assert client.get(address)["Location"] == f"/accounts/login/?next={address}"


def test_marking_needs_a_sign_in_and_a_form(ana, client):
    assert client.post("/messages/read/", {"upto": "1"})["Location"].startswith("/accounts/login/")
    assert signed_in(ana).get("/messages/read/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(ana)
    assert strict.post("/messages/read/", {"upto": "1"}).status_code == 403


def test_a_new_player_reads_that_there_are_no_messages_yet(ana):
    assert "No messages yet" in words(signed_in(ana).get("/messages/"))


def test_many_messages_are_reached_page_by_page_at_the_same_cost(ana, say):
    for number in range(45):
        say(ana, f"Message number {number:02d}")
    client, costs, seen, address = signed_in(ana), set(), [], "/messages/"
    while address:
        with CaptureQueriesContext(connection) as captured:
            page = client.get(address).content.decode()
        costs.add(len(captured))
        seen += re.findall(r">(Message number \d\d)</a>", page)
        further = re.search(r'href="(\?before=\d+)">Earlier', page)
        address = f"/messages/{further[1]}" if further else ""
    assert seen == [f"Message number {number:02d}" for number in reversed(range(45))]
    assert max(costs) <= 5
    assert len(costs) == 1


@pytest.mark.parametrize("before", ["x", "-1", "0", "9" * 40])
def test_a_damaged_page_address_still_shows_a_page(ana, before):
    assert signed_in(ana).get(f"/messages/?before={before}").status_code == 200


def test_a_message_cannot_bring_markup_onto_the_page(ana, say):
    say(ana, "<script>alert(1)</script>")
    assert "<script>alert" not in signed_in(ana).get("/messages/").content.decode()


def chosen(client, **ways):
    return client.post("/messages/choices/", ways).status_code


def test_a_player_chooses_for_each_kind_whether_by_mail_and_whether_on_the_site(ana, say):
    client = signed_in(ana)
    OutboxEmail.objects.all().delete()
    for ways, mails, messages in (
        (["email"], 1, 0),
        (["site"], 0, 1),
        ([], 0, 0),
        (["email", "site"], 1, 1),
    ):
        assert chosen(client, ticket=ways) == 302
        say(ana)
        assert (OutboxEmail.objects.count(), Message.objects.count()) == (mails, messages), ways
        assert choices_of(ana)["ticket"] == ("email" in ways, "site" in ways)
        OutboxEmail.objects.all().delete()
        Message.objects.all().delete()
    assert MessageChoice.objects.filter(user=ana, kind="ticket").count() == 1


def test_the_page_of_choices_shows_what_was_chosen_and_what_is_always_sent(ana):
    client = signed_in(ana)
    chosen(client, ticket=["site"], welcome=["email", "site"])
    page = client.get("/messages/choices/").content.decode()

    def box(kind, way):
        return re.search(rf'<input type="checkbox" name="{kind}" value="{way}"([^>]*)>', page)[1].strip()

    assert (box("ticket", "email"), box("ticket", "site")) == ("", "checked")
    assert (box("result", "email"), box("result", "site")) == ("", "")
    assert (box("won", "email"), box("won", "site")) == ("checked disabled", "checked disabled")
    for kind in KINDS.values():
        assert (str(kind.label) in words(client.get("/messages/choices/"))) == (not kind.staff_only)


def test_what_is_needed_cannot_be_switched_off_by_any_form(ana, say):
    client = signed_in(ana)
    assert chosen(client, won=[]) == 302
    choose(ana, {"won": (False, False)})
    assert not MessageChoice.objects.filter(kind="won").exists()
    MessageChoice.objects.create(user=ana, kind="won", by_email=False, on_site=False)
    OutboxEmail.objects.all().delete()
    say(ana, about=KINDS["won"])
    assert (OutboxEmail.objects.count(), Message.objects.count()) == (1, 1)
    assert choices_of(ana)["won"] == (True, True)


def test_a_way_that_does_not_exist_is_refused_and_changes_nothing(ana):
    client = signed_in(ana)
    chosen(client, ticket=["email", "site"])
    assert chosen(client, ticket=["pigeon"]) == 400
    assert choices_of(ana)["ticket"] == (True, True)


def test_one_players_choices_are_theirs_alone(ana, bob, say):
    chosen(signed_in(ana))
    assert say(ana) is None
    assert say(bob) is not None


def test_a_closed_account_is_told_nothing(ana, say):
    ana.closed_at = ana.created_at
    OutboxEmail.objects.all().delete()
    assert say(ana) is None
    assert not OutboxEmail.objects.exists()


def test_telling_a_thousand_costs_the_queries_of_telling_ten(ana, anything):
    from accounts.models import User

    def cost(number: int) -> int:
        users = User.objects.bulk_create(
            User(email=f"crowd-{next(_numbers)}@x.example") for _ in range(number)
        )
        facts = [
            notify.Notification(user, f"crowd:{user.pk}", "T", "B", "/", "ledger/email/welcome", {"coins": 1})
            for user in users
        ]
        with CaptureQueriesContext(connection) as captured:
            send_all(anything, facts)
        assert OutboxEmail.objects.filter(key__startswith="crowd:").count() >= number
        return len([query for query in captured if "SAVEPOINT" not in query["sql"]])

    assert cost(10) == cost(500) == 3


def test_times_in_mails_are_on_the_players_own_clock(make_player, make_draw):
    from draws.notifications.sweeps import send_receipts
    from tests.support.pages import take

    kenji = make_player("kenji", time_zone="Asia/Tokyo")
    draw = make_draw()
    take(kenji, draw)
    send_receipts()
    mail = OutboxEmail.objects.get(key__startswith="ticket:")
    assert f"{draw.draw_time.astimezone(kenji.tz):%H:%M} (Tokyo)" in " ".join(mail.text.split())


def test_reading_up_to_counts_what_was_unread(ana, say):
    for _ in range(3):
        newest = say(ana)
    assert read_up_to(ana, newest.pk) == 3
    assert read_up_to(ana, newest.pk) == 0
