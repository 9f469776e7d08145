"""Tickets sold through a Python service by 1 to 64 clients at once, each a process with one connection.

One process a client was the fastest on two cores (4 × 4 and 2 × 8 processes × threads: 0.6 to 0.8 times as
fast).
"""

import importlib
import multiprocessing
import time
import uuid
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Any

MOST_CLIENTS = 64
MOST = 1_000_000  # tickets of one client in one run, whatever the clock says
SERVICE = "draws.entries.take"
CONTROL = "benchmarks.control"


class Clients:
    """Processes that sell tickets when told; use as a context manager."""

    def __init__(self, players: Sequence[str]) -> None:
        # Forked before anything is connected: the children share the loaded program and nothing else.
        context = multiprocessing.get_context("fork")
        self.pipes: list[Connection] = []
        self.processes = []
        for number in range(MOST_CLIENTS):
            ours, theirs = context.Pipe()
            arguments = (theirs, number, players)
            process = context.Process(target=_client, args=arguments, daemon=True)
            process.start()
            self.pipes.append(ours)
            self.processes.append(process)

    def __enter__(self) -> "Clients":
        return self

    def __exit__(self, *error: object) -> None:
        for pipe in self.pipes:
            pipe.send(None)
        for process in self.processes:
            process.join(10)
            process.kill()

    def sell(self, service: str, draws: Sequence[int], clients: int, seconds: float) -> float:
        """Tickets a second that so many clients sold in these draws, all of them acknowledged.

        `service` is the module whose `take_tickets` they call.
        """
        start = time.time() + 0.2
        for pipe in self.pipes[:clients]:
            pipe.send((service, draws, clients, start, start + seconds))
        sold = 0
        for pipe in self.pipes[:clients]:
            answer = pipe.recv()
            if isinstance(answer, Exception):
                raise answer
            sold += answer
        return sold / seconds


def _client(pipe: Connection, number: int, players: Sequence[str]) -> None:
    from django.db import connection

    connection.ensure_connection()
    while (order := pipe.recv()) is not None:
        try:
            pipe.send(_sell(number, players, *order))
        except Exception as error:
            pipe.send(RuntimeError(f"client {number}: {error!r}"))
    connection.close()


def _sell(
    number: int, players: Sequence[str], service: str, draws: Sequence[int], clients: int, *times: float
) -> int:
    take_tickets: Any = importlib.import_module(service).take_tickets
    start, end = times
    mine = players[number::clients]
    time.sleep(max(0, start - time.time()))
    for sold in range(MOST):
        if time.time() >= end:
            return sold
        player, draw = mine[sold % len(mine)], draws[(sold * clients + number) % len(draws)]
        take_tickets(player, draw, 1, uuid.uuid4().hex)
    return MOST
