"""Progress of a long step on a terminal; elsewhere nothing is printed."""

import sys
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self

MEGABYTE = 2**20
CELLS = 30
# What a long step calls as it goes: with what it is at, how far it is, and of how many (0: not known).
Progress = Callable[[str, int, int], None]


def unseen(what: str, done: int, total: int) -> None:
    """Show nothing: the progress of a step that nobody watches."""


class ProgressBar:
    """One line of the terminal, drawn again with every step and cleared when the `with` block ends."""

    def __init__(self) -> None:
        self.shown = sys.stderr.isatty()
        self.width = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.clear()

    def show(self, what: str, done: int, total: int = 0, amount: str = "") -> None:
        """Draw `done` of `total` (0: not known) in cells, then `what`, and `amount` or else both numbers."""
        if not self.shown:
            return
        filled = CELLS * min(done, total) // total if total else 0
        amount = amount or f"{done:,}{f' of {total:,}' if total else ''}"
        line = f"[{'#' * filled}{'.' * (CELLS - filled)}] {what} {amount}"
        self._write(line.ljust(self.width))
        self.width = len(line)

    def clear(self) -> None:
        """Leave the line empty for what is printed next."""
        if self.width:
            self._write(" " * self.width + "\r")
            self.width = 0

    def _write(self, text: str) -> None:
        sys.stderr.write(f"\r{text}")
        sys.stderr.flush()


def counted(chunks: Iterable[bytes], what: str, total: int = 0) -> Iterator[bytes]:
    """Yield the chunks while a bar shows how many bytes have passed (of about `total`)."""
    passed, of = 0, f" of about {size(total)}" if total else ""
    with ProgressBar() as bar:
        for chunk in chunks:
            yield chunk
            passed += len(chunk)
            bar.show(what, passed, total, f"{size(passed)}{of}")


def size(number: int) -> str:
    """Spell a number of bytes for people."""
    return f"{number:,} bytes" if number < MEGABYTE else f"{number / MEGABYTE:,.1f} MB"
