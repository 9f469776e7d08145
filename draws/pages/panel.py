"""Which state the entry panel of a draw shows. `take_tickets` decides again, in the same order."""

from dataclasses import dataclass

from accounts.models import User
from draws.models import Draw
from draws.odds import Chances, chances
from draws.pages.draws import DrawPage, Viewer

WAITING = {Draw.State.CLOSING: "drawing", Draw.State.CLOSED: "drawing"}
OVER = {Draw.State.CANCELLED: "cancelled", Draw.State.VOID: "void", Draw.State.DRAFT: "draft"}


@dataclass(frozen=True)
class Panel:
    """The face, and for the open one how many tickets the player could take now."""

    face: str
    most: int = 0
    held: int = 0
    taken: int = 0
    keep: int = 0
    chances: Chances | None = None

    @property
    def template(self) -> str:
        return f"draws/panel/{self.face}.html"

    @property
    def is_result(self) -> bool:
        """Whether it tells a player if they won."""
        return self.face in {"won", "lost"}

    @property
    def would_hold(self) -> int:
        return self.held + 1

    @property
    def would_be_taken(self) -> int:
        return self.taken + 1


def panel(page: DrawPage, viewer: Viewer) -> Panel:
    """Return the panel's state for this viewer, from what the page knows."""
    draw = page.draw
    state = Draw.State(draw.state)
    if state == Draw.State.DRAWN:
        return Panel("won" if page.my_wins else "lost" if page.held.count else "drawn")
    if state not in OVER and page.paused:
        return Panel("behind")
    if state != Draw.State.OPEN:
        return Panel({**WAITING, **OVER}[state])
    odds = chances(draw, page.held.count)
    if draw.is_full:
        return Panel("full", chances=odds)
    if viewer is None:
        return Panel("signed_out", chances=odds)
    refusal = _refusal(page, viewer)
    if refusal:
        return Panel(refusal, chances=odds)
    held, fee = page.held.count, draw.entry_fee
    room = min(draw.max_per_player - held, draw.tickets_left, _spendable(page, viewer) // fee)
    return Panel("open", room, held, draw.current_participants, viewer.coins - fee, odds)


def _spendable(page: DrawPage, player: User) -> int:
    limit = page.limit
    return player.coins if limit is None or limit.left is None else min(player.coins, limit.left)


def _refusal(page: DrawPage, player: User) -> str:
    draw = page.draw
    if page.problem in {"suspended", "staff", "break"}:
        return page.problem
    if not page.confirmed:
        return "unconfirmed"
    if page.problem:
        return page.problem
    if not player.is_vip and draw.vip_only:
        return "vip"
    if not player.is_vip and draw.is_early_access:
        return "early"
    if page.held.count >= draw.max_per_player:
        return "limit"
    if player.coins < draw.entry_fee:
        return "poor"
    return "spend_limit" if _spendable(page, player) < draw.entry_fee else ""
