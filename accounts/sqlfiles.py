"""Database rules live in `.sql` files beside the migration that installs them, undo included."""

from pathlib import Path

from django.db.migrations.operations import RunSQL

UNDO = "\n-- undo\n"


def install(migration: str) -> RunSQL:
    """Run the `.sql` file named like the file `migration`; its part after `-- undo` takes it back."""
    do, undo = Path(migration).with_suffix(".sql").read_text(encoding="utf-8").split(UNDO)
    return RunSQL(sql=do, reverse_sql=undo)
