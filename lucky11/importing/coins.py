"""Turns old transactions into rows of the ledger; settles balances and refunds tickets if asked."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.db import transaction

from ledger.old_site import REFUNDED, Movement, Purse, post_movements, purses
from lucky11.importing import queries
from lucky11.importing.clean import MOST_COINS, whole
from lucky11.importing.job import Import
from lucky11.importing.plan import Plan, movement, plan

PLAYERS, ROWS = 500, 5000
Group = tuple[str, list[Any]]


def import_coins(job: Import) -> None:
    """Post every player's old transactions, in batches of whole players."""
    source = job.source
    rows = source.rows(queries.movements(source, merge=job.choices.merge))
    total, done = source.count("transactions"), 0
    job.show("coins", 0, total)
    for groups in _batches(rows):
        _import_groups(groups, job)
        read = sum(row.id is not None for _, rows in groups for row in rows)
        job.count("transactions read", read)
        done += read
        job.show("coins", done, total)
    for row in source.rows(queries.orphan_movements(source)):
        _give(row, job)


@transaction.atomic
def _give(row: Any, job: Import) -> None:
    """Post a transaction of nobody to the player whom the operator names."""
    values = f"{row.amount} of user {row.user_id}"
    decision = job.problem("transaction of nobody", "transactions", row.id, values)
    if decision is None or decision.action != "give":
        return
    user_id, amount = decision.argument, whole(row.amount)
    purse = purses([user_id], lock=job.choices.apply)[user_id]
    if not amount:
        job.problem("impossible amount", "transactions", row.id, row.amount)
    elif row.id not in purse.moved:
        made = Plan(purse)
        if not made.post(movement(user_id, row, amount, purse)):
            job.problem("transaction held back", "transactions", row.id, f"{amount:+} of player {user_id}")
        job.count("coins brought over", sum(move.amount for move in made.rows))
        job.count("rows posted", len(made.rows))
        if job.choices.apply:
            post_movements(made.rows)


def _batches(rows: Iterator[Any]) -> Iterator[list[Group]]:
    groups: list[Group] = []
    held = 0
    for owner, group in groupby(rows, key=attrgetter("owner")):
        groups.append((owner, list(group)))
        held += len(groups[-1][1])
        if len(groups) == PLAYERS or held >= ROWS:
            yield groups
            groups, held = [], 0
    if groups:
        yield groups


@transaction.atomic
def _import_groups(groups: list[Group], job: Import) -> None:
    owned = [(job.player_of(owner), rows) for owner, rows in groups]
    held = purses([user_id for user_id, _ in owned], lock=job.choices.apply)
    moves: list[Movement] = []
    # By player, in the order in which everything locks them.
    for user_id, rows in sorted(owned, key=lambda one: one[0]):
        moves += plan(user_id, rows, held.setdefault(user_id, Purse()), job)
    job.count("coins brought over", sum(move.amount for move in moves))
    job.count("rows posted", len(moves))
    if job.choices.apply:
        post_movements(moves)


def refund_tickets(job: Import) -> None:
    """Refund the coins of tickets whose draw the old site never drew."""
    for batch in job.batches("refunds", queries.unpaid_back(job.source), 1000):
        with transaction.atomic():
            _refund(batch, job)


def _refund(batch: list[Any], job: Import) -> None:
    owned = sorted(((job.player_of(row.user_id), row) for row in batch), key=lambda one: one[0])
    held = purses(sorted({user_id for user_id, _ in owned}), lock=job.choices.apply)
    moves = []
    for user_id, row in owned:
        title = (row.title or "").strip() or f"Draw {row.draw_id}"
        purse = held.setdefault(user_id, Purse())
        fee = whole(row.entry_fee, least=0)
        if not fee or row.id in purse.refunded or not _is_refunded(row, job):
            continue
        if purse.coins + fee > MOST_COINS:
            job.problem("refund cannot be paid", "participations", row.id)
            continue
        purse.coins += fee
        moves.append(
            Movement(
                user_id,
                "import",
                fee,
                f"import:refund:{row.id}",
                f"{REFUNDED}{row.id}",
                f"Coins back: the old site did not draw “{title}”",
            )
        )
    job.count("tickets refunded", len(moves))
    job.count("coins refunded", sum(move.amount for move in moves))
    if job.choices.apply:
        post_movements(moves)


def _is_refunded(row: Any, job: Import) -> bool:
    decision = job.decisions.of("draw not drawn", "draws", row.draw_id)
    return job.choices.refund or bool(decision and decision.action == "refund")
