"""The paths where the embedded servers keep their data and listen, derived from the data folder alone."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

ROOT = Path(__file__).resolve().parents[2]
NAME = "lucky11"


def data_folder() -> Path:
    """Return the folder for everything these servers write: LUCKY11_DATA, or .data/run in the checkout."""
    return (ROOT / (os.environ.get("LUCKY11_DATA") or ".data/run")).resolve()


def runtime_folder(data: Path | None = None) -> Path:
    """Return the folder of the sockets of a data folder (by default this process's own).

    It is in /tmp because a socket's path may have about 104 bytes, fewer than a checkout's may; and not in
    TMPDIR or XDG_RUNTIME_DIR, which differ between the terminals that have to find the same server.
    """
    name = os.fsencode(data or data_folder())
    return Path("/tmp") / f"{NAME}-{hashlib.sha256(name).hexdigest()[:12]}"


def postgres_socket(data: Path | None = None) -> Path:
    """Return PostgreSQL's socket; the port that clients are told fixes its name."""
    return runtime_folder(data) / ".s.PGSQL.5432"


def valkey_socket(data: Path | None = None) -> Path:
    """Return Valkey's socket."""
    return runtime_folder(data) / "valkey.sock"


def database_settings() -> dict[str, str]:
    """Return what Django's DATABASES needs to reach the embedded PostgreSQL."""
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": NAME,
        "USER": NAME,
        "PASSWORD": "",
        "HOST": str(runtime_folder()),
        "PORT": "5432",
    }


def database_url() -> str:
    """Return the embedded PostgreSQL's address as psql, pg_dump and psycopg take it."""
    return f"postgresql://{NAME}@/{NAME}?host={quote(str(runtime_folder()), safe='')}"


def redis_url() -> str:
    """Return the embedded Valkey's address as redis-py and Django's cache take it."""
    return f"unix://{valkey_socket()}?db=0"


def celery_broker_url() -> str:
    """Return the embedded Valkey's address as Celery takes it."""
    return f"redis+socket://{valkey_socket()}?virtual_host=0"
