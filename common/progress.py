"""How far a long step is, for whoever looks at a terminal; elsewhere nothing is printed."""

import sys
from collections.abc import Iterable, Iterator

MEGABYTE = 2**20


def counted(chunks: Iterable[bytes], what: str, total: int = 0) -> Iterator[bytes]:
    """The chunks, while a line on the terminal says how many bytes have passed (of about `total`)."""
    shown, passed = sys.stderr.isatty(), 0
    for chunk in chunks:
        yield chunk
        passed += len(chunk)
        if shown:
            of = f" of about {size(total)}" if total else ""
            sys.stderr.write(f"\r{what}: {size(passed)}{of}   ")
            sys.stderr.flush()
    if shown and passed:
        sys.stderr.write("\r" + " " * (len(what) + 40) + "\r")


def size(number: int) -> str:
    """Bytes for people."""
    return f"{number:,} bytes" if number < MEGABYTE else f"{number / MEGABYTE:,.1f} MB"
