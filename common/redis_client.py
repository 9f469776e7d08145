"""The connection to Redis for values that may be lost. They are numbers and text, never pickled objects:
whoever can write to Redis must not be able to run code in a process that reads from it.
"""

from functools import lru_cache

from django.conf import settings
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry

# A server that does not answer must not hold up a request.
SECONDS = 2


@lru_cache(maxsize=4)
def redis_client(seconds: float = SECONDS) -> Redis:
    """Return this process's client, which connects when it is used and waits for so many seconds.

    Its calls raise redis.RedisError.
    """
    return Redis.from_url(
        settings.REDIS_URL,
        decode_responses=True,
        # What others wrote there is read as text, whatever it is, and then not understood.
        encoding_errors="replace",
        socket_connect_timeout=seconds,
        socket_timeout=seconds,
        # A connection that the server has closed meanwhile is opened again, once.
        retry=Retry(NoBackoff(), 1),
        health_check_interval=10,
    )
