"""Every migration goes backward and forward again, and leaves the same database."""

import json

import pytest

from lucky11.operations.schema.catalogue import PARTS
from tests.support.scratch import manage, rows


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.nightly
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


WALK = """
import json
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from lucky11.operations.schema.catalogue import PARTS

def made():
    with connection.cursor() as cursor:
        cursor.execute(PARTS)
        return sorted(map(list, cursor.fetchall()))

ours = {"lucky11", "draws", "ledger", "accounts"}
graph = MigrationExecutor(connection).loader.graph
order = [step for step in graph._generate_plan(graph.leaf_nodes(), at_end=True) if step[0] in ours]
seen, walked = {}, []
for app, name in reversed(order[1:]):
    seen[app, name] = made()
    executor = MigrationExecutor(connection)
    parents = executor.loader.graph.node_map[app, name].parents
    executor.migrate([next(((a, n) for a, n in parents if a == app), (app, None))])
for app, name in order[1:]:
    MigrationExecutor(connection).migrate([(app, name)])
    walked.append([app, name, made() == seen[app, name]])
print(json.dumps(walked))
"""


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_migration_goes_backward_and_forward_on_a_site_with_players_and_draws(site):
    manage(site, "seed", "--force")
    players = rows(site, "SELECT id, email, coins FROM users ORDER BY id")
    assert len(players) == 10
    assert rows(site, "SELECT count(*) FROM winners") > [(0,)]
    walked = json.loads(manage(site, "shell", "--verbosity", "0", "--command", WALK))
    assert [f"{app}.{name}" for app, name, same in walked if not same] == []
    assert {app for app, _, _ in walked} == {"lucky11", "draws", "ledger", "accounts"}
    assert rows(site, "SELECT id, email, coins FROM users ORDER BY id") == players
