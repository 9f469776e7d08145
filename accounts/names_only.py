"""What a migration says of models and the database does not know: how they and their fields are called."""

from collections.abc import Sequence

from django.db.migrations.operations.base import Operation
from django.db.migrations.operations.special import SeparateDatabaseAndState
from django.db.migrations.state import ProjectState


class NamesOnly(SeparateDatabaseAndState):
    """Names alone, without a statement.

    After each of them Django would make the model and its relations anew; two hundred of them took a third of
    the time of a first `migrate`. Here they are made anew once, when the next migration asks for them.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        super().__init__(state_operations=operations)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Take the names over into the state."""
        state.__dict__.pop("apps", None)
        super().state_forwards(app_label, state)
