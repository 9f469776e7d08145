"""PostgreSQL and Valkey from two Python packages, on Unix sockets, for development and tests.

``DATABASE_URL=embedded:`` and ``REDIS_URL=embedded:`` mean these servers. Their addresses follow from the
data folder alone, so settings.py can name them without starting anything; `join` starts them or joins
running ones, and they stop when the last process that joined is gone, however it ended.
"""

from lucky11.embedded.account import EmbeddedError
from lucky11.embedded.paths import (
    celery_broker_url,
    data_folder,
    database_settings,
    database_url,
    redis_url,
    runtime_folder,
)
from lucky11.embedded.users import join, named, servers, servers_unless_held

__all__ = [
    "EmbeddedError",
    "celery_broker_url",
    "data_folder",
    "database_settings",
    "database_url",
    "join",
    "named",
    "redis_url",
    "runtime_folder",
    "servers",
    "servers_unless_held",
]
