"""How long freezing and drawing a draw takes, beside hashing the same bytes, and how much memory.

As a program (`python -m benchmarks.closing DRAW`) it closes the draw, takes it back, and prints the figures:
a process of its own, so that its memory is that of one closing.
"""

import hashlib
import hmac
import json
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.runs import ROUNDS, Measured, Sizes

TICKETS_A_PLAYER = 5
SQL = Path(__file__).parent / "closing.sql"


def measure(measured: Measured, sizes: Sizes) -> None:
    """Close a draw of each size, in turn."""
    draws = {tickets: _fill(tickets) for tickets in sizes.closing}
    for _ in range(ROUNDS):
        for tickets, draw in draws.items():
            command = [sys.executable, "-m", "benchmarks.closing", str(draw)]
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"Closing failed: {done.stderr}")
            figures = json.loads(done.stdout)
            words = f"of {tickets:,} tickets"
            measured.note(f"close_{tickets}", f"freeze and draw {words}", "s", figures["close"])
            measured.note(f"hash_{tickets}", f"hash {words} in plain hashlib", "s", figures["hash"])
            measured.note(f"memory_{tickets}", f"memory at most, closing {words}", "MB", figures["peak"])
            measured.note(f"memory_{tickets}_before", "of this before closing", "MB", figures["before"])


def _fill(tickets: int) -> int:
    from django.db import connection

    from benchmarks import fixtures

    [draw] = fixtures.draws(1)
    values = {"draw": draw, "tickets": tickets, "players": tickets // TICKETS_A_PLAYER}
    with connection.cursor() as cursor:
        cursor.execute(SQL.read_text().format(prefix=f"'close-{tickets}-'", **values))
        cursor.execute("VACUUM (ANALYZE)")
    return draw


def main(draw: int) -> None:
    """Close the draw, then hash the same in plain Python, and print the seconds and megabytes as JSON."""
    import django

    django.setup()
    from draws.models import Participation, Seal
    from draws.proof.sealed_secrets import secrets_of

    before = _peak()
    close, root = _close(draw)
    peak = _peak()
    tickets = Participation.objects.filter(draw=draw).order_by("ticket_number")
    holders = list(tickets.values_list("user_id", flat=True))
    record = Seal.objects.get(pk=draw)
    secret, uid = secrets_of(record).entry_secret, bytes(record.draw_uid)
    start = time.perf_counter()
    same = _hash(secret, uid, holders) == root
    figures = {"close": close, "hash": time.perf_counter() - start, "peak": peak, "before": before}
    if not same:
        raise RuntimeError("What was hashed here is not what the draw was closed with.")
    print(json.dumps(figures))


def _close(draw: int) -> tuple[float, bytes]:
    """The seconds of both steps, with every check that COMMIT would make, and the root; then rolls back."""
    from django.db import connection, transaction

    from draws.lifecycle.close import draw_winners, freeze_draw
    from draws.models import Seal

    with transaction.atomic():
        start = time.perf_counter()
        done = freeze_draw(draw) and draw_winners(draw)
        connection.check_constraints()
        spent = time.perf_counter() - start
        root = bytes(Seal.objects.get(pk=draw).root or b"")
        transaction.set_rollback(True)
    if not done:
        raise RuntimeError(f"Draw {draw} could not be closed.")
    return spent, root


def _hash(secret: bytes, uid: bytes, holders: Sequence[str]) -> bytes:
    """A list's root by its hashes and nothing else: salt and ref of each player, then leaves and nodes."""
    sha256, tag = hashlib.sha256, b"\x00\x0flucky11/1/entry\x00\x00\x00\x10" + uid
    refs = {}
    for holder in set(holders):
        text = holder.encode()
        salt = hmac.digest(secret, text, "sha256")
        parts = b"\x00\x00\x00\x20" + salt + len(text).to_bytes(4, "big") + text
        refs[holder] = sha256(tag + parts).digest()
    level = [
        sha256(b"\x00" + index.to_bytes(8, "big") + refs[holder]).digest()
        for index, holder in enumerate(holders)
    ]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        odd = level[-1:] if len(level) % 2 else []
        level = [sha256(b"\x01" + left + right).digest() for left, right in pairs] + odd
    return level[0]


def _peak() -> float:
    """The most memory this program has had, in MB; what started it may be larger and does not count."""
    status = Path("/proc/self/status")
    if status.exists():
        [line] = [line for line in status.read_text().splitlines() if line.startswith("VmHWM:")]
        return int(line.split()[1]) / 1024
    unit = 1024 * 1024 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main(int(sys.argv[1]))
