"""The site's caches: in the database as JSON, and in a process as the values themselves.

Django's own write pickled objects, and reading one runs the code of whoever wrote it: with a right to change
one row of the cache table, or one key in Redis (common/json_values.py), anybody would be the web server.
"""

import hashlib
import itertools
import threading
import time
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.core.cache.backends.base import DEFAULT_TIMEOUT, BaseCache
from django.db import connection

from common import json_values

LONGEST_KEY = 250
# What is kept until it is deleted.
NEVER = datetime(9999, 12, 31, tzinfo=UTC)
# After so many writes of a process, what is over is removed from the table.
WRITES = 100

READ = "SELECT cache_key, value FROM {} WHERE cache_key = ANY(%s) AND expires > %s"
SET = """
    INSERT INTO {0} (cache_key, value, expires) VALUES (%s, %s, %s)
    ON CONFLICT (cache_key) DO UPDATE SET value = excluded.value, expires = excluded.expires"""
ADD = SET + " WHERE {0}.expires <= %s"
REMOVE_OLD = "DELETE FROM {} WHERE expires <= %s"
# The half that would be over first.
REMOVE_HALF = """
    DELETE FROM {0} WHERE cache_key IN (
        SELECT cache_key FROM {0} ORDER BY expires LIMIT (SELECT count(*) / 2 FROM {0}))"""


class DatabaseCache(BaseCache):
    """A table of keys and JSON, with the columns of Django's own. What cannot be read is not there.

    Values are what JSON has a form for; a tuple comes back as a list.
    """

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        self._table = table
        self._writes = itertools.count(1)

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of a key, or the default."""
        return self.get_many([key], version).get(key, default)

    def get_many(self, keys: Iterable[str], version: int | None = None) -> dict[str, Any]:
        """Return the values of those keys that have one."""
        names = {self._key(key, version): key for key in keys}
        found = {}
        with connection.cursor() as cursor:
            cursor.execute(READ.format(self._table), [list(names), _now()])
            for name, text in cursor.fetchall():
                if (value := json_values.read(text)) is not json_values.UNREADABLE:
                    found[names[name]] = value
        return found

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value for so many seconds. Raises TypeError for what JSON has no form for."""
        self._write(SET, [self._key(key, version), json_values.write(value), self._end(timeout)])

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless the key has one; say whether it had none. Raises TypeError as `set` does."""
        row = [self._key(key, version), json_values.write(value), self._end(timeout)]
        return self._write(ADD, [*row, _now()])

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a key's value for so many seconds from now; say whether it had one."""
        changed = "UPDATE {} SET expires = %s WHERE cache_key = %s AND expires > %s"
        return self._run(changed, [self._end(timeout), self._key(key, version), _now()])

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a key; say whether it was there."""
        return self._run("DELETE FROM {} WHERE cache_key = %s", [self._key(key, version)])

    def delete_many(self, keys: Iterable[str], version: int | None = None) -> None:
        """Forget several keys."""
        names = [self._key(key, version) for key in keys]
        self._run("DELETE FROM {} WHERE cache_key = ANY(%s)", [names])

    def clear(self) -> None:
        """Forget everything."""
        self._run("DELETE FROM {}", [])

    def _key(self, key: str, version: int | None) -> str:
        name = self.make_key(key, version)
        if len(name) <= LONGEST_KEY and name.isprintable():
            return name
        # A key may hold what a stranger typed, which the column might not take.
        return "sha256:" + hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()

    def _end(self, timeout: Any) -> datetime:
        end = self.get_backend_timeout(timeout)
        return NEVER if end is None else datetime.fromtimestamp(max(0, end), UTC)

    def _write(self, statement: str, values: list[Any]) -> bool:
        if next(self._writes) % WRITES == 0:
            self._make_room()
        return self._run(statement, values)

    def _make_room(self) -> None:
        self._run(REMOVE_OLD, [_now()])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self._table}")
            too_many = cursor.fetchone()[0] > self._max_entries
        if too_many:
            self._run(REMOVE_HALF, [])

    def _run(self, statement: str, values: list[Any]) -> bool:
        with connection.cursor() as cursor:
            cursor.execute(statement.format(self._table), values)
            return bool(cursor.rowcount)


class ProcessCache(BaseCache):
    """Values in the memory of this process, as they are: whoever reads one must not change it."""

    def __init__(self, name: str, params: dict[str, Any]) -> None:
        super().__init__(params)
        # Shared by the threads, each of which has its own cache object.
        self._values, self._lock = _memories.setdefault(name, ({}, threading.Lock()))

    def get(self, key: str, default: Any = None, version: int | None = None) -> Any:
        """Return the value of a key, or the default."""
        value, end = self._values.get(self.make_key(key, version), (default, None))
        return value if end is None or end > time.time() else default

    def set(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        """Keep a value for so many seconds."""
        with self._lock:
            self._set(self.make_key(key, version), value, timeout)

    def add(self, key: str, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a value unless the key has one; say whether it had none."""
        with self._lock:
            if self.has_key(key, version):
                return False
            self._set(self.make_key(key, version), value, timeout)
            return True

    def has_key(self, key: str, version: int | None = None) -> bool:
        """Say whether a key has a value."""
        return self.get(key, _nothing, version) is not _nothing

    def touch(self, key: str, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> bool:
        """Keep a key's value for so many seconds from now; say whether it had one."""
        with self._lock:
            value = self.get(key, _nothing, version)
            if value is _nothing:
                return False
            self._set(self.make_key(key, version), value, timeout)
            return True

    def delete(self, key: str, version: int | None = None) -> bool:
        """Forget a key; say whether it was there."""
        with self._lock:
            return self._values.pop(self.make_key(key, version), None) is not None

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._values.clear()

    def _set(self, name: str, value: Any, timeout: Any) -> None:
        if len(self._values) >= self._max_entries and name not in self._values:
            self._make_room()
        self._values.pop(name, None)
        self._values[name] = (value, self.get_backend_timeout(timeout))

    def _make_room(self) -> None:
        now = time.time()
        for name in [name for name, (_, end) in self._values.items() if end is not None and end <= now]:
            del self._values[name]
        # The half that was written first.
        if len(self._values) >= self._max_entries:
            for name in list(itertools.islice(self._values, len(self._values) // 2 + 1)):
                del self._values[name]


_nothing = object()
_memories: dict[str, tuple[dict[str, tuple[Any, float | None]], threading.Lock]] = {}


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)
