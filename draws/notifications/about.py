"""What every notification about a draw says of it: its page, its thread, its label and its fingerprints."""

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from draws.models import Draw, Seal

# In the protocol's own words, wherever such a draw is shown; pages have them in _local_label.html.
LOCAL_LABEL = _(
    "Operator-run draw. The arithmetic can be checked, but the operator could know or influence the result."
)


def label_of(draw: Draw) -> str:
    """Return the label that must stand wherever the draw is shown; empty for a draw with a beacon."""
    return "" if draw.is_beacon else str(LOCAL_LABEL)


def label_lines(draw: Draw) -> list[str]:
    """Return the label as the last line of a message on the site, or no line."""
    return [] if draw.is_beacon else [label_of(draw)]


def thread_of(draw: Draw) -> str:
    """Return what the site shows a player's messages about the draw as one by."""
    return f"draw:{draw.pk}"


def page_of(draw: Draw) -> str:
    """Return the path of the draw's page."""
    return reverse("draws:detail", args=[draw.pk])


def frozen_list(seal: Seal) -> str:
    """Return the line with the fingerprint of a frozen list."""
    return gettext("Frozen list: %(hash)s") % {"hash": hexed(seal.freeze_hash)}


def head_line(head: str) -> str:
    """Return the line with the newest head of the log."""
    return gettext("Newest head of the site’s log: %(hash)s") % {"hash": head}


def hexed(digest: bytes | memoryview | None) -> str:
    """Write a digest as hex digits; nothing for none."""
    return bytes(digest).hex() if digest else ""
