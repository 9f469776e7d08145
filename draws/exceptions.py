"""Why something about a draw was refused.

`message` is a plain sentence that says what it means for the reader's coins; `status` is the HTTP status.

DrawError
├── EntryRefused          no ticket was taken and nothing was charged
│   ├── DrawNotFound      DrawClosed      DrawCancelled   DrawFull
│   ├── TicketLimitReached  NotEnoughCoins  VipOnly  EmailNotConfirmed  PlayerSuspended
│   └── RequestConflict   InvalidTicketCount  InvalidRequest
├── NotPublishable        the draft cannot open as it is
├── NotCancellable        the draw can no longer be cancelled
└── TextNotChangeable     the text is sealed
"""


class DrawError(Exception):
    """Something about a draw was refused; nothing was changed."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EntryRefused(DrawError):
    """No ticket was taken and nothing was charged."""


class DrawNotFound(EntryRefused):
    """There is no published draw with this number."""

    status = 404


class DrawClosed(EntryRefused):
    """The closing time has passed."""


class DrawCancelled(EntryRefused):
    """The draw was cancelled or is void; every coin goes back."""


class DrawFull(EntryRefused):
    """Fewer tickets are left than were asked for."""

    def __init__(self, message: str, left: int) -> None:
        super().__init__(message)
        self.left = left


class TicketLimitReached(EntryRefused):
    """The player would hold more tickets than one player may."""

    def __init__(self, message: str, held: int, limit: int) -> None:
        super().__init__(message)
        self.held = held
        self.limit = limit


class NotEnoughCoins(EntryRefused):
    """The player has fewer coins than the tickets cost."""

    def __init__(self, message: str, balance: int, cost: int) -> None:
        super().__init__(message)
        self.balance = balance
        self.cost = cost


class VipOnly(EntryRefused):
    """Only VIP players may enter, now or at all."""

    status = 403


class EmailNotConfirmed(EntryRefused):
    """The player has not confirmed an e-mail yet."""

    status = 403


class PlayerSuspended(EntryRefused):
    """The player may not take tickets."""

    status = 403


class RequestConflict(EntryRefused):
    """The same request was sent before with another number of tickets."""


class InvalidTicketCount(EntryRefused):
    """The number of tickets asked for makes no sense."""

    status = 400


class InvalidRequest(EntryRefused):
    """The form did not carry a usable request id."""

    status = 400


class NotPublishable(DrawError):
    """The draft cannot open; `problems` says what to change, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("This draw cannot be published yet. " + " ".join(problems))
        self.problems = problems


class NotCancellable(DrawError):
    """The draw can no longer be cancelled."""


class TextNotChangeable(DrawError):
    """Sealed with the draw, so not even a typo may be fixed."""
