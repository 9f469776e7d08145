"""A database of the old site, of any size: made from a seed, then soiled with every kind of dirt there is."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from django.db import connection
from psycopg import sql
from psycopg.conninfo import make_conninfo

from lucky11.importing.source import COLUMNS

NAME = "lucky11_old_site"
FIRST = 10_000_000
EPOCH = datetime(2025, 7, 2, 12, tzinfo=UTC)
TYPES = {"text": "text", "number": "bigint", "whole": "bigint", "boolean": "boolean"}


@dataclass(frozen=True)
class Shape:
    """How large the site is, how it spells its columns, and whether its times have a zone."""

    users: int = 200
    transactions: int = 1000
    draws: int = 20
    tickets: int = 600
    camel: bool = False
    zoned: bool = False
    seed: int = 11

    def column(self, name: str) -> str:
        head, *tail = name.split("_")
        return f'"{head}{"".join(part.title() for part in tail)}"' if self.camel else name


def address(name: str = NAME) -> str:
    """The URL of a database on the tests' server."""
    options = connection.settings_dict
    return make_conninfo(
        "",
        host=options["HOST"],
        port=options["PORT"],
        user=options["USER"],
        password=options["PASSWORD"] or None,
        dbname=name,
    )


@contextmanager
def old_site(shape: Shape, *, dirty: bool = True) -> Iterator[str]:
    """The address of a database of the old site, for as long as the block lasts."""
    name = sql.Identifier(NAME)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name))
        cursor.execute(sql.SQL("CREATE DATABASE {}").format(name))
    try:
        with psycopg.connect(address()) as database:
            make(database, shape, dirty=dirty)
        yield address()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def make(database: psycopg.Connection[Any], shape: Shape, *, dirty: bool = True) -> None:
    """Make the old site in an empty database."""
    _make_tables(database, shape)
    _fill(database, shape)
    if dirty:
        for statement in soil(shape):
            database.execute(statement)


def _make_tables(database: psycopg.Connection[Any], shape: Shape) -> None:
    time = "timestamptz" if shape.zoned else "timestamp"
    for table, columns in COLUMNS.items():
        parts = []
        for name, kind in columns.items():
            real = "numeric" if name in ("prize_amount", "total_earnings") else {**TYPES, "time": time}[kind]
            parts.append(f"{shape.column(name)} {real}{' PRIMARY KEY' if name == 'id' else ''}")
        database.execute(f"CREATE TABLE {table} ({', '.join(parts)})")
    database.execute("CREATE TABLE sessions (sid varchar PRIMARY KEY, sess json, expire timestamp)")
    database.execute("""INSERT INTO sessions VALUES ('s', '{"user": "10000001"}', now())""")


def moves_of(shape: Shape, number: int) -> list[tuple[str, int]]:
    """The transactions of a user, the balance never below 0."""
    chance = random.Random(shape.seed * 1_000_003 + number)
    moves, balance = [("signup_bonus", 100)], 100
    for _ in range(shape.transactions // shape.users - 1):
        kind, amount = chance.choice([("entry", -25), ("entry", -25), ("daily_bonus", 10), ("prize", 40)])
        if balance + amount < 0:
            kind, amount = "purchase", 50
        moves.append((kind, amount))
        balance += amount
    return moves


def _fill(database: psycopg.Connection[Any], shape: Shape) -> None:
    held = [0] * shape.users
    tickets = []
    for number in range(shape.tickets):
        user = (number * 7) % shape.users
        held[user] += 1
        tickets.append((number + 1, str(FIRST + user), number % shape.draws + 1, _at(number)))
    _copy(database, "users", shape, (_user(shape, number, held[number]) for number in range(shape.users)))
    _copy(database, "participations", shape, iter(tickets))
    _copy(database, "draws", shape, (_draw(shape, number) for number in range(shape.draws)))
    won = ((n + 1, _winner(shape, n), n + 1, 25 + n, _at(n), None, True) for n in range(shape.draws - 2))
    _copy(database, "winners", shape, won)
    _copy(database, "transactions", shape, _transactions(shape))
    # The statistics as the old site would have kept them.
    database.execute(
        f"""UPDATE users SET {shape.column("total_wins")} = n
            FROM (SELECT {shape.column("user_id")} AS who, count(*) AS n FROM winners GROUP BY 1) AS won
            WHERE id = who"""
    )
    database.execute("ANALYZE")


def _user(shape: Shape, number: int, tickets: int) -> tuple[Any, ...]:
    coins = sum(amount for _, amount in moves_of(shape, number))
    names = (f"Player{number}", "Old", f"https://old.example/{number}.png")
    return (
        *(
            str(FIRST + number),
            f"player{number}@old.example",
            *names,
            coins,
            tickets,
            0,
            0,
            3,
            number % 9 == 0,
        ),
        *(_at(number), _at(number + 60)),
    )


def _draw(shape: Shape, number: int) -> tuple[Any, ...]:
    over = number < shape.draws - 2
    held = len(range(number, shape.tickets, shape.draws))
    winner = _winner(shape, number) if over else None
    return (
        *(number + 1, f"Old draw {number + 1}", "As it was", 25 + number, 5, 10_000, held, _at(number * 500)),
        *(None, not over, winner, _at(number), _at(number)),
    )


def _winner(shape: Shape, draw: int) -> str:
    """Who held the draw's first ticket."""
    return str(FIRST + (draw * 7) % shape.users)


def _transactions(shape: Shape) -> Iterator[tuple[Any, ...]]:
    row = 0
    for number in range(shape.users):
        for nth, (kind, amount) in enumerate(moves_of(shape, number)):
            row += 1
            yield row, str(FIRST + number), kind, amount, f"Old {kind}", _at(number + nth * 1440)


def _at(minutes: int) -> datetime:
    return EPOCH + timedelta(minutes=minutes)


def _copy(database: psycopg.Connection[Any], table: str, shape: Shape, rows: Iterator[Any]) -> None:
    columns = ", ".join(shape.column(name) for name in COLUMNS[table])
    with database.cursor() as cursor, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def soil(shape: Shape) -> Iterator[str]:
    """Statements that plant every kind of dirt, each on the users whose number has one remainder of 40."""
    c = shape.column

    def these(remainder: int) -> str:
        return f"id ~ '^[0-9]+$' AND id::bigint % 40 = {remainder}"

    yield f"UPDATE users SET coins = -7 WHERE {these(1)}"
    yield f"UPDATE users SET coins = NULL WHERE {these(2)}"
    yield f"UPDATE users SET coins = 3000000000 WHERE {these(3)}"
    yield f"UPDATE users SET coins = coins + 15 WHERE {these(4)}"
    yield f"UPDATE users SET coins = coins - 5 WHERE coins >= 5 AND {these(5)}"
    yield f"UPDATE users SET email = NULL WHERE {these(6)}"
    yield f"UPDATE users SET email = '  ' WHERE {these(7)}"
    yield f"UPDATE users SET email = 'no address' WHERE {these(8)}"
    # The next user's address, in another case and with blanks around it.
    yield f"""UPDATE users u SET email = ' ' || upper(v.email) || ' ' FROM users v
              WHERE {these(9).replace("id", "u.id")} AND v.id = (u.id::bigint + 1)::text"""
    yield f"UPDATE users SET {c('created_at')} = NULL, {c('first_name')} = NULL WHERE {these(11)}"
    yield f"UPDATE users SET {c('created_at')} = '-infinity' WHERE {these(12)}"
    yield f"UPDATE users SET {c('total_participations')} = 99 WHERE {these(13)}"
    for table in ("participations", "transactions", "winners"):
        yield f"""UPDATE {table} SET {c("user_id")} = 'auth0/' || {c("user_id")}
                  WHERE {c("user_id")}::bigint % 40 = 14"""
    yield f"""UPDATE draws SET {c("winner_id")} = 'auth0/' || {c("winner_id")}
              WHERE {c("winner_id")}::bigint % 40 = 14"""
    yield f"UPDATE users SET id = 'auth0/' || id WHERE {these(14)}"
    # All is spent before it is earned; and one who spent what they never had.
    yield f"""UPDATE transactions t SET {c("created_at")} = '2024-01-01' WHERE amount < 0
              AND {c("user_id")} ~ '^[0-9]+$' AND {c("user_id")}::bigint % 40 = 15"""
    yield f"""INSERT INTO transactions
              SELECT 5000000 + id::bigint, id, 'entry', -100000, 'Never had it', '2025-08-01'
              FROM users WHERE {these(16)}"""
    for number, amount in enumerate(("NULL", "0", "9000000000", "-9000000000")):
        yield f"""INSERT INTO transactions
                  VALUES ({6000000 + number}, '{FIRST + 17}', 'entry', {amount}, 'Odd', now())"""
    yield f"INSERT INTO transactions VALUES (6000010, '{FIRST + 17}', 'refund', 1, NULL, NULL)"
    yield f"UPDATE users SET coins = coins + 1 WHERE id = '{FIRST + 17}'"
    yield "INSERT INTO transactions VALUES (6000020, 'nobody', 'entry', -5, 'Whose?', now())"
    yield "INSERT INTO transactions VALUES (6000021, NULL, 'entry', -5, 'Whose?', now())"
    yield "INSERT INTO participations VALUES (6000000, 'nobody', 1, now())"
    yield f"INSERT INTO participations VALUES (6000001, '{FIRST}', 999, now())"
    yield f"INSERT INTO participations VALUES (6000002, '{FIRST}', NULL, NULL)"
    yield f"INSERT INTO participations VALUES (6000003, '{FIRST}', 1, NULL)"
    yield "INSERT INTO winners VALUES (6000000, 'nobody', 1, 5, now(), NULL, true)"
    yield f"INSERT INTO winners VALUES (6000001, '{FIRST}', 999, 5, now(), NULL, true)"
    yield f"""INSERT INTO winners SELECT 6000002, {c("user_id")}, {c("draw_id")}, 5, now(), NULL, true
              FROM winners WHERE id = 3"""
    yield f"INSERT INTO winners VALUES (6000003, '{FIRST + 18}', 4, 'NaN', NULL, NULL, NULL)"
    yield "DELETE FROM winners WHERE id = 5"
    yield "DELETE FROM winners WHERE id = 6"
    yield f"UPDATE draws SET {c('winner_id')} = 'nobody' WHERE id = 6"
    yield f"UPDATE draws SET {c('winner_id')} = '{FIRST + 19}' WHERE id = 7"
    yield f"UPDATE draws SET title = NULL, {c('draw_time')} = NULL WHERE id = 8"
    yield f"UPDATE draws SET {c('entry_fee')} = -3, {c('prize_amount')} = 1e12 WHERE id = 9"
    yield f"UPDATE draws SET {c('current_participants')} = 77 WHERE id = 10"
