"""The connection is cut after the tickets were taken and before the answer came: asking again is safe."""

import socket
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest
from django.db import OperationalError, connection

from draws.entering import take_tickets
from draws.models import Participation
from ledger.services import balance
from tests.pages import field, signed_in, words
from tests.races.together import at_once

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
    assert "You are charged once, however often you press." in words(answer)
    assert {name: field(answer, name) for name in fields} == fields
    again = browser.post(f"/draws/{draw.pk}/enter/", fields)
    assert again.status_code == 303
    assert (balance(alice.pk), Participation.objects.count()) == (40, 2)
