"""Keyset pages: the next page starts after the last row shown, so that page 1,000 costs what page 1 does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Page(Generic[T]):
    """Some rows and the cursor of the page after them; no cursor on the last page."""

    rows: list[T]
    next: str = ""


def cut(rows: Sequence[T], size: int, cursor: Callable[[T], str]) -> Page[T]:
    """Return the first `size` rows; the caller reads one more, to learn whether more follow."""
    shown = list(rows[:size])
    return Page(shown, cursor(shown[-1]) if len(rows) > size else "")


def moment_cursor(moment: datetime, number: int) -> str:
    """Return the cursor of a position in rows ordered by a time and a number."""
    return f"{(moment - EPOCH) // timedelta(microseconds=1)}-{number}"


def read_moment_cursor(text: str) -> tuple[datetime, int] | None:
    """Return the position a cursor names; None for none or a damaged one, which shows the first page."""
    position = read_pair_cursor(text)
    return position and (EPOCH + timedelta(microseconds=position[0]), position[1])


def read_pair_cursor(text: str) -> tuple[int, int] | None:
    """Return the position in rows ordered by a whole number and their own; None for none or a damaged one."""
    value, _, number = text.partition("-")
    return (int(value), int(number)) if _digits(value, 17) and _digits(number, 10) else None


def read_number_cursor(text: str, digits: int = 18) -> int | None:
    """Return a position in rows ordered by a number of up to `digits` digits; None for a damaged one."""
    return int(text) if _digits(text, digits) else None


def _digits(text: str, most: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= most
