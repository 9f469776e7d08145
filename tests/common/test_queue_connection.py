"""A worker outlives the connections over which its messages came."""

from typing import Any

import kombu
import pytest
from redis import ConnectionError as RedisConnectionError

from lucky11.queue_connection import Connection


def acknowledge_late(connection: kombu.Connection) -> None:
    """Acknowledge a message whose connection was given up meanwhile."""
    channel: Any = connection.default_channel
    connection.collect()
    channel.basic_ack("a message")


def test_what_comes_too_late_for_a_connection_fails_as_connections_do(settings):
    connection = Connection(settings.CELERY_BROKER_URL)
    assert RedisConnectionError in connection.connection_errors
    with pytest.raises(RedisConnectionError, match="given up"):
        acknowledge_late(connection)


def test_control_kombus_own_connection_would_end_the_worker(settings):
    with pytest.raises(AttributeError):
        acknowledge_late(kombu.Connection(settings.CELERY_BROKER_URL))
