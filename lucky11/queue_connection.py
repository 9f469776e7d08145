"""The worker's and beat's connection to the queue: after an outage they are back within seconds, however long
it was. Celery waits up to half a minute between its attempts, and no setting changes that.
"""

from typing import Any

import kombu
from celery.app import amqp
from kombu.transport import redis as queue
from redis import ConnectionError as RedisConnectionError

# Seconds before the second attempt, how much longer each later wait is, and the longest.
PACE = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 2}


class Channel(queue.Channel):
    """A channel that fails as a connection does once its connection was given up.

    A worker still acknowledges and gives back what came over a connection that broke. Kombu 5.7 then fails
    with an AttributeError, which ends the worker.
    """

    def _connparams(self, *args: Any, **options: Any) -> Any:
        if self.connection is None or self.connection.client is None:
            raise RedisConnectionError("This connection was given up.")
        return super()._connparams(*args, **options)  # type: ignore[misc]


class Connection(kombu.Connection):
    """A connection that keeps trying at a steady pace."""

    def create_transport(self) -> Any:
        """Return the way to the server, with these channels if it is Redis."""
        transport: Any = super().create_transport()
        if transport.Channel is queue.Channel:
            transport.Channel = Channel
        return transport

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """Return the connection once it is made; the arguments are Kombu's."""
        return super().ensure_connection(*args, **(PACE | options))


class AMQP(amqp.AMQP):
    """Celery's way to the queue, with these connections."""

    Connection = Connection
