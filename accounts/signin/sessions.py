"""Django's database sessions, kept in the guide's `sessions` table: `sid`, `sess` (JSON) and `expire`."""

from typing import TYPE_CHECKING, Any

from django.contrib.sessions.backends import db
from django.db import connection

if TYPE_CHECKING:
    from accounts.models import Session, User


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


def end_sessions(user: "User") -> int:
    """End a player's sessions, also those about to sign in or to reset the password; returns how many."""
    from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
    from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
    from allauth.usersessions.models import UserSession

    UserSession.objects.filter(user=user).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            """DELETE FROM sessions WHERE sess->>'_auth_user_id' = %(user)s
               OR sess->%(reset)s->>'user_id' = %(user)s OR sess->%(signing_in)s->>'user_pk' = %(user)s""",
            {
                "user": user.pk,
                "reset": PASSWORD_RESET_VERIFICATION_SESSION_KEY,
                "signing_in": LOGIN_SESSION_KEY,
            },
        )
        return int(cursor.rowcount)
