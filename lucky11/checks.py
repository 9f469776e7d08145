"""The checks of `manage.py check --deploy` beyond Django's own."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

HINT = (
    "Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL (or set PGSSLMODE and "
    "PGSSLROOTCERT). On one machine, use a Unix socket. Set DATABASE_TLS=false if another layer encrypts "
    "the connection."
)


@register(Tags.security, deploy=True)
def database_tls(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the connection to the database is encrypted and verifies the server."""
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    if not settings.DATABASE_TLS or is_local(str(database.get("HOST", ""))):
        return []
    mode, roots = (options.get(key) or default for key, default in settings.DATABASE_TLS_DEFAULTS.items())
    if mode != "verify-full":
        said = f"The connection to the database is not verified (sslmode is {mode or 'not set'})."
        return [Error(said, hint=HINT, id="lucky11.E001")]
    if not roots:
        said = "The certificate authority of the database's certificate is not set (sslrootcert is not set)."
        return [Error(said, hint=HINT, id="lucky11.E002")]
    return []


def is_local(host: str) -> bool:
    """Say whether the database is reached by a Unix socket, which never leaves the machine."""
    return host == "" or host.startswith("/")
