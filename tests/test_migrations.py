"""Every migration goes backward and forward again, and leaves the same database."""

import pytest

from lucky11.operations.catalogue import PARTS
from tests.scratch import manage, rows


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_migration_goes_backward_and_forward_again(scratch):
    manage(scratch, "migrate")
    made = sorted(rows(scratch, PARTS))
    assert {row[0] for row in made} > {"column", "index", "constraint", "trigger", "function", "table"}
    for app in ("lucky11", "draws", "ledger"):
        manage(scratch, "migrate", app, "zero")
    manage(scratch, "migrate", "accounts", "0001")
    left = rows(scratch, PARTS)
    assert not [row for row in left if row[0] in ("trigger", "function")]
    assert not {row[2] for row in left} & {"draws", "participations", "winners", "transactions"}
    manage(scratch, "migrate")
    assert sorted(rows(scratch, PARTS)) == made
    manage(scratch, "migrate", "accounts", "zero")
    assert {row[1] for row in rows(scratch, PARTS) if row[0] == "column"}.isdisjoint(
        {"users", "sessions", "cache"}
    )
