"""The checks of `manage.py check --deploy` beyond Django's own; `manage.py doctor` shows each of them."""

from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import connections
from django.http.request import validate_host

TLS_HINT = (
    "Add ?sslmode=verify-full&sslrootcert=/path/to/ca.pem to DATABASE_URL (or set PGSSLMODE and "
    "PGSSLROOTCERT). On one machine, use a Unix socket. Set DATABASE_TLS=false if another layer encrypts "
    "the connection."
)
REDIS_HINT = (
    "Set requirepass in redis.conf and write REDIS_URL=redis://:PASSWORD@host:6379/0; over a network, use "
    "rediss:// as well. Whoever can write to Redis can start any task of the site."
)
ROLE_HINT = (
    "Name the role {role} in DATABASE_URL. `manage.py db_roles` makes it: docs/deployment.md, The database "
    "and its roles."
)
# Nobody can have a mailbox there (RFC 2606, RFC 6761).
RESERVED = ("example", "example.com", "example.net", "example.org", "invalid", "test", "localhost")
ROLE = """
    SELECT current_user::text, rolsuper,
           EXISTS (SELECT FROM pg_database
                   WHERE datname = current_database() AND pg_has_role(r.oid, datdba, 'MEMBER'))
           OR EXISTS (SELECT FROM pg_class
                      WHERE relnamespace = 'public'::regnamespace AND pg_has_role(r.oid, relowner, 'MEMBER'))
    FROM pg_roles r WHERE rolname = current_user"""


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
        return [Error(said, hint=TLS_HINT, id="lucky11.E001")]
    if not roots:
        said = "The certificate authority of the database's certificate is not set (sslrootcert is not set)."
        return [Error(said, hint=TLS_HINT, id="lucky11.E002")]
    return []


def is_local(host: str) -> bool:
    """Say whether the database is reached by a Unix socket, which never leaves the machine."""
    return host == "" or host.startswith("/")


@register(Tags.security, deploy=True)
def redis_protection(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that Redis asks for a password, or is reached by TLS or a Unix socket."""
    address = urlsplit(settings.REDIS_URL)
    if address.password or address.scheme in ("rediss", "unix"):
        return []
    said = "REDIS_URL names no password and no TLS, so every program that reaches Redis commands it."
    return [Error(said, hint=REDIS_HINT, id="lucky11.E003")]


@register(Tags.security, Tags.database, deploy=True)
def database_role(app_configs: Any, databases: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Check that the site's role is not too mighty, if the database may be asked (`--database default`)."""
    if not databases:
        return []
    with connections["default"].cursor() as cursor:
        cursor.execute(ROLE)
        role, superuser, owner = cursor.fetchone()
    hint = ROLE_HINT.format(role=f"{settings.DATABASE_ROLES}_app")
    if superuser:
        said = f"The site works as {role}, a superuser: no right and no trigger of the database binds it."
        return [Error(said, hint=hint, id="lucky11.E004")]
    if owner:
        said = (
            f"The site works as {role}, which owns the tables, or may act as who does, and change the schema."
        )
        return [Error(said, hint=hint, id="lucky11.E005")]
    return []


@register(Tags.security, deploy=True)
def site_origin(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the site has a public https address that it answers to."""
    address = urlsplit(settings.SITE_ORIGIN)
    hint = "Set SITE_ORIGIN to the address that players use, such as https://draws.example.org."
    if address.scheme != "https" or address.path or not address.hostname:
        said = f"SITE_ORIGIN is {settings.SITE_ORIGIN}, which is not an origin that begins with https://."
        return [Error(said, hint=hint, id="lucky11.E006")]
    if not validate_host(address.hostname, settings.ALLOWED_HOSTS):
        said = f"ALLOWED_HOSTS does not name {address.hostname}, so players are answered with 400."
        hint = "Add the host of SITE_ORIGIN to ALLOWED_HOSTS, or correct SITE_ORIGIN."
        return [Error(said, hint=hint, id="lucky11.E007")]
    return []


@register(Tags.security, deploy=True)
def tls_proxy(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that a site that insists on HTTPS knows which requests came by HTTPS."""
    if settings.SECURE_PROXY_SSL_HEADER or not settings.SECURE_SSL_REDIRECT:
        return []
    said = "Every request is redirected to HTTPS, also those that the proxy received by HTTPS."
    hint = "Set BEHIND_TLS_PROXY=true and TRUSTED_PROXY_COUNT to the number of proxies before the site."
    return [Warning(said, hint=hint, id="lucky11.W001")]


@register(Tags.security, deploy=True)
def mail_addresses(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that the addresses on the site's emails and help page are not those of the examples."""
    return [
        Warning(
            f"{name} is {address or 'empty'}, where nobody can have a mailbox.",
            hint=f"Set {name} to an address of yours that somebody reads.",
            id="lucky11.W002",
        )
        for name in ("DEFAULT_FROM_EMAIL", "SUPPORT_EMAIL")
        if not is_real(address := parseaddr(getattr(settings, name))[1])
    ]


def is_real(address: str) -> bool:
    """Say whether an email address can belong to somebody: it is not one of the reserved examples."""
    domain = address.rpartition("@")[2].lower().rstrip(".")
    return "@" in address and not any(f".{domain}".endswith(f".{each}") for each in RESERVED)


@register(Tags.security, deploy=True)
def alerts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that somebody is told when something is wrong."""
    unreal = [each for each in settings.ALERT_EMAILS if not is_real(parseaddr(each)[1])]
    hint = "Set ALERT_EMAILS, or ALERT_WEBHOOK_URL; with Prometheus, silence lucky11.W003."
    if unreal:
        said = f"ALERT_EMAILS names {unreal[0]}, where nobody can have a mailbox."
        return [Warning(said, hint=hint, id="lucky11.W003")]
    if settings.ALERT_EMAILS or settings.ALERT_WEBHOOK_URL:
        return []
    said = "Nobody is told when something is wrong: ALERT_EMAILS and ALERT_WEBHOOK_URL are empty."
    return [Warning(said, hint=hint, id="lucky11.W003")]


@register(Tags.security, deploy=True)
def backups(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Check that backups are made, and that they are encrypted or the operator has said no."""
    if not settings.BACKUP_FOLDER and not settings.BACKUP_STORAGE:
        said = "No backups are scheduled: BACKUP_FOLDER and BACKUP_STORAGE are empty."
        hint = "Set one of them, ideally on another machine or disk; see .env.example."
        return [Warning(said, hint=hint, id="lucky11.W004")]
    if settings.BACKUP_KEYS or not settings.BACKUP_ENCRYPTION:
        return []
    said = "Backups are not encrypted: BACKUP_KEYS is empty."
    hint = (
        "Set BACKUP_KEYS (see .env.example), or BACKUP_ENCRYPTION=false if their disk or store is encrypted."
    )
    return [Warning(said, hint=hint, id="lucky11.W005")]
