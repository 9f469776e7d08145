"""Drift: what a database has that its migrations do not make, or make otherwise."""

from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from lucky11.operations.schema.catalogue import Difference, compare, describe
from lucky11.operations.schema.scratch import described_after_a_restore


def drift_from(fresh: BaseDatabaseWrapper) -> tuple[list[Difference], int]:
    """Return where the live database differs from a freshly migrated one, and how many parts that one has.

    Raises OperationError if the fresh database cannot be dumped, which a second comparison may need.
    """
    expected, here = describe(fresh), describe(connection)
    found = compare(expected, here)
    if any(each.word == "CHANGED" for each in found):
        found = compare(expected, here, restored=described_after_a_restore(fresh))
    return found, len(expected)
