"""Numbers, counts and times in words, in the reader's language."""

import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, get_format, number_format
from django.utils.translation import get_language, gettext, ngettext

# A number for each plural of any language: scripts ask the browser which plural each of them takes.
SAMPLES = (0, 1, 2, 3, 5, 11, 20)
MOST = 100
# What belongs to the emoji before it: skin tones and the letters of tags; a joiner holds two emoji together.
JOINER = "\u200d"
EMOJI_PARTS = {JOINER, *map(chr, range(0x1F3FB, 0x1F400)), *map(chr, range(0xE0020, 0xE0080))}
FLAG_LETTERS = set(map(chr, range(0x1F1E6, 0x1F200)))


def grouped(number: int) -> str:
    """Write a number with separators: 1284 → 1,284."""
    separator = _separator(get_language() or settings.LANGUAGE_CODE)
    if separator is None:
        return str(number_format(number, force_grouping=True))
    return f"{number:,}" if separator == "," else f"{number:,}".replace(",", separator)


@lru_cache
def _separator(language: str) -> str | None:
    """Return what stands between thousands; None where digits are not grouped by three.

    Asked for every number on a page: Django's own look-up takes ten times as long.
    """
    by_three = get_format("NUMBER_GROUPING", language) == 3
    return str(get_format("THOUSAND_SEPARATOR", language)) if by_three else None


def money(value: Any) -> str:
    """Write a prize's value: 350 → 350, 99.5 → 99.50."""
    if value == int(value):
        return grouped(int(value))
    return str(number_format(value, decimal_pos=2, force_grouping=True))


def signed(number: int) -> str:
    """Write a movement with its sign: +1,284 or -5."""
    return f"+{grouped(number)}" if number >= 0 else grouped(number)


def coins(count: int) -> str:
    """Write a number of coins: 1 → 1 coin, 1284 → 1,284 coins."""
    return ngettext("%(count)s coin", "%(count)s coins", count) % {"count": grouped(count)}


def city(time_zone: str) -> str:
    """Write a time zone as its city: America/New_York → New York."""
    return time_zone.rpartition("/")[2].replace("_", " ")


def first_sign(text: str) -> str:
    """Return the first sign of a text as people see it: a letter with its marks, or a whole emoji."""
    end = 1
    while end < len(text):
        sign, before = text[end], text[end - 1]
        is_flag = end == 1 and {sign, before} <= FLAG_LETTERS
        if not (unicodedata.category(sign)[0] == "M" or sign in EMOJI_PARTS or before == JOINER or is_flag):
            break
        end += 1
    return text[:end]


def tickets(count: int) -> str:
    """Write a number of tickets: 1 → 1 ticket, 12 → 12 tickets."""
    return ngettext("%(count)s ticket", "%(count)s tickets", count) % {"count": grouped(count)}


def span(seconds: int) -> str:
    """Write a length of time in the largest unit that it is whole in: 3600 → 1 hour, 90 → 90 seconds."""
    if seconds % 3600 == 0:
        return ngettext("%(count)s hour", "%(count)s hours", seconds // 3600) % {
            "count": grouped(seconds // 3600)
        }
    if seconds % 60 == 0:
        return ngettext("%(count)s minute", "%(count)s minutes", seconds // 60) % {
            "count": grouped(seconds // 60)
        }
    return ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": grouped(seconds)}


def forms(plural: Callable[[int], str]) -> dict[str, str]:
    """Return a word's plurals for a script, each by a number that takes it, the usual one by ""."""
    usual = plural(MOST)
    return {"": usual} | {str(n): plural(n) for n in SAMPLES if plural(n) != usual}


def day(moment: datetime) -> str:
    """Write a moment's day as people say it: today, tomorrow, yesterday, Tuesday, 27 Nov, 27 Nov 2025."""
    here, today = timezone.localtime(moment).date(), timezone.localdate()
    days = (here - today).days
    if days == 0:
        return gettext("today")
    if abs(days) == 1:
        return gettext("tomorrow") if days > 0 else gettext("yesterday")
    if -7 < days < 7:
        name = date_format(here, "l")
        return name if days > 0 else gettext("last %(weekday)s") % {"weekday": name}
    return date_format(here, _this_year(here, "DAY_FORMAT", "DATE_FORMAT"))


def day_time(moment: datetime) -> str:
    """Write a moment's day and time: today, 23:30."""
    return gettext("%(day)s, %(time)s") % {"day": day(moment), "time": time(moment)}


def full_time(moment: datetime) -> str:
    """Write a moment in full: Sunday 22 November, 21:00."""
    here = timezone.localtime(moment)
    return date_format(here, _this_year(here, "FULL_FORMAT", "FULL_YEAR_FORMAT"))


def exact_time(moment: datetime) -> str:
    """Write a moment to the second: 22 Nov 2026, 21:00:05."""
    return date_format(timezone.localtime(moment), "EXACT_FORMAT")


def time(moment: datetime) -> str:
    """Write a moment's time: 21:00."""
    return date_format(timezone.localtime(moment), "TIME_FORMAT")


def _this_year(here: date, this: str, another: str) -> str:
    return this if here.year == timezone.localdate().year else another
