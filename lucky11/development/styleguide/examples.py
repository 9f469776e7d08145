"""Example draws, players and page contexts, made up without reading or writing a row."""

from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from accounts.models import User
from common.text.charts import curve
from draws.beacon import chain
from draws.models import Claim, Draw, Participation, Redraw, Seal, Winner
from draws.pages.draws import DrawPage, Held
from draws.pages.fill_chart import FillChart
from draws.pages.room import Room
from draws.proof.public_seals import Pseudonym
from ledger.balances import Balances
from ledger.safer_play.limits import Limit, Period

HOLDING = Held(3, (412, 413, 877))
PSEUDONYM = Pseudonym("5eed" * 16, "a11c" * 16)


def player(**given: Any) -> User:
    """Return Marta, who has 340 coins."""
    known = {"id": "5eed", "first_name": "Marta", "last_name": "Ferreira", "email": "marta@lucky11.example"}
    return User(**known | {"coins": 340} | given)


def soon() -> datetime:
    """Return the time in two hours and a quarter."""
    return timezone.now().replace(microsecond=0) + timedelta(hours=2, minutes=14, seconds=35)


def draw(**given: Any) -> Draw:
    """Return an open draw with tickets left; `given` says what is different."""
    terms: dict[str, Any] = {
        "id": 411,
        "title": "Lisbon for two, one long weekend",
        "illustration": "tram",
        "entry_fee": 5,
        "max_participants": 2000,
        "current_participants": 1284,
        "max_per_player": 20,
        "draw_time": soon(),
        "published_at": timezone.now() - timedelta(days=4),
        "prize_coins": 121,
        "fairness_mode": "beacon",
    }
    return Draw(**terms | given)


def ended(**given: Any) -> Draw:
    """Return a draw that was closed and drawn an hour ago."""
    past = timezone.now() - timedelta(hours=1)
    return draw(**{"draw_time": past, "frozen_at": past, "drawn_at": past, "settled_at": past} | given)


def called_off(code: Draw.VoidCode, reason: str) -> Draw:
    """Return a draw that is void or cancelled."""
    return draw(cancelled_at=timezone.now(), void_code=code, void_reason=reason)


def seal(of: Draw) -> Seal:
    """Return the records of a draw up to its current state."""
    made: dict[str, Any] = {"open_hash": bytes(range(32)), "seed_commit": bytes(range(32, 64))}
    made |= {"server_seed": b"\1" * 32, "freeze_by": int(of.draw_time.timestamp()) + 120, "round": 31_000_000}
    made["terms"] = '{"claim_days":14,"disqualify":1}'
    if of.frozen_at:
        made |= {"freeze_hash": bytes(range(64, 96)), "total": of.current_participants}
    if of.drawn_at:
        made |= {"result_hash": bytes(range(96, 128)), "signature": bytes(48)}
    if of.cancelled_at:
        made["void_hash"] = bytes(range(128, 160))
    return Seal(draw=of, seq=1, **made)


def room(of: Draw, **given: Any) -> Room:
    """Return what the draw room shows of a draw to a visitor."""
    times = {"frozen": of.frozen_at, "drawn": of.drawn_at}
    sealed = seal(of)
    sealed.round = chain.round_for(int(soon().timestamp()))
    return Room(draw=of, seal=sealed, held=Held(), ref="", **{**times, "places": [], **given})


def winner(of: Draw, by: User, number: int = 877, **given: Any) -> Winner:
    """Return the first winner of a draw."""
    held = Participation(draw=of, user=by, ticket_number=number)
    return Winner(id=7, draw=of, user=by, ticket=held, is_public=True, public_name="Marta F.", **given)


def prize(of: Draw, by: User, **given: Any) -> Winner:
    """Return the winner of a prize that has to be sent."""
    return winner(of, by, prize_amount=90, **given)


def claimed(win: Winner, **given: Any) -> Winner:
    """Return a prize and its claim."""
    Claim(winner=win, claimed_at=timezone.now(), **given)
    return win


def passed_on(win: Winner) -> Winner:
    """Return a prize that went to the next reserve."""
    Redraw(failed=win)
    return win


def limit() -> Limit:
    """Return Marta's own limit of 50 coins a day, of which she has spent 48."""
    return Limit(Period.DAY, 50, None, None, 48, 9, 0)


def fill_chart(of: Draw) -> FillChart:
    """Return how a draw filled: slowly at first, then faster."""
    begin, taken = of.published_at or of.draw_time, of.current_participants
    points = [(begin + timedelta(hours=12 * n), taken * n * n // 64) for n in range(9)]
    return FillChart(curve(points, of.max_participants), points)


def balances() -> Balances:
    """Return Marta's coins over 90 days, with a change now and then."""
    now = timezone.now()
    had = [(now - timedelta(days=ago), coins) for ago, coins in ((89, 50), (60, 35), (31, 180), (4, 340))]
    points = [*had, (now, 340)]
    changes = [(moment.date(), coins) for moment, coins in reversed(had)]
    return Balances(curve(points, 340, stepped=True), 340, had[0][0].date(), changes, 340)


def page(of: Draw, **given: Any) -> DrawPage:
    """Return the context of a draw's page; nothing about the player unless `given`."""
    nothing: dict[str, Any] = dict.fromkeys(field.name for field in fields(DrawPage))
    plain: dict[str, Any] = {
        "draw": of,
        "seal": seal(of),
        "held": Held(),
        "confirmed": True,
        "problem": "",
        "winners": [],
        "redraws": [],
        "my_wins": [],
        "more_winners": 0,
        "coins_back": 0,
        "changes": [],
    }
    return DrawPage(**nothing | plain | given)
