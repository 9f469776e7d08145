"""Tries the servers that DATABASE_URL and REDIS_URL name; exits with 1 if one does not let us in."""

from __future__ import annotations

import os
import sys

import psycopg
import redis


def main() -> None:
    """Try both servers, and print how each answers."""
    try:
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=5) as database:
            print(f"PostgreSQL {database.info.server_version} answers.")
        client = redis.from_url(os.environ["REDIS_URL"], socket_connect_timeout=5)
        print(f"Redis {client.info('server')['redis_version']} answers.")
    except (psycopg.Error, redis.RedisError) as error:
        sys.exit(f"No: {str(error).splitlines()[0]}")


if __name__ == "__main__":
    main()
