"""Counts in words, in the reader's language."""

from django.utils.translation import ngettext


def grouped(number: int) -> str:
    """1284 → 1,284."""
    return f"{number:,}"


def signed(number: int) -> str:
    """A movement with its sign: +1,284 or -5."""
    return f"+{grouped(number)}" if number >= 0 else grouped(number)


def coins(count: int) -> str:
    """1 → 1 coin, 1284 → 1,284 coins."""
    return ngettext("%(count)s coin", "%(count)s coins", count) % {"count": grouped(count)}


def tickets(count: int) -> str:
    """1 → 1 ticket, 12 → 12 tickets."""
    return ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": grouped(count)}
