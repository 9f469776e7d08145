"""A real HTTP server that behaves like drand relays: honest ones, and every bad one that was thought of.

`server.relay("honest")` is the address of one relay; the first part of its path says how it behaves.
"""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from draws import fairness
from draws.fairness import lucky11_verify as verifier
from tests.support import signing

HOST = "127.0.0.1"
OTHER_SECRET = signing.DEFAULT_SECRET + 1


def answer(number: int, signature: bytes) -> bytes:
    """A round as drand writes it."""
    return json.dumps(
        {"round": number, "randomness": "00" * 32, "signature": signature.hex(), "previous_signature": ""}
    ).encode()


class BeaconServer:
    """A round exists once it is released; `recorded` rounds are replayed as they are."""

    def __init__(self, chain: fairness.Chain | None = None) -> None:
        self.chain = chain or signing.beacon_chain()
        self.released: set[int] = set()
        self.recorded: dict[int, bytes] = {}
        self.asked: Counter[tuple[str, int]] = Counter()
        self.while_asked: Callable[[], None] = lambda: None
        self.closing = threading.Event()
        server = ThreadingHTTPServer((HOST, 0), _Handler)
        server.daemon_threads = True
        server.beacon = self  # type: ignore[attr-defined]
        self._server = server
        self.origin = f"http://{HOST}:{server.server_port}"

    def relay(self, manner: str = "honest") -> str:
        """The address of a relay that behaves in this manner."""
        return f"{self.origin}/{manner}"

    def release(self, number: int) -> bytes:
        """From now on the round exists; its signature."""
        self.released.add(number)
        return signing.sign(signing.DEFAULT_SECRET, number)

    def signature_of(self, number: int) -> bytes | None:
        """What an honest relay has of this round."""
        if number in self.recorded:
            return self.recorded[number]
        return signing.sign(signing.DEFAULT_SECRET, number) if number in self.released else None

    def times_asked(self, manner: str) -> int:
        """How many questions the relay of this manner has had."""
        return sum(times for (name, _), times in self.asked.items() if name == manner)


@contextmanager
def running(chain: fairness.Chain | None = None) -> Iterator[BeaconServer]:
    """The server, for the length of the block."""
    beacon = BeaconServer(chain)
    thread = threading.Thread(target=beacon._server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield beacon
    finally:
        beacon.closing.set()
        beacon._server.shutdown()
        beacon._server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        beacon: BeaconServer = self.server.beacon  # type: ignore[attr-defined]
        manner, chain, public, text = self.path.strip("/").split("/")
        number = int(text)
        assert (chain, public) == (beacon.chain.chain_hash.hex(), "public")
        beacon.asked[manner, number] += 1
        beacon.while_asked()
        try:
            getattr(self, f"be_{manner}")(beacon, number)
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def be_honest(self, beacon: BeaconServer, number: int) -> None:
        signature = beacon.signature_of(number)
        if signature is None:
            self.say(425, b'{"error": "too early"}')
        else:
            self.say(200, answer(number, signature), Content_Type="application/json")

    def be_unknowing(self, beacon: BeaconServer, number: int) -> None:
        self.say(404, b"not found")

    def be_failing(self, beacon: BeaconServer, number: int) -> None:
        self.say(500, b"internal error")

    def be_page(self, beacon: BeaconServer, number: int) -> None:
        self.say(200, b"<!doctype html><title>Welcome</title>", Content_Type="text/html")

    def be_garbage(self, beacon: BeaconServer, number: int) -> None:
        self.wfile.write(bytes(range(256)) * 4)
        self.close_connection = True

    def be_nested(self, beacon: BeaconServer, number: int) -> None:
        self.say(200, b"[" * 15_000)

    def be_redirecting(self, beacon: BeaconServer, number: int) -> None:
        self.say(302, b"", Location=beacon.relay("honest") + self.path.removeprefix("/redirecting"))

    def be_huge(self, beacon: BeaconServer, number: int) -> None:
        """Ten gigabytes, and a valid round at their beginning."""
        self.send_response(200)
        self.send_header("Content-Length", str(10 * 1024**3))
        self.end_headers()
        self.wfile.write(answer(number, signing.sign(signing.DEFAULT_SECRET, number)))
        while not beacon.closing.is_set():
            self.wfile.write(b" " * 65_536)

    def be_hanging(self, beacon: BeaconServer, number: int) -> None:
        beacon.closing.wait()

    def be_trickling(self, beacon: BeaconServer, number: int) -> None:
        """A byte now and then, so that no single read ever times out."""
        for byte in b"HTTP/1.1 200 OK\r\nX: " + b"x" * 60_000:
            self.wfile.write(bytes([byte]))
            if beacon.closing.wait(0.02):
                break
        self.close_connection = True

    def be_another(self, beacon: BeaconServer, number: int) -> None:
        """A valid round, but not the one that was asked for."""
        self.say(200, answer(number - 1, signing.sign(signing.DEFAULT_SECRET, number - 1)))

    def be_misnumbered(self, beacon: BeaconServer, number: int) -> None:
        """The signature of another round under the number that was asked for."""
        self.say(200, answer(number, signing.sign(signing.DEFAULT_SECRET, number - 1)))

    def be_foreign(self, beacon: BeaconServer, number: int) -> None:
        """The right round of another beacon."""
        self.say(200, answer(number, signing.sign(OTHER_SECRET, number)))

    def be_flipped(self, beacon: BeaconServer, number: int) -> None:
        """The signature with the sign of its point turned: on the curve, in the subgroup, and wrong."""
        signature = bytearray(signing.sign(signing.DEFAULT_SECRET, number))
        signature[0] ^= 0x20
        self.say(200, answer(number, bytes(signature)))

    def be_shifted(self, beacon: BeaconServer, number: int) -> None:
        """The signature with x + p in the place of x, or no point at all: not canonical."""
        signature = bytearray(signing.sign(signing.DEFAULT_SECRET, number))
        flags, signature[0] = signature[0] & 0xE0, signature[0] & 0x1F
        x = (int.from_bytes(signature, "big") + verifier.BLS_P) % (1 << 381)
        encoded = bytearray(x.to_bytes(48, "big"))
        encoded[0] |= flags
        self.say(200, answer(number, bytes(encoded)))

    def be_infinite(self, beacon: BeaconServer, number: int) -> None:
        self.say(200, answer(number, bytes([0xC0]) + bytes(47)))
