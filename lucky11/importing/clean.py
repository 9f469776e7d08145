"""Converts old values, to None if they cannot be trusted. Nothing is read or written."""

import math
import re
import uuid
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

# UUIDs, numbers, auth0|1: a passkey's owner has at most 64 bytes, and a page's address no blanks.
KEPT_ID = re.compile(r"[A-Za-z0-9._|~:@+=-]{1,64}", re.ASCII)
NAMESPACE = uuid.UUID("6c75636b-7931-5100-8000-6f6c64736974")
# The day the old schema was made: it stands in for times that the old site did not record.
UNKNOWN_TIME = datetime(2025, 7, 1, tzinfo=UTC)
MOST_COINS = 1_000_000_000
MOST_MONEY = Decimal("9999999.99")


def our_id(old_id: str) -> str:
    """Return the player's id here: the old one if the site can use it, else one always derived from it."""
    return old_id if KEPT_ID.fullmatch(old_id) else derived_id(old_id)


def derived_id(old_id: str) -> str:
    """Return an id of 32 hex digits, always derived from the old one."""
    return uuid.uuid5(NAMESPACE, old_id).hex


def whole(value: Any, least: int = -MOST_COINS, most: int = MOST_COINS) -> int | None:
    """Return a whole number of coins within the bounds, or None."""
    if value is None or not math.isfinite(value) or value != int(value):
        return None
    return int(value) if least <= value <= most else None


def money(value: Any) -> Decimal | None:
    """Return a prize's value, rounded to cents, from 0 to 9,999,999.99, or None."""
    if value is None or not math.isfinite(value) or not 0 <= value <= MOST_MONEY:
        return None
    return Decimal(str(value)).quantize(Decimal("0.01"))


def web_address(text: str | None) -> str:
    """Return the address of a picture or a film; "" if it is not one."""
    return text if text and text.startswith(("https://", "http://")) else ""
