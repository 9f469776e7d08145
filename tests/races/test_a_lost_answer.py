"""The connection is cut after the work was done and before the answer came: asking again is safe."""

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from allauth.account.models import EmailAddress
from django.db import OperationalError, connection

from accounts import approvals
from accounts.models import OutboxEmail
from draws.entries.take import take_tickets
from draws.exceptions import AlreadyClaimed
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.models import Claim, LogRecord, Participation, Redraw, Winner
from draws.prizes.claims import claim_prize
from draws.prizes.pass_on import lapse_claim
from ledger.bonuses import claim_daily_bonus, grant_signup_bonus
from ledger.models import Transaction
from ledger.services import adjust, balance, reverse
from tests.races.together import at_once
from tests.support.pages import field, signed_in, words
from tests.support.prizes import DETAILS, HIDDEN, let_time_run_out, won

pytestmark = pytest.mark.django_db(transaction=True)


class Wire:
    """A wire to the database that swallows the answer to a statement with these bytes in it, and breaks."""

    def __init__(self, last_words: bytes) -> None:
        self.last_words = last_words
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.ends: list[socket.socket] = [self.listener]
        self.threads: list[threading.Thread] = []
        self._start(self._accept)

    def _start(self, task: Callable[..., None], *arguments: object) -> None:
        thread = threading.Thread(target=task, args=arguments)
        self.threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = connect_to_the_server()
                self.ends += [client, server]
                spoken = threading.Event()
                self._start(self._carry, client, server, spoken)
                self._start(self._answer, server, client, spoken)

    def _carry(self, client: socket.socket, server: socket.socket, spoken: threading.Event) -> None:
        with suppress(OSError):
            while part := client.recv(65536):
                if self.last_words in part:
                    spoken.set()
                server.sendall(part)
        hang_up(server)

    def _answer(self, server: socket.socket, client: socket.socket, spoken: threading.Event) -> None:
        with suppress(OSError):
            while (part := server.recv(65536)) and not spoken.is_set():
                client.sendall(part)
        hang_up(client)

    def close(self) -> None:
        """Hang up everywhere."""
        for end in self.ends:
            hang_up(end)
        for thread in self.threads:
            thread.join(20)
        for end in self.ends:
            end.close()


def connect_to_the_server() -> socket.socket:
    host, port = str(server_settings["HOST"]) or "localhost", str(server_settings["PORT"] or 5432)
    if not host.startswith("/"):
        return socket.create_connection((host, int(port)))
    client = socket.socket(socket.AF_UNIX)
    client.connect(f"{host}/.s.PGSQL.{port}")
    return client


def hang_up(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)


server_settings: dict[str, object] = {}


@pytest.fixture
def wire(transactional_db) -> Iterator[Wire]:
    server_settings.update(connection.settings_dict)
    wire = Wire(b"take_tickets")
    yield wire
    wire.close()


@pytest.fixture
def commits_wire(wire: Wire) -> Wire:
    """The same, but the answer that is lost is the one to COMMIT."""
    wire.last_words = b"COMMIT"
    return wire


def over(wire: Wire, call: Callable[[], object]) -> object:
    """Make the call with a database connection over the wire."""

    def make() -> object:
        host, port = wire.listener.getsockname()
        connection.close()
        connection.settings_dict = connection.settings_dict | {"HOST": host, "PORT": str(port)}
        return call()

    [outcome] = at_once([make])
    return outcome


def test_an_entry_whose_answer_was_lost_is_answered_when_it_is_sent_again(draw, alice, wire):
    lost = over(wire, lambda: take_tickets(alice.pk, draw.pk, 2, "request-1"))
    assert isinstance(lost, OperationalError)
    assert (balance(alice.pk), Participation.objects.count()) == (40, 2)
    again = take_tickets(alice.pk, draw.pk, 2, "request-1")
    assert (again.numbers, again.balance, again.replayed) == ([1, 2], 40, True)
    assert (balance(alice.pk), Participation.objects.count()) == (40, 2)


def test_the_page_of_a_lost_answer_keeps_the_request_id_so_that_pressing_again_charges_once(
    draw, alice, wire
):
    browser = signed_in(alice)
    fields = {"tickets": "2", "request_id": uuid.uuid4().hex}
    answer = over(wire, lambda: browser.post(f"/draws/{draw.pk}/enter/", fields))
    assert answer.status_code == 503
    assert "You are charged only once, no matter how often you press it." in words(answer)
    assert {name: field(answer, name) for name in fields} == fields
    again = browser.post(f"/draws/{draw.pk}/enter/", fields)
    assert again.status_code == 303
    assert (balance(alice.pk), Participation.objects.count()) == (40, 2)


def lose_the_answer(wire: Wire, call: Callable[[], object]) -> object:
    """Make the call, whose answer gets lost although it was done, and once more; what that one says."""
    assert isinstance(over(wire, call), OperationalError)
    [again] = at_once([call])
    return again


def test_a_visit_whose_answer_was_lost_is_collected_once(alice, commits_wire):
    row, new = lose_the_answer(commits_wire, lambda: claim_daily_bonus(alice))
    assert (row.balance_after, new, balance(alice.pk)) == (53, False, 53)


@pytest.fixture
def boss(make_player):
    return make_player("boss", is_staff=True, is_superuser=True)


def test_a_correction_whose_answer_was_lost_is_made_once(alice, boss, commits_wire):
    again = lose_the_answer(commits_wire, lambda: adjust(alice.pk, 20, "Sorry", actor=boss, key="sorry"))
    assert (again.balance_after, balance(alice.pk)) == (70, 70)


def test_a_payment_whose_return_was_not_answered_is_returned_once(draw, alice, commits_wire):
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    paid = Transaction.objects.get(type="entry")
    cancel_draw(draw.pk, reason="A mistake")
    again = lose_the_answer(commits_wire, lambda: reverse(paid.pk))
    assert (again.balance_after, Transaction.objects.filter(type="refund").count()) == (50, 1)


def test_a_welcome_whose_answer_was_lost_is_given_once(make_player, commits_wire):
    newcomer = make_player("newcomer", confirmed=False)
    EmailAddress.objects.filter(user=newcomer).update(verified=True)
    lose_the_answer(commits_wire, lambda: grant_signup_bonus(newcomer.pk))
    assert balance(newcomer.pk) == 50


def test_an_approval_whose_answer_was_lost_cancels_once_and_says_so(draw, alice, make_player, commits_wire):
    take_tickets(alice.pk, draw.pk, 2, "request-1")
    asks, decides = (make_player(name, is_staff=True, is_superuser=True) for name in ("asks", "decides"))
    payload = {"draw_id": draw.pk, "reason": "A mistake"}
    waits = approvals.ask(
        "cancel_draw", f"draw:{draw.pk}", summary="Cancel", payload=payload, reason="A mistake", asked_by=asks
    )
    again = lose_the_answer(commits_wire, lambda: approvals.approve(waits.pk, by=decides))
    assert "already been decided" in str(again)
    close_due_draws()
    close_due_draws()
    assert (balance(alice.pk), Transaction.objects.filter(type="refund").count()) == (50, 1)
    assert LogRecord.objects.filter(kind="void").count() == 1


def test_a_claim_whose_answer_was_lost_stands_and_says_so(make_draw, alice, commits_wire):
    winner = won(make_draw, [alice])
    again = lose_the_answer(commits_wire, lambda: claim_prize(winner.pk, alice.pk, DETAILS, HIDDEN))
    assert isinstance(again, AlreadyClaimed)
    assert (Claim.objects.count(), OutboxEmail.objects.filter(key__startswith="claimed:").count()) == (1, 1)


def test_a_prize_whose_passing_on_was_not_answered_goes_to_one_reserve(make_draw, alice, bob, commits_wire):
    winner = won(make_draw, [alice, bob], reserve_count=1)
    let_time_run_out(winner)
    assert lose_the_answer(commits_wire, lambda: lapse_claim(winner.pk)) is False
    assert (Redraw.objects.count(), Winner.objects.count()) == (1, 2)


def test_control_without_a_key_a_correction_that_is_made_again_is_made_twice(alice, boss, commits_wire):
    """Each try has a key of its own, which is to say none."""
    lose_the_answer(
        commits_wire, lambda: adjust(alice.pk, 20, "Sorry", actor=boss, key=f"sorry:{uuid.uuid4().hex}")
    )
    assert balance(alice.pk) == 90
