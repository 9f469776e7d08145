"""HTTP requests put on the site by sixteen connections at once, from one light process."""

import itertools
import selectors
import socket
import time
import uuid
from collections.abc import Callable, Iterator, Sequence

from benchmarks.website import Browser

CONNECTIONS = 16
MOST = 1_000_000  # requests of one run, whatever the clock says
PATIENCE = 20  # seconds for the answers under way when the time is over
END_OF_HEAD = b"\r\n\r\n"


def noop(browsers: Sequence[Browser]) -> Iterator[bytes]:
    """Signed-in requests for the page that does nothing."""
    for browser in itertools.cycle(browsers):
        head = f"GET /benchmarks/noop/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {browser.cookies}\r\n\r\n"
        yield head.encode()


def enter(browsers: Sequence[Browser], draw_id: int) -> Iterator[bytes]:
    """Entry forms, each with a request id of its own."""
    for browser in itertools.cycle(browsers):
        request_id = uuid.uuid4().hex
        body = f"csrfmiddlewaretoken={browser.token}&tickets=1&request_id={request_id}"
        yield (
            f"POST /draws/{draw_id}/enter/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {browser.cookies}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        ).encode()


class _Line:
    """One connection: it sends the next request as soon as the last one is answered."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = b""

    def answer(self) -> int | None:
        """The status of an answer that has now arrived whole, or None."""
        part = self.socket.recv(65536)
        if not part:
            raise RuntimeError("The site closed a connection.")
        self.received += part
        head, end, body = self.received.partition(END_OF_HEAD)
        if not end:
            return None
        length = next(
            (int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"), 0
        )
        if len(body) < length:
            return None
        self.received = b""
        return int(head[9:12])


def rate(port: int, requests: Iterator[bytes], expected: int, seconds: float) -> float:
    """Answers a second over so many seconds; raises RuntimeError at the first with another status."""
    lines = [_Line(port) for _ in range(CONNECTIONS)]
    with selectors.DefaultSelector() as selector:
        for line in lines:
            selector.register(line.socket, selectors.EVENT_READ, line)
            line.socket.sendall(next(requests))
        try:
            return _count(selector.select, requests, expected, seconds) / seconds
        finally:
            for line in lines:
                line.socket.close()


def _count(select: Callable[..., list], requests: Iterator[bytes], expected: int, seconds: float) -> int:
    answered, under_way = 0, CONNECTIONS
    end = time.monotonic() + seconds
    while under_way and time.monotonic() < end + PATIENCE:
        for key, _ in select(0.1):
            status = key.data.answer()
            if status is None:
                continue
            if status != expected:
                raise RuntimeError(f"The site answered {status} instead of {expected}.")
            if time.monotonic() < end and answered < MOST:
                answered += 1
                key.data.socket.sendall(next(requests))
            else:
                under_way -= 1
    return answered
