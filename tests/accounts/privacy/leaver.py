"""A player who left traces everywhere, and how the whole database is searched for them."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db import connection
from django.utils import timezone

from accounts.models import Message, OutboxEmail, Session, User
from accounts.notifications import outbox
from accounts.players import create_player
from accounts.privacy import data_export
from tests.conftest import PASSWORD
from tests.support.pages import signed_in

MAIL = "zebulonia.q@lucky11.example"
NAMES = {"first_name": "Zebulonia", "last_name": "Quåtermain"}
TRACES = [
    MAIL,
    "other.zeb@lucky11.example",
    "Zebulonia",
    "Quåtermain",
    "Rua das Flores",
    "ring twice",
    "Zebby",
]
TRACES += ["198.51.100.77", "MarkedBrowser", "oidc-subject-77", "TRACK-77"]


def everywhere(word: str) -> list[str]:
    """The table.column of every place in the whole database where a word is found, in any case."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT c.table_name, c.column_name, c.data_type FROM information_schema.columns c
               JOIN information_schema.tables t USING (table_schema, table_name)
               WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE'"""
        )
        columns = cursor.fetchall()
        found = []
        for table, column, kind in columns:
            text = (
                f"""encode("{column}", 'escape')"""
                if kind == "bytea"
                else f"""regexp_replace("{column}"::text, '\\\\u00e5', 'å', 'gi')"""
            )
            cursor.execute(
                f'SELECT EXISTS (SELECT 1 FROM "{table}" WHERE strpos(lower({text}), lower(%s)) > 0)', [word]
            )
            if cursor.fetchone()[0]:
                found.append(f"{table}.{column}")
    return found


def player_with_traces() -> User:
    """A player who left traces everywhere but in draws."""
    zeb = create_player(
        MAIL, PASSWORD, confirmed=True, accepted_rules=True, profile_image_url="/Zebulonia.png", **NAMES
    )
    EmailAddress.objects.create(user=zeb, email="other.zeb@lucky11.example", verified=True)
    signed_in(zeb).get("/profile/")
    UserSession.objects.create(
        user=zeb, ip="198.51.100.77", session_key="z" * 40, user_agent="MarkedBrowser/9"
    )
    Authenticator.objects.create(user=zeb, type="webauthn", data={"name": "Zebulonia's key"})
    SocialAccount.objects.create(
        user=zeb, provider="openid", uid="oidc-subject-77", extra_data={"email": MAIL}
    )
    # Somebody who was about to reset the password, in a browser that never signed in.
    Session.objects.create(sid="reset", sess={"reset": {"email": MAIL}}, expire=timezone.now())
    outbox.enqueue("to-zeb", MAIL, "Hello Zebulonia", "Text", "<p>Text</p>")
    outbox.enqueue("waiting", MAIL, "Later, Zebulonia", "Text")
    OutboxEmail.objects.filter(key="to-zeb").update(sent_at=timezone.now())
    Message.objects.create(user=zeb, key="to-zeb", kind="welcome", title="Welcome, Zebulonia")
    data_export.ask(zeb)
    data_export.make_data_exports()
    zeb.refresh_from_db()
    return zeb
