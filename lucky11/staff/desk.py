"""The staff dashboard: work that is waiting, how open draws fill, and whether the books were checked.

Each part is read only for staff who may see it, with a few queries of bounded cost.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.admin.approvals import to_decide
from accounts.admin.base import staff
from accounts.models import OutboxEmail
from common.text.charts import LineChart
from draws.admin.winners import LAPSING, OBJECTED, lapsing
from draws.lifecycle.overdue import overdue
from draws.models import Disqualification, Draw, Winner
from draws.proof import standing
from ledger.circulation import coin_days
from lucky11.models import OperationRun

# Counts on the dashboard stop here: "more than 50" is reason enough to look.
COUNTED = 50
OPEN_SHOWN, WAITING_SHOWN = 8, 5
CHECK, BACKUP = "check_integrity", "db_backup"
# A check or a backup older than this is worth a look.
STALE = timedelta(hours=36)


@dataclass(frozen=True)
class Waiting:
    """Work that is waiting: how much, in words, and where; `urgent` if time is running out."""

    what: str
    count: str
    url: str
    urgent: bool = False


@dataclass(frozen=True)
class Operation:
    """The newest run of a procedure, the newest successful one, and a sentence about what is wrong."""

    name: str
    newest: OperationRun | None
    good: OperationRun | None
    problem: str


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Return the parts of the dashboard that this staff member may see, for the template."""
    shown = {"waiting": list(_waiting(request)), **_draws(request)}
    if request.user.has_perm("ledger.view_transaction"):
        shown["coins_chart"] = coins_chart()
    if request.user.has_perm("lucky11.view_operationrun"):
        shown["operations"] = operations(timezone.now())
    problems = any(each.problem for each in shown.get("operations", ()))
    late = shown.get("overdue") or shown.get("beacon_waits")
    behind = standing.state().is_whole is False
    return {**shown, "behind": behind, "all_quiet": not (shown["waiting"] or late or problems or behind)}


def _draws(request: HttpRequest) -> dict[str, Any]:
    if not request.user.has_perm("draws.view_draw"):
        return {}
    late, more = overdue()
    opened = list(Draw.objects.open()[: OPEN_SHOWN + 1])
    return {
        "overdue": late,
        "overdue_more": more,
        "shows_draws": True,
        "beacon_waits": beacon_waits(),
        "open_draws": opened[:OPEN_SHOWN],
        "open_more": len(opened) > OPEN_SHOWN,
    }


def beacon_waits() -> list[Draw]:
    """Return the first few frozen draws whose round is not used yet, each with its seal, in one query."""
    at_work = Draw.objects.undrawn().filter(
        published_at__isnull=False, settled_at__isnull=True, fairness_mode=Draw.Mode.BEACON
    )
    with_seal = at_work.select_related("seal").defer("seal__secrets", "seal__entry_secret")
    return list(with_seal.order_by("id")[:WAITING_SHOWN])


def _waiting(request: HttpRequest) -> Iterator[Waiting]:
    may = request.user.has_perm
    yield from _some(_("To approve"), to_decide(staff(request)), "accounts_approval")
    if may("draws.view_winner"):
        winners, state = Winner.objects.all(), Winner.HandOver
        claimed, to_claim = (winners.filter(hand_over=each) for each in (state.CLAIMED, state.TO_CLAIM))
        yield from _some(_("Prizes to send"), claimed, "draws_winner", "hand_over=claimed")
        query = f"hand_over={LAPSING}"
        yield from _some(_("Prizes about to lapse"), lapsing(winners), "draws_winner", query, urgent=True)
        yield from _some(_("Prizes to be claimed"), to_claim, "draws_winner", "hand_over=to_claim")
    if may("draws.redraw_winner"):
        objected = Winner.objects.filter(disqualifications__state=Disqualification.State.OBJECTED)
        query = f"hand_over={OBJECTED}"
        yield from _some(_("Objections to decide"), objected, "draws_winner", query, urgent=True)
    if may("accounts.view_outboxemail"):
        failing = OutboxEmail.objects.filter(sent_at__isnull=True, attempts__gt=0)
        yield from _some(_("Failing emails"), failing, "accounts_outboxemail", "state=failing", urgent=True)


def _some(
    what: str, rows: QuerySet[Any], page: str, query: str = "", *, urgent: bool = False
) -> Iterator[Waiting]:
    count = rows[: COUNTED + 1].count()
    if count:
        words = _("more than %(count)s") % {"count": COUNTED} if count > COUNTED else str(count)
        yield Waiting(what, words, f"{reverse(f'admin:{page}_changelist')}?{query}".rstrip("?"), urgent)


def coins_chart() -> LineChart:
    """Return the chart of coins in circulation, with one point a day."""
    return LineChart([(day.day, day.coins) for day in coin_days()])


def operations(now: datetime) -> list[Operation]:
    """Return how the last integrity check and the last backup went, in one query."""
    runs = OperationRun.objects
    parts = []
    for kind in (CHECK, BACKUP):
        ended = runs.filter(kind=kind, ok__isnull=False)
        parts += [ended.order_by("-id")[:1], runs.filter(kind=kind, ok=True).order_by("-id")[:1]]
    found = list({run.pk: run for run in parts[0].union(*parts[1:], all=True)}.values())
    names = {CHECK: _("Integrity check"), BACKUP: _("Backup")}
    return [_operation(names[kind], [run for run in found if run.kind == kind], now) for kind in names]


def _operation(name: str, runs: list[OperationRun], now: datetime) -> Operation:
    newest = max(runs, key=lambda run: run.pk, default=None)
    good = max((run for run in runs if run.ok), key=lambda run: run.pk, default=None)
    if newest is None:
        problem = _("There is none on record.")
    elif not newest.ok:
        problem = _("It failed.")
    else:
        problem = _("Overdue.") if newest.started_at < now - STALE else ""
    return Operation(name, newest, good, problem)
