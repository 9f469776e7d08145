"""Tell the database which service is at work: its guards let that service do what nobody else may."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection


@contextmanager
def as_service(service: str) -> Iterator[None]:
    """Name the service for the statements of the block, within the surrounding database transaction."""
    name = "SELECT set_config('lucky11.service', %s, true)"
    with connection.cursor() as cursor:
        cursor.execute(name, [service])
    yield
    with connection.cursor() as cursor:
        cursor.execute(name, [""])
