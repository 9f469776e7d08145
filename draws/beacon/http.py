"""One request to one relay, bounded in time and size whatever the other side does."""

import http.client
import socket
import threading
from contextlib import suppress
from queue import SimpleQueue
from urllib.parse import urlsplit

from django.conf import settings

from draws.beacon.answers import MOST_BYTES, BadAnswer

NOT_YET = {404, 425}


class NotYet(Exception):
    """The relay does not have the round so far."""


def too_late() -> str:
    """Return the error for a relay that did not answer in time, whichever side noticed it first."""
    return f"It did not answer within {settings.BEACON_TIMEOUT_SECONDS} seconds."


class Request(threading.Thread):
    """Asks in a thread of its own, so that nothing (a name server, a handshake, a byte a second) can hold up
    the caller, who stops waiting and `cut` it off. Puts itself into `done` when it is over."""

    def __init__(self, url: str, path: str, seconds: float, done: "SimpleQueue[Request]") -> None:
        super().__init__(daemon=True)
        self.url, self.path, self.seconds, self.done = url, path, seconds, done
        self.body = b""
        self.error: Exception | None = None
        self._socket: socket.socket | None = None

    def run(self) -> None:
        """Make the request; not for calling."""
        try:
            self.body = self._get()
        except (NotYet, BadAnswer) as error:
            self.error = error
        except TimeoutError:
            self.error = BadAnswer(too_late())
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.error = BadAnswer(f"It could not be asked: {type(error).__name__}.")
        self.done.put(self)

    def cut(self) -> None:
        """End the connection under the request."""
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(socket.SHUT_RDWR)

    def _get(self) -> bytes:
        address = urlsplit(self.url)
        kind = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = kind(address.hostname or "", address.port, timeout=self.seconds)
        try:
            connection.connect()
            self._socket = connection.sock
            headers = {"Accept": "application/json", "Accept-Encoding": "identity", "Connection": "close"}
            connection.request("GET", address.path.rstrip("/") + self.path, headers=headers)
            answer = connection.getresponse()
            # Nobody is followed elsewhere: a relay answers itself, or it does not.
            if answer.status in NOT_YET:
                raise NotYet
            if answer.status != 200:
                raise BadAnswer(f"It answered with status {answer.status}.")
            return answer.read(MOST_BYTES + 1)
        finally:
            connection.close()
