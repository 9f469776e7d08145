"""bin/check refuses a migration that would lock a site at work, or break the release beside it."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState

from lucky11.development import migrations as lint

pytestmark = pytest.mark.django_db(transaction=True)


def findings(*operations, atomic=True):
    """What is found in a migration that somebody might write about a table of notes."""
    before = ProjectState()
    made = [("id", models.BigAutoField(primary_key=True)), ("text", models.TextField())]
    migrations.CreateModel("Note", made).state_forwards("accounts", before)
    migration = migrations.Migration("9999_planted", "accounts")
    migration.operations, migration.atomic = list(operations), atomic
    with connection.schema_editor(collect_sql=True, atomic=False) as editor:
        migration.apply(before, editor, collect_sql=True)
    return lint.findings(migration, "\n".join(editor.collected_sql))


@pytest.mark.parametrize(
    ("operation", "rules"),
    [
        (
            migrations.RenameField("note", "text", "words"),
            {"linter: RENAME_COLUMN", "squawk: renaming-column"},
        ),
        (migrations.RemoveField("note", "text"), {"linter: DROP_COLUMN", "squawk: ban-drop-column"}),
        (
            migrations.AddIndex("note", models.Index(fields=["text"], name="idx_note")),
            {"linter: CREATE_INDEX", "squawk: require-concurrent-index-creation"},
        ),
        (
            migrations.AlterField("note", "text", models.CharField(max_length=9)),
            {"linter: ALTER_COLUMN", "squawk: changing-column-type"},
        ),
        (migrations.RunPython(lambda apps, schema_editor: None), {"linter: RUNPYTHON_REVERSIBLE"}),
    ],
    ids=["rename", "drop", "plain index", "type", "one way only"],
)
def test_a_planted_migration_is_refused_by_the_rules_it_breaks(operation, rules):
    assert rules <= findings(operation)


def test_a_new_column_that_may_be_empty_is_fine():
    assert findings(migrations.AddField("note", "about", models.TextField(null=True))) == set()


def test_every_migration_passes_or_is_accepted_with_a_reason_and_no_acceptance_is_left_over(monkeypatch):
    assert all(reason for _, reason in lint.ACCEPTED.values())
    assert all(lint.EXCLUDED.values())
    monkeypatch.setitem(lint.ACCEPTED, "accounts.0009_none", (set(), "None."))
    monkeypatch.setitem(lint.ACCEPTED, "lucky11.0001_initial", ({"linter: DROP_COLUMN"}, "None."))
    monkeypatch.delitem(lint.ACCEPTED, "draws.0001_initial")
    assert list(lint.problems()) == [
        "draws.0001_initial breaks linter: CREATE_INDEX.",
        "lucky11.0001_initial no longer breaks linter: DROP_COLUMN: remove it from ACCEPTED.",
        "accounts.0009_none is in ACCEPTED but is not a migration.",
    ]
