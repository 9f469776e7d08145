"""Sell tickets until the server goes away: `selling.py NAME THREADS [without-flush]`.

Writes `ready` once all threads are connected, and then a line for each acknowledged ticket, at once: player,
draw, number, request id. `without-flush` is the control: it calls the function that decides, without the
procedure that makes it durable.
"""

import os
import sys
import threading

import django

MOST = 20_000  # tickets of one thread, whatever happens


def main() -> None:
    django.setup()
    from accounts.models import User
    from draws.entries import take
    from draws.models import Draw

    name, threads = sys.argv[1], int(sys.argv[2])
    if "without-flush" in sys.argv:
        take.TAKE_DURABLY = take.TAKE
    players = list(User.objects.order_by("pk").values_list("pk", flat=True))
    draws = list(Draw.objects.order_by("pk").values_list("pk", flat=True))
    connected = threading.Barrier(threads, action=lambda: say("ready"))
    sellers = [
        threading.Thread(target=sell, args=(f"{name}-{n}", players, draws[n % len(draws)], connected))
        for n in range(threads)
    ]
    for seller in sellers:
        seller.start()
    for seller in sellers:
        seller.join()


def sell(name: str, players: list[str], draw_id: int, connected: threading.Barrier) -> None:
    """Take one ticket after the other until an answer does not come."""
    from django.db import DatabaseError, connection

    from draws.entries.take import take_tickets

    connection.ensure_connection()
    connected.wait(60)
    for turn in range(MOST):
        player, request_id = players[turn % len(players)], f"request-{name}-{turn:06}"
        try:
            entry = take_tickets(player, draw_id, 1, request_id)
        except DatabaseError:
            return
        say(f"{player} {draw_id} {entry.numbers[0]} {request_id}")


def say(line: str) -> None:
    """One write, so that the lines of several processes do not mix."""
    os.write(1, f"{line}\n".encode())


if __name__ == "__main__":
    main()
