"""A sign of life of a process, kept in Redis: it may be lost, and nothing else depends on it."""

from django.core.cache import caches

ALIVE_SECONDS = 30


def beat(name: str) -> None:
    """Say that `name` is at work now."""
    caches["redis"].set(f"alive:{name}", True, ALIVE_SECONDS)


def is_alive(name: str) -> bool:
    """Whether `name` was at work in the last half minute. Raises redis.RedisError when Redis is gone."""
    return bool(caches["redis"].get(f"alive:{name}"))
