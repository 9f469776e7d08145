"""Reading the configuration that has no default, and saying clearly what is missing."""

import os
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from lucky11 import embedded

# Lists are frozen within two minutes of closing, after relays were asked.
LONGEST_BEACON_TIMEOUT = 30


def required(name: str) -> str:
    """The value of a variable that must be set. Raises ImproperlyConfigured with a sentence that names it."""
    value = os.environ.get(name, "")
    if not value:
        raise ImproperlyConfigured(
            f"{name} is not set. Set it in the environment or in .env (see .env.example); "
            "bin/run writes a .env for development."
        )
    return value


def database() -> dict[str, Any]:
    """Django's settings for the database that DATABASE_URL, or else the PG… variables, name."""
    if not os.environ.get("DATABASE_URL") and os.environ.get("PGDATABASE"):
        settings: dict[str, Any] = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": os.environ["PGDATABASE"],
            "USER": os.environ.get("PGUSER", ""),
            "PASSWORD": os.environ.get("PGPASSWORD", ""),
            "HOST": os.environ.get("PGHOST", ""),
            "PORT": os.environ.get("PGPORT", ""),
        }
    elif required("DATABASE_URL") == "embedded:":
        settings = embedded.database_settings()
    else:
        settings = environ.Env.db_url_config(required("DATABASE_URL"))
    # A pool is for the web processes only; tasks and commands keep one connection each.
    size = int(os.environ.get("DATABASE_POOL_SIZE", "0"))
    if not size:
        return settings | {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    pool = {"min_size": 1, "max_size": size, "timeout": 10}
    return settings | {"OPTIONS": settings.get("OPTIONS", {}) | {"pool": pool}}


def beacon_relays(environment: Mapping[str, str] = os.environ) -> list[str]:
    """The addresses of drand relays that BEACON_RELAYS lists, each once; none without it.

    Raises ImproperlyConfigured when one of them is not an address.
    """
    listed = environment.get("BEACON_RELAYS", "").split(",")
    relays = list(dict.fromkeys(relay.strip().rstrip("/") for relay in listed if relay.strip()))
    for relay in relays:
        if not _is_address(relay):
            raise ImproperlyConfigured(
                f"BEACON_RELAYS: {relay} is not an address such as https://api.drand.sh. "
                "List addresses with commas between them, or leave it empty for no beacon."
            )
    return relays


def beacon_timeout(environment: Mapping[str, str] = os.environ) -> float:
    """Seconds that one question to the beacon's relays may take. Raises ImproperlyConfigured."""
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


def _is_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        port_fits = address.port is None or address.port > 0
    except ValueError:
        return False
    plain = not (address.query or address.fragment or address.username)
    return address.scheme in ("https", "http") and bool(address.hostname) and plain and port_fits


def openid_providers(environment: Mapping[str, str] = os.environ) -> dict[str, Any]:
    """allauth's settings for the OpenID Connect provider that the OIDC_… variables name; none without them.

    Raises ImproperlyConfigured when only some of them are set, or the address is not one.
    """
    given = {
        "OIDC_SERVER_URL": environment.get("OIDC_SERVER_URL", ""),
        "OIDC_CLIENT_ID": environment.get("OIDC_CLIENT_ID", ""),
        "OIDC_CLIENT_SECRET": environment.get("OIDC_CLIENT_SECRET", ""),
    }
    spoken_by: dict[str, Any] = {"provider_class": "accounts.openid.Provider", "APPS": []}
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
