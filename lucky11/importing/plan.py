"""Plans the ledger rows for a player's old transactions, and their order. Nothing is read or written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import fingerprint_of
from ledger.models import Transaction
from ledger.old_site import MOVED, SETTLED, Movement, Purse
from lucky11.importing.clean import MOST_COINS, UNKNOWN_TIME, whole
from lucky11.importing.job import Import
from lucky11.importing.waiting import Waiting

# The old site's words for ledger types that need no ticket, win or member of staff.
WELCOME = {"signup_bonus", "signup", "welcome_bonus", "welcome", "registration_bonus"}
DAILY = {"daily_bonus", "daily", "daily_reward", "daily_login", "login_bonus"}


@dataclass
class Plan:
    """A player's rows, in an order in which neither the imported coins nor the purse falls below 0."""

    purse: Purse
    rows: list[Movement] = field(default_factory=list)
    waiting: Waiting = field(default_factory=Waiting)

    def post(self, move: Movement) -> bool:
        """Post the row if the coins and the room for it are there, and then the rows that waited for it."""
        coins, room = self._bounds()
        if -move.amount > coins if move.amount < 0 else move.amount > room:
            return False
        self._append(move)
        while other := self.waiting.take(*self._bounds()):
            self._append(other)
        return True

    def _bounds(self) -> tuple[int, int]:
        """Return how much may be taken, and how much may be given."""
        return min(self.purse.brought, self.purse.coins), MOST_COINS - self.purse.coins

    def _append(self, move: Movement) -> None:
        self.rows.append(move)
        self.purse.brought += move.amount
        self.purse.coins += move.amount


@dataclass(frozen=True)
class Balance:
    """Whose it is, what the old site said they had (None: nothing usable), and the sum of what it booked."""

    owner: str
    coins: int | None
    total: int

    @property
    def name(self) -> str:
        """Return what the ledger calls the account: the fingerprint of its old id."""
        return fingerprint_of(self.owner).hex()

    @property
    def due(self) -> int:
        """Return the old coins, or else the sum of the transactions, but never less than 0."""
        return max(self.total, 0) if self.coins is None else self.coins


def plan(user_id: str, rows: Sequence[Any], purse: Purse, job: Import) -> list[Movement]:
    """Return what to post for a player, in order, from all rows of an owner, and update the purse."""
    made, total, late = Plan(purse), 0, []
    old = [row for row in rows if row.id is not None]
    for row, amount in _believable(old, job):
        total += amount
        if row.id not in purse.moved:
            move = movement(user_id, row, amount, purse)
            if not made.post(move):
                made.waiting.add(move)
                late.append((row.id, move))
    said = int(rows[0].coins) if rows[0].sure else None
    _settle(made, user_id, Balance(rows[0].owner, said, total), job)
    held = made.waiting.keys()
    for old_id, move in late:
        kind = "transaction held back" if move.key in held else "transaction moved"
        job.problem(kind, "transactions", old_id, f"{move.amount:+} of player {user_id}")
    return made.rows


def _believable(old: Sequence[Any], job: Import) -> Iterator[tuple[Any, int]]:
    for row in old:
        amount = whole(row.amount)
        if not amount:
            job.problem("impossible amount", "transactions", row.id, row.amount)
            continue
        if row.created_at is None:
            job.problem("transaction without time", "transactions", row.id)
        yield row, amount


def movement(user_id: str, row: Any, amount: int, purse: Purse) -> Movement:
    """Return the ledger's row for a transaction; the first welcome bonus marks the purse as welcomed."""
    kind = (row.type or "").strip().lower()
    key, type = f"import:tx:{row.id}", Transaction.Type.IMPORT
    if amount > 0 and kind in WELCOME and not purse.welcomed:
        # Under the site's own key: a player who got welcome coins there does not get them again here.
        key, type, purse.welcomed = f"signup:{user_id}", Transaction.Type.SIGNUP_BONUS, True
    elif amount > 0 and kind in DAILY:
        type = Transaction.Type.DAILY_BONUS
    return Movement(
        user_id,
        type,
        amount,
        key,
        f"{MOVED}{row.id}:{kind}",
        row.description or row.type or "",
        row.created_at or UNKNOWN_TIME,
    )


def _settle(made: Plan, user_id: str, balance: Balance, job: Import) -> None:
    settled = made.purse.settled.setdefault(balance.name, [])
    difference = balance.due - balance.total - sum(settled)
    if not difference:
        return
    named = f"player {user_id}: {balance.due} coins, transactions {balance.total}"
    if not job.choices.settle:
        decision = job.problem("balance differs", "users", balance.owner, named)
        if decision is None or decision.action != "settle":
            return
    number = len(settled) + 1
    move = Movement(
        user_id,
        Transaction.Type.IMPORT,
        difference,
        f"import:settlement:{balance.name}:{number}",
        f"{SETTLED}{balance.name}",
        f"Settled: the old site said {balance.due:,} coins, its transactions {balance.total:,}",
    )
    if made.post(move):
        settled.append(difference)
        job.problem("balance settled", "users", balance.owner, named)
    else:
        job.problem("balance cannot be settled", "users", balance.owner, named)
