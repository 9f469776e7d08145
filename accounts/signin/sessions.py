"""Django's database sessions, kept in the guide's `sessions` table: `sid`, `sess` (JSON) and `expire`."""

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends import db

if TYPE_CHECKING:
    from accounts.models import Session


class SessionStore(db.SessionStore):
    """Django's store over `accounts.Session`; what it keeps is readable JSON instead of a signed text."""

    @classmethod
    def get_model_class(cls) -> "type[Session]":  # type: ignore[override]
        # Models may not be imported while the settings that name this engine are loading.
        from accounts.models import Session

        return Session

    def encode(self, session_dict: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        return session_dict

    def decode(self, session_data: dict[str, Any]) -> dict[str, Any]:  # type: ignore[override]
        return session_data if isinstance(session_data, dict) else {}
