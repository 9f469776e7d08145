"""Registries: what the apps add, when the site starts, to what an app below them keeps."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from django.core.exceptions import ImproperlyConfigured

Entry = TypeVar("Entry")


class Registry(Mapping[str, Entry]):
    """Entries under keys, in the order in which they came; each app adds its own in `registrations.py`."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._entries: dict[str, Entry] = {}

    def add(self, key: str, entry: Entry) -> None:
        """Add an entry. Raises ImproperlyConfigured when there is one under this key already."""
        if key in self._entries:
            raise ImproperlyConfigured(f"The registry of {self._name} has an entry {key!r} already.")
        self._entries[key] = entry

    def __getitem__(self, key: str) -> Entry:
        return self._entries[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)
