"""A draw's closing time as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.utils.translation import gettext as _

from draws.models import Draw

LINE_OCTETS = 75  # RFC 5545, 3.1
TAKES = timedelta(minutes=15)


def closing_event(draw: Draw, address: str) -> str:
    """Return a calendar with the draw's closing time, its page's address and a reminder an hour before."""
    return closing_events([(draw, address)])


def closing_events(rows: Iterable[tuple[Draw, str]]) -> str:
    """Return a calendar with the closing time of each draw, given with the address of its page."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Lucky11//Draws//EN", "METHOD:PUBLISH"]
    for draw, address in rows:
        lines += _event(draw, address)
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _event(draw: Draw, address: str) -> list[str]:
    summary = _("Drawn: %(draw)s") % {"draw": draw.title}
    where = _("The result appears on %(address)s") % {"address": address}
    return [
        "BEGIN:VEVENT",
        f"UID:draw-{draw.pk}@{address.split('/')[2]}",
        # A later number replaces an earlier one (RFC 5545, 3.8.7.4): a cancelled draw goes from the calendar.
        f"SEQUENCE:{1 if draw.cancelled_at else 0}",
        f"DTSTAMP:{_moment(draw.updated_at)}",
        f"DTSTART:{_moment(draw.draw_time)}",
        f"DTEND:{_moment(draw.draw_time + TAKES)}",
        f"SUMMARY:{_text(summary)}",
        f"DESCRIPTION:{_text(where)}",
        f"URL:{address}",
        f"STATUS:{'CANCELLED' if draw.cancelled_at else 'CONFIRMED'}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT1H",
        f"DESCRIPTION:{_text(draw.title)}",
        "END:VALARM",
        "END:VEVENT",
    ]


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _text(text: str) -> str:
    # RFC 5545, 3.3.11. The terms of a published draw have no line breaks or other control characters.
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> str:
    """Cut the line into pieces of LINE_OCTETS, never inside a character."""
    pieces, piece, size = [], "", 0
    for sign in line:
        octets = len(sign.encode())
        if size + octets > LINE_OCTETS:
            pieces.append(piece)
            # The space that marks a continuation counts as well.
            piece, size = "", 1
        piece, size = piece + sign, size + octets
    return "\r\n ".join([*pieces, piece])
