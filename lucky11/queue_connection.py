"""The worker's and beat's connection to the queue: after an outage they are back within seconds, however long
it was. Celery waits up to half a minute between its attempts, and no setting changes that.
"""

from typing import Any

import kombu
from celery.app import amqp

# Seconds before the second attempt, how much longer each later wait is, and the longest.
PACE = {"interval_start": 0.5, "interval_step": 0.5, "interval_max": 2}


class Connection(kombu.Connection):
    """A connection that keeps trying at a steady pace."""

    def ensure_connection(self, *args: Any, **options: Any) -> Any:
        """Return the connection once it is made; the arguments are Kombu's."""
        return super().ensure_connection(*args, **(PACE | options))


class AMQP(amqp.AMQP):
    """Celery's way to the queue, with these connections."""

    Connection = Connection
