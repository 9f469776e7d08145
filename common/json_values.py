"""What a cache holds: JSON. Pickled objects would run the code of whoever can write there."""

import json
from typing import Any

UNREADABLE = object()


def write(value: Any) -> str:
    """Return the value as JSON. Raises TypeError for what JSON has no form for."""
    return json.dumps(value)


def read(text: str | bytes) -> Any:
    """Return the value, or UNREADABLE for what is not JSON: somebody else wrote it, or an older version."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return UNREADABLE


class JSONSerializer:
    """Writes and reads the values of django.core.cache's Redis backend."""

    def dumps(self, value: Any) -> bytes:
        """Return the value as JSON. Raises TypeError for what JSON has no form for."""
        return write(value).encode()

    def loads(self, data: bytes) -> Any:
        """Return the value, and None for what is not JSON."""
        found = read(data)
        return None if found is UNREADABLE else found
