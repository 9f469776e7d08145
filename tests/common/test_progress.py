"""A progress bar is for whoever looks at a terminal; everywhere else nothing is printed."""

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from common.progress import MEGABYTE, ProgressBar, counted


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextmanager
def standard_error(stream: io.StringIO) -> Iterator[io.StringIO]:
    """Have the stream as this process's standard error; pytest puts its own there before every test."""
    before, sys.stderr = sys.stderr, stream
    try:
        yield stream
    finally:
        sys.stderr = before


def test_a_bar_says_how_far_the_step_is_and_leaves_an_empty_line() -> None:
    with standard_error(Terminal()) as terminal, ProgressBar() as bar:
        bar.show("coins", 500, 1000)
        half = terminal.getvalue()
        bar.show("rounds", 7)
    assert half == f"\r[{'#' * 15}{'.' * 15}] coins 500 of 1,000"
    _, first, second, empty, end = terminal.getvalue().split("\r")
    assert second == f"[{'.' * 30}] rounds 7".ljust(len(first))
    assert (empty.strip(), end) == ("", "")
    assert len(empty) >= len(second.rstrip())


def test_bytes_that_pass_are_counted_and_come_out_unchanged() -> None:
    chunks = [b"a" * MEGABYTE, b"b" * MEGABYTE]
    with standard_error(Terminal()) as terminal:
        assert list(counted(chunks, "Copying", 4 * MEGABYTE)) == chunks
    assert "Copying 2.0 MB of about 4.0 MB" in terminal.getvalue()


def test_nothing_is_printed_where_nobody_looks() -> None:
    with standard_error(io.StringIO()) as stream, ProgressBar() as bar:
        bar.show("coins", 500, 1000)
        assert list(counted([b"a"], "Copying")) == [b"a"]
    assert stream.getvalue() == ""
