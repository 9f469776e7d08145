"""A backup's description of itself, for checking it before it is used."""

import json
from dataclasses import asdict, dataclass, fields
from datetime import datetime

from lucky11.operations import OperationError

FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """A backup's origin, contents (counted in the dump's own snapshot) and file hash."""

    format: int
    name: str
    reason: str
    taken_at: str
    app: str
    postgres: int
    program: int
    database: str
    migrations: dict[str, list[str]]
    rows: dict[str, int]
    file: str
    size: int
    sha256: str
    encrypted: bool

    @property
    def taken(self) -> datetime:
        """Return when its snapshot was taken, by the database's clock."""
        return datetime.fromisoformat(self.taken_at)

    def text(self) -> str:
        """Return the manifest as it is stored."""
        return json.dumps(asdict(self), indent=2, sort_keys=True) + "\n"


def read(text: str | bytes, name: str) -> Manifest:
    """Return the manifest of the backup `name`. Raises OperationError if this version cannot read it."""
    wanted = {field.name for field in fields(Manifest)}
    try:
        given = json.loads(text)
        manifest = Manifest(**{key: value for key, value in given.items() if key in wanted})
        whole = manifest.name == name and manifest.file.startswith(name) and manifest.taken.tzinfo is not None
    except (ValueError, TypeError, AttributeError):
        whole = False
    if not whole or manifest.format != FORMAT:
        raise OperationError(
            f"The manifest of {name} is damaged, or of a version that this one cannot read. "
            "Nothing was changed. Use another backup (manage.py db_backups lists them)."
        )
    return manifest
