"""The wording of times, prizes and states on staff pages."""

from datetime import datetime
from decimal import Decimal

from django.conf import settings
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import get_current_timezone_name, localtime

from common.text import wording


def moment(when: datetime) -> str:
    """Format a time to the second in the staff member's time zone, with the zone's name."""
    return f"{date_format(localtime(when), 'd F Y, H:i:s')} ({get_current_timezone_name()})"


def lines(text: str) -> str:
    """Show a text with its line ends, isolated from the words around it."""
    return format_html_join(mark_safe("<br>"), "<bdi>{}</bdi>", ([line] for line in text.split("\n"))) or "–"


def money(amount: Decimal) -> str:
    """Format a prize's value, to the cent, with its currency."""
    return f"{settings.PRIZE_CURRENCY}{number_format(amount, decimal_pos=2, force_grouping=True)}"


def prize(amount: Decimal, credited: int) -> str:
    """Format a prize: its value in money, coins, or both."""
    parts = [money(amount)] if amount else []
    return " + ".join([*parts, wording.coins(credited)] if credited else parts) or "–"


def badge(kind: str, label: object, late: str = "") -> SafeString:
    """Show a state as a coloured word, with a note beside it if it is late."""
    return format_html('<span class="state {}">{}</span> <strong class="late">{}</strong>', kind, label, late)
