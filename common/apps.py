from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created


class CommonConfig(AppConfig):
    """What every app stands on: database helpers, web helpers, text and encryption. It knows no other app."""

    name = "common"

    def ready(self) -> None:
        connection_created.connect(_database_answers)


def _database_answers(**kwargs: Any) -> None:
    from common import outages

    outages.is_back(outages.POSTGRESQL)
