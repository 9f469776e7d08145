"""How the staff's pages word times, prizes and states."""

from datetime import datetime
from decimal import Decimal

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.timezone import get_current_timezone_name, localtime


def moment(when: datetime) -> str:
    """A time to the second on the staff member's clock, with its zone's name."""
    return f"{localtime(when):%d %B %Y, %H:%M:%S} ({get_current_timezone_name()})"


def coins(count: int) -> str:
    """A number of coins."""
    return f"{count:,} {'coin' if count == 1 else 'coins'}"


def prize(amount: Decimal, credited: int) -> str:
    """What is won: its value in money, coins, or both."""
    parts = [f"{amount:,.2f}"] if amount else []
    return " + ".join([*parts, coins(credited)] if credited else parts) or "–"


def badge(kind: str, label: object, late: str = "") -> SafeString:
    """A state as a coloured word, and beside it what is late."""
    return format_html('<span class="state {}">{}</span> <strong class="late">{}</strong>', kind, label, late)
