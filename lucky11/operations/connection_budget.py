"""How many connections to PostgreSQL the site can have open at once, by its settings."""

from dataclasses import dataclass

from lucky11.processes import number

# A backup has its own, pg_dump's and the record's; a drill has those of the restore and the check too.
COMMANDS = 3
DRILL = 4


@dataclass(frozen=True)
class Part:
    """A part of the site, and the most connections that it opens on one machine."""

    name: str
    connections: int
    formula: str


def parts() -> list[Part]:
    """Return the parts of the site on one machine. Raises ImproperlyConfigured for a number that is none."""
    workers, pool = number("WEB_WORKERS", 2), number("WEB_POOL_SIZE", 4)
    # Without a pool each thread keeps a connection.
    each = pool or number("WEB_THREADS", 4)
    return [
        Part("web", workers * each, "WEB_WORKERS × WEB_POOL_SIZE"),
        Part("worker", number("WORKER_THREADS", 4) + 1, "WORKER_THREADS + 1"),
        Part("beat", 1, "1"),
        Part("clock", 1, "1"),
        Part("commands", COMMANDS, "one at a time"),
        Part("drill", DRILL, "once a week"),
    ]


def total(machines: int = 1) -> int:
    """Return the most connections that the site opens, with so many machines of web, worker, beat and clock.

    PostgreSQL needs that many besides those that it keeps for superusers (`superuser_reserved_connections`).
    Raises ImproperlyConfigured for a number that is none.
    """
    once = COMMANDS + DRILL
    return machines * (sum(part.connections for part in parts()) - once) + once
