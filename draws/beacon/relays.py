"""Ask relays for a round, one after another in random order; verify each answer, and avoid failing relays.

What is known about a relay is kept in this process: it may be lost, and nothing depends on it.
"""

import logging
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from django.conf import settings

from draws import fairness
from draws.beacon import chain
from draws.beacon.answers import BadAnswer, read_round
from draws.beacon.http import NotYet, Request, too_late

logger = logging.getLogger(__name__)

# The next relay is asked when one has failed, or has not answered so soon.
NEXT_AFTER = 1.0
# A relay that works has a round this many seconds after its time.
SETTLED_SECONDS = 10.0
# Seconds before a round's time from which it is asked for: the database's clock may be a little behind.
ASK_AHEAD = 3.0
FIRST_REST, LONGEST_REST = 5.0, 60.0


@dataclass
class Relay:
    """A relay, since when it fails, and until when it is left alone (both by time.monotonic)."""

    url: str
    failures: int = 0
    rests_until: float = 0.0
    complaint: str = ""
    request: Request | None = None

    @property
    def is_ready(self) -> bool:
        """Return whether it may be asked: it is not resting, nor still answering a request given up on."""
        busy = self.request is not None and self.request.is_alive()
        return not busy and time.monotonic() >= self.rests_until

    def failed(self, complaint: str) -> None:
        """Leave it alone for a while, longer each time; say why, once."""
        self.rests_until = time.monotonic() + min(FIRST_REST * 2**self.failures, LONGEST_REST)
        self.failures = min(self.failures + 1, 10)
        if complaint != self.complaint:
            logger.warning("The relay %s is ignored for a while. %s", self.url, complaint)
        self.complaint = complaint

    def answered(self) -> None:
        """Note that it works, or properly says that it has to wait."""
        self.failures, self.rests_until, self.complaint = 0, 0.0, ""


_relays: dict[str, Relay] = {}


def reset() -> None:
    """Ask every relay again, whatever it did before."""
    _relays.clear()


def fetch(number: int) -> tuple[bytes, str] | None:
    """Return a round's verified signature and the relay it came from; None when no relay has it now.

    This takes at most BEACON_TIMEOUT_SECONDS; do not call it in a database transaction.
    """
    ready = [relay for relay in _configured() if relay.is_ready]
    random.shuffle(ready)
    for relay in _finished(ready, number):
        assert relay.request is not None
        if isinstance(relay.request.error, NotYet):
            relay.answered()
            continue
        try:
            signature = _verified(relay.request, number)
        except (BadAnswer, fairness.FairnessError) as error:
            relay.failed(str(error))
        else:
            relay.answered()
            return signature, relay.url
    return None


def probe(url: str) -> int:
    """Return a round whose time has just come, if the relay has it with the accepted chain's signature.

    Raises BadAnswer with a sentence if not. `fetch` learns nothing from it.
    """
    settled = int(time.time() - SETTLED_SECONDS)
    number = chain.CHAIN.round_at(settled)
    done: SimpleQueue[Request] = SimpleQueue()
    relay = _ask(Relay(url), number, settings.BEACON_TIMEOUT_SECONDS, done)
    assert relay.request is not None
    try:
        request = done.get(timeout=settings.BEACON_TIMEOUT_SECONDS)
        _verified(request, number)
    except Empty:
        relay.request.cut()
        raise BadAnswer(too_late()) from None
    except NotYet:
        said = (
            f"It does not have round {number}, which is due by this machine's clock, of the accepted chain."
        )
        raise BadAnswer(said) from None
    except fairness.FairnessError as error:
        raise BadAnswer(str(error)) from None
    return number


def _configured() -> list[Relay]:
    return [_relays.setdefault(url, Relay(url)) for url in settings.BEACON_RELAYS]


def _finished(ready: list[Relay], number: int) -> Iterator[Relay]:
    """Yield each relay once its request is over; those that are too slow are cut off."""
    until = time.monotonic() + settings.BEACON_TIMEOUT_SECONDS
    waiting: list[Relay] = []
    done: SimpleQueue[Request] = SimpleQueue()
    try:
        while ready or waiting:
            left = max(until - time.monotonic(), 0.0)
            # What came in time is read, however long the one before it took to verify.
            if not left and done.empty():
                break
            if ready and left:
                waiting.append(_ask(ready.pop(), number, left, done))
            try:
                request = done.get(timeout=min(left, NEXT_AFTER) if ready else left)
            except Empty:
                continue
            relay = next(relay for relay in waiting if relay.request is request)
            waiting.remove(relay)
            yield relay
    finally:
        late = time.monotonic() >= until
        # Also one that gave up by itself in the moment when it was no longer listened to.
        for relay in waiting:
            assert relay.request is not None
            relay.request.cut()
            if late:
                relay.failed(too_late())


def _ask(relay: Relay, number: int, seconds: float, done: "SimpleQueue[Request]") -> Relay:
    path = f"/{chain.CHAIN.chain_hash.hex()}/public/{number}"
    relay.request = Request(relay.url, path, seconds, done)
    relay.request.start()
    return relay


def _verified(request: Request, number: int) -> bytes:
    if request.error is not None:
        raise request.error
    given, signature = read_round(request.body)
    if given != number:
        raise BadAnswer(f"It answered with another round than {number}.")
    fairness.verify_round(chain.CHAIN, number, signature)
    return signature
