"""What a cache in Redis holds: JSON. Pickled objects would run the code of whoever can write there."""

import json
from typing import Any


class JSONSerializer:
    """Writes and reads the values of django.core.cache's Redis backend."""

    def dumps(self, value: Any) -> bytes:
        """Return the value as JSON. Raises TypeError for what JSON has no form for."""
        return json.dumps(value).encode()

    def loads(self, data: bytes) -> Any:
        """Return the value. Raises ValueError for what is not JSON."""
        return json.loads(data)
