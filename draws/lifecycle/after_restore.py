"""What the operator ends a restore with: say which records were lost, and void what cannot be drawn.

The restored database is older than what was published. Tickets taken since are gone, and so no open draw can
close as if nothing had happened: each is void, and refunded. A list that was frozen before is drawn as it is,
and the trigger `guard_whole` refuses any other result than the one that was published.
"""

from dataclasses import asdict, dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from common.database.advisory_locks import AdvisoryLock, try_advisory_lock
from common.database.clock import database_now
from draws import fairness, reasons
from draws.exceptions import NotRecoverable
from draws.lifecycle.void import void
from draws.models import Draw, LogLoss, LogRecord, LogWatch, Seal
from draws.proof import log, outside, standing
from draws.proof.outside import Kept

WAIT = 5  # seconds before a closing time in which no draw is cancelled any more


@dataclass(frozen=True)
class Loss:
    """The last record that database and storage share, those after it outside, and the draws to void."""

    last: Kept
    lost: list[Kept]
    draws: list[Draw]


def find_loss() -> Loss | None:
    """Return what the database lacks of what was published; None if it lacks nothing."""
    watch, _made = LogWatch.objects.get_or_create(id=1)
    if not standing.is_behind(watch):
        return None
    era = outside.newest_era(watch.era)
    last = _last_shared(era)
    lost, n = [], last.n + 1
    while kept := outside.read(era, n):
        lost.append(kept)
        n += 1
    return Loss(last, lost, _to_void(lost))


def _last_shared(era: int) -> Kept:
    """Return the newest record of the database that is the same outside."""
    records = LogRecord.objects.select_related("draw__seal").order_by("-n")
    for record in records.iterator(chunk_size=500):
        kept = outside.read(era, record.n)
        if kept is not None and kept.head == bytes(record.head).hex():
            return kept
    first = fairness.site_head(log.origin()).hex()
    return Kept(-1, 0, "site", "", None, first, first)


def _to_void(lost: list[Kept]) -> list[Draw]:
    """Return the open draws, and the frozen ones whose end without winners was published."""
    void_before = [bytes.fromhex(each.draw_id) for each in lost if each.kind == "void"]
    frozen = Draw.objects.undrawn().filter(published_at__isnull=False, seal__draw_uid__in=void_before)
    return [*Draw.objects.filter(is_active=True).order_by("pk"), *frozen.order_by("pk")]


def end_restore(reason: str) -> LogLoss:
    """Note the loss for ever, void the draws that it concerns, and let the site draw and sell again.

    Raises NotRecoverable if nothing is missing, no reason is given, or a draw closes within seconds or has
    just closed; then nothing was changed.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise NotRecoverable(_("Say why the database was restored: players will read it."))
    with try_advisory_lock(AdvisoryLock.LOG_HEADS) as free:
        if not free:
            raise NotRecoverable(_("Another process compares the log just now. Run the command again."))
        loss = find_loss()
        if loss is None:
            raise NotRecoverable(_("The log lacks nothing that was published. There is nothing to end."))
        noted = _end(loss, reason)
        told = {"reason": reason, "voided": noted.voided, "lost": [asdict(each) for each in loss.lost]}
        outside.begin(noted.era, loss.last.n, told)
    standing.keep()
    return noted


@transaction.atomic
def _end(loss: Loss, reason: str) -> LogLoss:
    log.lock()
    era = outside.newest_era(LogWatch.objects.select_for_update().get(id=1).era) + 1
    newest = loss.lost[-1] if loss.lost else loss.last
    noted = LogLoss.objects.create(
        era=era,
        last_n=loss.last.n,
        last_head=bytes.fromhex(loss.last.head),
        lost_n=newest.n,
        lost_head=bytes.fromhex(newest.head),
        records=[asdict(each) for each in loss.lost],
        voided=[draw.pk for draw in loss.draws],
        reason=reason,
    )
    LogWatch.objects.update(
        era=era, kept_n=loss.last.n, behind_since=None, confirmed_for=standing.state().incarnation
    )
    for draw in loss.draws:
        _void(Draw.objects.select_for_update(of=("self",)).get(pk=draw.pk))
    return noted


def _void(draw: Draw) -> None:
    code = _code(draw, database_now().timestamp(), Seal.objects.get(pk=draw.pk))
    if code is None:
        raise NotRecoverable(
            _("Draw %(draw)s closes within seconds or has just closed. Try again in a few minutes.")
            % {"draw": draw.pk}
        )
    void(draw, code, reasons.RESTORED)


def _code(draw: Draw, now: float, seal: Seal) -> Draw.VoidCode | None:
    if draw.frozen_at is not None:
        return Draw.VoidCode.BEACON_MISSING
    if now < seal.closes_at:
        return Draw.VoidCode.CANCELLED if now + WAIT < seal.closes_at else None
    if draw.current_participants == 0:
        return Draw.VoidCode.NO_TICKETS
    if draw.current_participants < draw.min_participants:
        return Draw.VoidCode.BELOW_MINIMUM
    return Draw.VoidCode.NOT_FROZEN_IN_TIME if now > seal.freeze_by else None
