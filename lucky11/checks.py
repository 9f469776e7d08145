"""What `manage.py check --deploy` asks beyond Django's own questions."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

HINT = (
    "Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL (PGSSLMODE and PGSSLROOTCERT serve "
    "too). On one machine use a Unix socket. DATABASE_TLS=false says that another layer encrypts the way."
)


@register(Tags.security, deploy=True)
def database_tls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """The way to the database is encrypted, and it is the right database that answers."""
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    if not settings.DATABASE_TLS or is_local(str(database.get("HOST", ""))):
        return []
    mode, roots = (options.get(key) or default for key, default in settings.DATABASE_TLS_DEFAULTS.items())
    if mode != "verify-full":
        said = f"The connection to the database is not checked (sslmode is {mode or 'not set'})."
        return [Error(said, hint=HINT, id="lucky11.E001")]
    if not roots:
        said = "Nothing says whose certificates the database's may be signed with (sslrootcert is not set)."
        return [Error(said, hint=HINT, id="lucky11.E002")]
    return []


def is_local(host: str) -> bool:
    """Whether the database is reached by a Unix socket, which leaves the machine for nobody."""
    return host == "" or host.startswith("/")
