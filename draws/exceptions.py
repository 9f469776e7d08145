"""Why something about a draw was refused.

`message` is a plain sentence that says what it means for the reader's coins; `status` is the HTTP status.

DrawError
├── EntryRefused          no ticket was taken and nothing was charged
│   ├── DrawNotFound      DrawClosed      DrawCancelled   DrawFull
│   ├── TicketLimitReached  NotEnoughCoins  VipOnly  EmailNotConfirmed  PlayerSuspended
│   ├── OnBreak           LimitReached    RulesNotAccepted  StaffMayNotEnter
│   ├── RequestConflict   InvalidTicketCount  InvalidRequest  TooBusy
│   └── LogBehind
├── NotPublishable        the draft cannot open as it is
├── NotCancellable        the draw can no longer be cancelled
├── NotRecoverable        a restore cannot be ended now
├── ConflictOfInterest    whoever decides holds a ticket in the draw
├── PictureRefused        the file is no picture that can be shown, or the draw keeps the one it has
├── RoundRefused          what staff pasted is not the round that the draw waits for
├── ClaimError            nothing about a prize was changed
│   ├── ClaimNotYours     AlreadyClaimed  ClaimLapsed     NothingToClaim
│   ├── ClaimStopped      NotDecidable
│   └── ClaimInvalid      NotSendable     NotPassable
└── TextNotChangeable     the text is sealed
"""

from datetime import datetime

from django.utils.translation import gettext as _


class DrawError(Exception):
    """Something about a draw was refused; nothing was changed."""

    status = 409

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class EntryRefused(DrawError):
    """No ticket was taken and nothing was charged. `retry_after`: seconds after which to try again, or 0."""

    retry_after = 0


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
    """The player has not confirmed an email yet."""

    status = 403


class PlayerSuspended(EntryRefused):
    """The player may not take tickets."""

    status = 403


class OnBreak(EntryRefused):
    """The player is on a break, by their own wish; `ends_at` is None when it is for good."""

    status = 403

    def __init__(self, message: str, ends_at: datetime | None) -> None:
        super().__init__(message)
        self.ends_at = ends_at


class LimitReached(EntryRefused):
    """The player would spend more coins in a period (day, week, month) than they let themselves spend."""

    def __init__(self, message: str, period: str, limit: int, spent: int) -> None:
        super().__init__(message)
        self.period = period
        self.limit = limit
        self.spent = spent


class RulesNotAccepted(EntryRefused):
    """The player has not said that they are old enough and accept the rules."""

    status = 403


class StaffMayNotEnter(EntryRefused):
    """The player is of the staff in any way: by account, group or permission."""

    status = 403


class RequestConflict(EntryRefused):
    """The same request was sent before with another number of tickets."""


class TooBusy(EntryRefused):
    """The player or the draw was locked for longer than a player should wait."""

    status = 503
    retry_after = 3


class LogBehind(EntryRefused):
    """The database was restored and lacks records that were published, or nobody could compare it yet."""

    status = 503
    retry_after = 600


class InvalidTicketCount(EntryRefused):
    """The number of tickets asked for makes no sense."""

    status = 400


class InvalidRequest(EntryRefused):
    """The form did not carry a usable request id."""

    status = 400


class NotPublishable(DrawError):
    """The draft cannot open; `problems` says what to change, a sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join([_("This draw cannot be published yet."), *problems]))
        self.problems = problems


class NotCancellable(DrawError):
    """The draw can no longer be cancelled."""


class NotRecoverable(DrawError):
    """The end of a restore cannot be noted now; nothing was changed."""


class ConflictOfInterest(DrawError):
    """Whoever asks or decides holds a ticket in the draw; nothing was changed."""

    status = 403


class PictureRefused(DrawError):
    """The file is no picture that can be shown, or the draw's picture cannot change; nothing was changed."""

    status = 400


class RoundRefused(DrawError):
    """What was pasted is not the signature of the round that the draw waits for, or it waits for none."""

    status = 400


class TextNotChangeable(DrawError):
    """The text is sealed with the draw, so not even a typo may be fixed."""


class ClaimError(DrawError):
    """Nothing about the prize was changed."""


class ClaimNotYours(ClaimError):
    """There is no such prize, or someone else won it; the message does not say which."""

    status = 404


class AlreadyClaimed(ClaimError):
    """The first claim stands."""


class ClaimLapsed(ClaimError):
    """The time to claim is over, or the prize went to someone else."""


class ClaimStopped(ClaimError):
    """Something is held against the winner, and the prize waits until that is decided."""


class NotDecidable(ClaimError):
    """Nothing is held against the winner, the time to object is over, or somebody else has to decide."""


class NothingToClaim(ClaimError):
    """The prize is coins alone, which are credited without a claim."""


class ClaimInvalid(ClaimError):
    """What was typed cannot be taken; `field` says where: the field's name in its form."""

    status = 400

    def __init__(self, message: str, field: str) -> None:
        super().__init__(message)
        self.field = field


class NotSendable(ClaimError):
    """The prize is not claimed, or is sent already."""


class NotPassable(ClaimError):
    """The prize cannot go to the next reserve: it is sent, is coins alone, or was passed on before."""
