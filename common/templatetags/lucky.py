"""How numbers, tickets, days and times are written on the pages. No queries, no rules."""

from datetime import datetime, timedelta
from typing import Any

from django import template
from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.forms import Field
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.html import format_html, json_script, strip_tags
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext, pgettext_lazy

from common.text import wording
from common.web import pages

register = template.Library()

WORDS = [
    pgettext_lazy("number in words", "no"),
    pgettext_lazy("number in words", "one"),
    pgettext_lazy("number in words", "two"),
    pgettext_lazy("number in words", "three"),
    pgettext_lazy("number in words", "four"),
    pgettext_lazy("number in words", "five"),
    pgettext_lazy("number in words", "six"),
    pgettext_lazy("number in words", "seven"),
    pgettext_lazy("number in words", "eight"),
    pgettext_lazy("number in words", "nine"),
    pgettext_lazy("number in words", "ten"),
    pgettext_lazy("number in words", "eleven"),
    pgettext_lazy("number in words", "twelve"),
]
MINUS = "\N{MINUS SIGN}"


@register.filter
def num(value: Any) -> str:
    """Write a number with separators: 1284 → 1,284; nothing for a missing number."""
    return "" if value is None or value == "" else wording.grouped(int(value))


@register.filter
def coins(count: int) -> str:
    """Write a number of coins: 5 → 5 coins."""
    return wording.coins(int(count))


@register.filter
def tickets(count: int) -> str:
    """Write a number of tickets: 12 → 12 tickets."""
    return wording.tickets(int(count))


@register.filter
def span(seconds: int) -> str:
    """Write a length of time: 120 → 2 minutes."""
    return wording.span(int(seconds))


@register.filter
def raw(value: int) -> str:
    """Write a number for a machine, an attribute or a script: never grouped."""
    return str(value)


@register.filter
def signed(value: int) -> str:
    """Write a coin movement with its sign: +50, or minus 5."""
    sign = "+" if value >= 0 else MINUS
    return f"{sign}{wording.grouped(abs(value))}"


@register.filter
def money(value: Any) -> str:
    """Write a prize's value: 350 → 350, 99.5 → 99.50."""
    return wording.money(value)


@register.filter
def ticket(number: int) -> str:
    """Write a ticket number as it is printed: 412 → 0412."""
    return f"{number:04d}"


@register.filter
def words(value: int) -> str:
    """Write small numbers as words: 7 → seven, 0 → no."""
    return str(WORDS[value]) if 0 <= value < len(WORDS) else wording.grouped(value)


@register.filter
def capital(text: str) -> str:
    """Make the first letter a capital and leave the rest as it is."""
    return text[:1].upper() + text[1:]


@register.filter
def about(error: str, field: BoundField) -> str:
    """Write an error for the summary above a form, where only its words say which field it is about."""
    label = strip_tags(str(field.label))
    if error == Field.default_error_messages["required"]:
        return gettext("Fill in “%(field)s”.") % {"field": label}
    if field.widget_type == "checkbox" or label.casefold() in error.casefold():
        return error
    return gettext("%(field)s: %(error)s") % {"field": label, "error": error}


@register.filter
def hexed(value: bytes | memoryview | None) -> str:
    """Write a fingerprint as 64 hex digits."""
    return bytes(value).hex() if value else ""


@register.filter
def fingerprint(value: bytes | memoryview | None) -> str:
    """Write a fingerprint short enough to read: 9f2c 41d7 08be … a71e."""
    digits = hexed(value)
    return f"{digits[:4]} {digits[4:8]} {digits[8:12]} … {digits[-4:]}" if digits else ""


@register.simple_tag
def style_sheets() -> list[str]:
    """Return the style sheets' addresses: one if static files are collected, else each as written."""
    names = getattr(staticfiles_storage, "style_sheets", settings.STYLE_SHEETS)
    return [staticfiles_storage.url(name) for name in names]


@register.simple_tag
def admin_style_sheets() -> list[str]:
    """Return the addresses of the admin's own style sheets, in the same way."""
    names = getattr(staticfiles_storage, "admin_style_sheets", settings.ADMIN_STYLE_SHEETS)
    return [staticfiles_storage.url(name) for name in names]


@register.simple_tag
def passkey_scripts() -> list[str]:
    """Return the addresses of the passkey scripts: one where static files are collected, else each."""
    names = getattr(staticfiles_storage, "passkey_scripts", settings.PASSKEY_SCRIPTS)
    return [staticfiles_storage.url(name) for name in names]


@register.simple_tag
def page_url(page: str) -> str:
    """Return the path of a page that another app has, by what it shows: {% page_url "coins" %}."""
    return pages.page_url(page)


@register.simple_tag
def server_now() -> str:
    """Return the server's time for the script's countdown."""
    return timezone.now().isoformat(timespec="milliseconds")


def _time_element(moment: datetime, text: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', moment.isoformat(timespec="seconds"), text)


@register.simple_tag
def day_time(moment: datetime) -> SafeString:
    """Write a moment's day and time: today, 23:30."""
    return _time_element(moment, wording.day_time(moment))


@register.simple_tag
def day_at(moment: datetime) -> SafeString:
    """Write a moment in a sentence: Tonight at 21:00, with the zone where it is not the reader's own."""
    today = timezone.localtime(moment).date() == timezone.localdate()
    tonight = today and timezone.localtime(moment).hour >= 18
    day = gettext("tonight") if tonight else wording.day(moment)
    utc = " UTC" if timezone.get_current_timezone_name() == "UTC" else ""
    said = gettext("%(day)s at %(time)s") % {"day": day, "time": wording.time(moment) + utc}
    return _time_element(moment, capital(said))


@register.simple_tag
def day(moment: datetime) -> SafeString:
    """Write a moment's day: yesterday."""
    return _time_element(moment, wording.day(moment))


@register.simple_tag
def full_time(moment: datetime) -> SafeString:
    """Write a moment in full: Sunday 22 November, 21:00."""
    return _time_element(moment, wording.full_time(moment))


@register.simple_tag
def exact_time(moment: datetime) -> SafeString:
    """Write a moment to the second: 22 Nov 2026, 21:00:05."""
    return _time_element(moment, wording.exact_time(moment))


@register.simple_tag
def zone() -> str:
    """Say whose clock a time follows: UTC, or the reader's own."""
    return "UTC" if timezone.get_current_timezone_name() == "UTC" else gettext("your time")


@register.simple_tag
def zone_name() -> str:
    """Return the city whose time the pages show, or UTC."""
    return wording.city(timezone.get_current_timezone_name())


@register.simple_tag
def script_words() -> SafeString:
    """Return the words of the scripts that run on every page."""
    words = {
        "coin": wording.forms(lambda count: ngettext("coin", "coins", count)),
        "copied": gettext("Copied"),
        "linked": gettext("Link copied"),
        "selected": gettext("Selected"),
    }
    return json_script(words, "script-words")


@register.inclusion_tag("_clock.html")
def clock(moment: datetime, label: str = "") -> dict[str, Any]:
    """Show the time left when the page was made; the script counts on."""
    left = max(0, -int((timezone.now() - moment) // timedelta(seconds=1)))
    return {
        "moment": moment,
        "label": label or gettext("Time left to enter"),
        "left": left,
        "days": left // 86400,
        "hours": left // 3600 % 24,
        "minutes": f"{left // 60 % 60:02d}",
        "seconds": f"{left % 60:02d}",
    }
