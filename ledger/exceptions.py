"""Why a coin movement was refused. `message` is for the player and says what it means for their coins."""

from django.utils.translation import gettext as _

from common.text import wording


class LedgerError(Exception):
    """A movement the ledger refuses; nothing was written."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class InsufficientCoins(LedgerError):
    """The player has fewer coins than the movement takes."""

    def __init__(self, balance: int, cost: int) -> None:
        said = _("You have %(balance)s and this takes %(cost)s. Nothing was charged.")
        super().__init__(said % {"balance": wording.coins(balance), "cost": wording.grouped(cost)})
        self.balance = balance
        self.cost = cost


class IdempotencyConflict(LedgerError):
    """The key was used before, for another movement."""


class Unproven(LedgerError):
    """The database has nothing that these coins would come from."""


class NoSuchPlayer(LedgerError):
    """There is no player with this id."""


class NotReversible(LedgerError):
    """Only the payment for tickets can be given back, once and whole."""


class LimitRefused(LedgerError):
    """A limit that makes no sense; the limits stand as they were."""

    status = 400
