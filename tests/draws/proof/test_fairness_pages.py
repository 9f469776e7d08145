"""What players and visitors read about how a draw is decided, in each of its states."""

import hashlib
import re
from itertools import islice

import pytest
from django.test import Client

from accounts.models import Message, OutboxEmail
from draws import fairness
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws, freeze_draw
from draws.lifecycle.rounds import fetch_rounds
from draws.models import Redraw, Seal, Winner
from draws.notifications.about import LOCAL_LABEL
from draws.notifications.sweeps import send_list_fingerprints, send_receipts, send_results
from draws.proof.log import newest_head
from tests.conftest import let_close
from tests.support.beacon_draws import let_the_round_stay_away
from tests.support.pages import finish, signed_in, take, words
from tests.support.prizes import pass_on_prize, won
from tests.support.proofs import document, fetch

pytestmark = pytest.mark.django_db

ONE_SENTENCE = "we roll numbers until one lands on a ticket whose holder has not won yet"


def page_of(draw, player=None):
    return (signed_in(player) if player else Client()).get(f"/draws/{draw.pk}/")


def freeze(draw):
    let_close(draw)
    freeze_draw(draw.pk)
    draw.refresh_from_db()


def prints(draw, *names):
    seal = Seal.objects.get(pk=draw.pk)
    return [bytes(getattr(seal, name)).hex() for name in names]


def has(text, *wanted):
    return [part for part in wanted if part not in text] == []


def test_an_open_draw_says_how_its_winner_will_be_chosen(alice, draw):
    take(alice, draw)
    text, html = words(page_of(draw)), page_of(draw).content.decode()
    assert has(
        text, ONE_SENTENCE, str(LOCAL_LABEL), "What this does not prove", "1 so far, numbered with no gaps"
    )
    assert has(html, *prints(draw, "open_hash", "seed_commit"), newest_head().hex())
    assert "Read the list" not in text
    assert "beacon" not in text


def test_a_drawn_draw_shows_every_fingerprint_to_copy_and_everything_to_download(alice, draw):
    take(alice, draw)
    finish(draw)
    html = page_of(draw).content.decode()
    names = ("open_hash", "seed_commit", "freeze_hash", "server_seed", "result_hash")
    for digest in prints(draw, *names):
        assert f'<code translate="no">{digest}</code>' in html
        assert f'data-copy="{digest}"' in html
    links = ("proof.json", "tickets.txt", "tickets/")
    assert has(html, *(f'href="/draws/{draw.pk}/{link}"' for link in links))
    assert has(html, 'href="/log/"', 'href="/verify/lucky11_verify.py"', 'href="/fair-draws/"')


def test_a_draw_that_gives_a_prize_a_ticket_says_its_own_rule(alice, make_draw):
    draw = make_draw(prize_policy="one_prize_per_ticket")
    text = words(page_of(draw))
    assert "until one lands on a ticket that has not won yet" in text
    assert ONE_SENTENCE not in text


@pytest.fixture
def waiting(beacon, make_draw, alice):
    """A draw that will wait for a round of the beacon, in which Alice holds a ticket."""
    draw = make_draw(fairness_mode="beacon", reserve_count=1)
    take(alice, draw)
    return draw


def test_a_draw_with_a_beacon_names_its_round_and_carries_no_label(waiting, beacon):
    draw = waiting
    before = words(page_of(draw))
    assert has(
        before,
        f"round {Seal.objects.get(pk=draw.pk).round}",
        "The operator alone cannot know it in advance",
        "before the round exists",
    )
    assert str(LOCAL_LABEL) not in before
    freeze(draw)
    number, due = Seal.objects.get(pk=draw.pk).round, Seal.objects.get(pk=draw.pk).round_time
    frozen = words(page_of(draw))
    expected = f"expected at {due.day} {due:%b %Y, %H:%M:%S}"
    assert has(frozen, f"Waiting for round {number} of the public beacon, {expected}")
    assert has(frozen, "Waiting for the beacon", "nothing is left to hold back")
    assert prints(draw, "server_seed")[0] in page_of(draw).content.decode()
    signature = beacon.release(number).hex()
    assert signature not in page_of(draw).content.decode()
    fetch_rounds()
    close_due_draws()
    drawn = page_of(draw)
    assert has(words(drawn), f"Round {number} of the public beacon arrived", ONE_SENTENCE)
    assert f'<code translate="no">{signature}</code>' in drawn.content.decode()


def test_a_draw_whose_round_never_came_leaves_list_and_secret_number(waiting):
    draw = waiting
    freeze(draw)
    let_the_round_stay_away(draw, "The round could not be had for 7 days.")
    gone = words(page_of(draw))
    assert has(gone, "The round could not be had for 7 days.", "anyone can work out who would have won")


def test_void_and_cancelled_draws_say_why_with_their_record(alice, make_draw):
    short, off = make_draw(min_participants=5), make_draw()
    for draw in (short, off):
        take(alice, draw)
    cancel_draw(off.pk, reason="The host withdrew.")
    finish(short, off)
    for draw, reason in (
        (short, "Too few tickets were taken: 1, and the draw needed 5."),
        (off, "The host withdrew."),
    ):
        text = words(page_of(draw))
        assert has(text, reason, "Every coin goes back")
        assert "List frozen" not in text
        assert has(page_of(draw).content.decode(), *prints(draw, "void_hash"))
        assert prints(draw, "server_seed")[0] in page_of(draw).content.decode()
        assert has(text, "anyone can work out who would have won", "Read the list")
        assert has(words(Client().get(f"/draws/{draw.pk}/tickets/")), "1 ticket, when the draw ended without")
        assert len(fetch(f"/draws/{draw.pk}/tickets.txt").splitlines()) == 1


def test_a_prize_passed_on_shows_who_was_first_why_and_the_next_reserve(make_draw, make_player):
    winner = won(make_draw, [make_player(name) for name in ("ada", "ben", "cleo")], reserve_count=2)
    pass_on_prize(winner.pk)
    redraw = Redraw.objects.select_related("failed__ticket", "reserve__ticket").get()
    text = words(page_of(winner.draw))
    first, second = (win.ticket.ticket_number for win in (redraw.failed, redraw.reserve))
    assert f"The prize of place 1, ticket {first:04d}, went to reserve 1, ticket {second:04d}" in text
    assert has(
        text, "The prize was not claimed in time.", "Each prize goes to the next reserve", "Passed on 1 time"
    )
    places = Seal.objects.get(pk=winner.draw_id).places
    assert [first - 1, second - 1] == places[:2]


def test_an_operator_run_draw_is_labelled_wherever_it_is_shown(alice, bob, make_player, make_draw):
    draws = [make_draw(title=f"Draw number {n}") for n in range(3)]
    ended = make_draw(title="Draw that ended", prize_amount=90)
    for player in (alice, bob):
        for draw in (draws[0], ended):
            take(player, draw)
    finish(ended)
    send_receipts()
    send_list_fingerprints()
    send_results()
    client = signed_in(alice)
    # Page, and how many draws it shows: lists have a tag beside each, and say once what it means.
    lists = {"/": 4, "/?show=mine": 1, "/tickets/": 2, "/winners/": 1}
    for path, count in lists.items():
        page = client.get(path)
        assert page.content.decode().count('href="#operator-run"') == count, path
        assert words(page).count(str(LOCAL_LABEL)) == 1, path
    shown = {
        f"/draws/{draws[0].pk}/": 1,
        f"/draws/{ended.pk}/": 1,
        f"/draws/{ended.pk}/tickets/": 1,
        "/log/": 6,
        "/messages/": Message.objects.filter(user=alice, url__regex="draws|winners").count(),
    }
    assert {path: words(client.get(path)).count(str(LOCAL_LABEL)) for path in shown} == shown
    assert shown["/messages/"] >= 4
    for mail in OutboxEmail.objects.filter(key__regex="^(ticket|frozen|result|won):"):
        assert str(LOCAL_LABEL) in mail.text
        assert str(LOCAL_LABEL) in mail.html
    winner = Winner.objects.select_related("user").get()
    claim = signed_in(winner.user).get(f"/winners/{winner.pk}/claim/")
    assert words(claim).count(str(LOCAL_LABEL)) == 1


def test_a_draw_with_a_beacon_is_labelled_nowhere(alice, waiting):
    draw = waiting
    send_receipts()
    client = signed_in(alice)
    for path in ("/", f"/draws/{draw.pk}/", "/tickets/", "/log/", "/messages/"):
        assert str(LOCAL_LABEL) not in words(client.get(path)), path
    assert str(LOCAL_LABEL) not in OutboxEmail.objects.get(key__startswith="ticket:").text


def test_a_holder_reads_a_receipt_that_finds_their_tickets(alice, bob, draw):
    take(bob, draw)
    take(alice, draw, 2)
    finish(draw)
    html = page_of(draw, alice).content.decode()
    ref, salt = (re.search(rf'data-{name}="([0-9a-f]{{64}})"', html)[1] for name in ("ref", "salt"))
    assert f'data-user-id="{alice.pk}"' in html
    proof = document(draw)
    computed = fairness.entry_ref(bytes.fromhex(proof["draw_id"]), bytes.fromhex(salt), alice.pk)
    assert computed.hex() == ref
    assert [n for n, entry in enumerate(proof["entries"], 1) if entry == ref] == [2, 3]
    assert f"--ticket 2 --user-id {alice.pk} --salt {salt}" in words(page_of(draw, alice))
    for other in (page_of(draw), page_of(draw, bob)):
        assert salt not in other.content.decode()
        assert ref not in other.content.decode()


def test_the_receipt_is_there_before_the_draw_too(alice, draw):
    take(alice, draw)
    text = words(page_of(draw, alice))
    assert has(text, "Your tickets in the list", "Once the list is frozen", "Your salt: keep it to yourself")


def test_the_log_page_shows_the_newest_head_and_how_to_keep_it(alice, draw):
    take(alice, draw)
    finish(draw)
    html = fetch("/log/").decode()
    assert f'data-copy="{newest_head().hex()}"' in html
    assert has(
        " ".join(html.split()),
        'href="/log.json"',
        "3. Winners drawn",
        "2. List frozen",
        "1. Opened",
        "So keep this one",
    )


def test_how_draws_work_is_said_in_one_sentence_with_its_limits():
    text = words(Client().get("/fair-draws/"))
    assert "We roll numbers until one lands on a ticket whose holder has not won yet." in text
    assert str(LOCAL_LABEL) in text
    for limit in ("When the list was frozen", "different real people", "never sold", "the same log"):
        assert limit in text
    for page in ("/how-it-works/", "/rules/"):
        assert ONE_SENTENCE in words(Client().get(page)).replace("We roll", "we roll"), page


def test_the_example_is_a_draw_as_the_site_draws():
    key = hashlib.sha256(b"Lucky11 example 165").digest()
    rolls = [roll + 1 for roll in islice(fairness.candidates(key, 5), 4)]
    text = words(Client().get("/fair-draws/"))
    for word, roll in zip(
        ("first roll says", "second says", "third says", "fourth says"), rolls, strict=True
    ):
        assert f"The {word} {roll}" in text
    ada, ben, cleo = (hashlib.sha256(name).digest() for name in (b"ada", b"ben", b"cleo"))
    places = fairness.pick_winners(
        key, [ada, ada, ben, cleo, ben], winners=2, reserves=0, policy=fairness.Policy.ONE_PRIZE_PER_PLAYER
    )
    assert [index + 1 for index in places] == [2, 4]
