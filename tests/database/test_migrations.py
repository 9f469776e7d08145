"""Every migration goes backward and forward again, and leaves the same database."""

import json

import pytest
from django.db import connection, models
from django.db.migrations import AlterField, AlterModelOptions, CreateModel
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

from accounts.names_only import NamesOnly
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


@pytest.mark.django_db
def test_what_is_said_to_be_names_alone_has_no_statement():
    """One that has would leave the database behind the models, and nobody would be told."""
    loader = MigrationLoader(connection)
    named = [
        (key, operation)
        for key, migration in loader.disk_migrations.items()
        for operation in migration.operations
        if isinstance(operation, NamesOnly)
    ]
    assert {app for (app, _), _ in named} == {"lucky11", "draws", "ledger", "accounts"}
    for key, operation in named:
        before = loader.project_state(key, at_end=False)
        after = loader.project_state(key)
        with connection.schema_editor(collect_sql=True, atomic=False) as editor:
            for each in operation.state_operations:
                each.database_forwards(key[0], editor, before, after)
        assert editor.collected_sql == [], key


NAMES = [
    AlterField("kite", "tail", models.IntegerField(verbose_name="length of the tail")),
    AlterField("kite", "colour", models.TextField(verbose_name="its colour")),
    AlterModelOptions("kite", {"verbose_name": "kite"}),
]


def test_names_alone_mean_what_they_meant_and_make_no_model_anew(monkeypatch):
    made = []
    render = ModelState.render
    monkeypatch.setattr(ModelState, "render", lambda *each: made.append(each) or render(*each))

    def after(operations):
        state = ProjectState()
        fields = [("id", models.AutoField(primary_key=True)), ("tail", models.IntegerField())]
        CreateModel("Kite", [*fields, ("colour", models.TextField())]).state_forwards("draws", state)
        assert state.apps.get_model("draws", "Kite")
        made.clear()
        for operation in operations:
            operation.state_forwards("draws", state)
        return state, len(made)

    plain, times = after(NAMES)
    ours, none = after([NamesOnly(NAMES)])
    assert ours == plain
    assert (none, times > 0) == (0, True)
    assert ours.apps.get_model("draws", "Kite")._meta.get_field("tail").verbose_name == "length of the tail"
