"""Publish a draft: it is sealed and opens, and its price, prize, limits and closing time are fixed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.clock import database_now
from common.database.service_flag import as_service
from draws import fairness
from draws.beacon import chain
from draws.exceptions import NotPublishable
from draws.lifecycle import terms
from draws.locking import lock_draw
from draws.models import Draw
from draws.pictures.shown import NotShown
from draws.proof import log, seals, standing


@transaction.atomic
def publish_draw(draw_id: int, *, actor: User | None = None, shortest: timedelta | None = None) -> Draw:
    """Open a draft to players and seal it. `actor` is the staff member, for the caller's log.

    It stays open for `shortest` at least; for MIN_OPEN_MINUTES, unless something else is said. Raises
    DrawNotFound, or NotPublishable with a sentence for each problem; then nothing was changed.
    """
    if not standing.is_whole():
        raise NotPublishable([str(standing.TOLD)])
    draw = lock_draw(draw_id)
    # Asked once the log is locked: the record has to be in it before the closing time.
    opened = log.next_time()
    found = problems(draw, opened, shortest)
    if found:
        raise NotPublishable(found)
    terms.write_down(draw)
    record = seals.seal(draw)
    with as_service("publish_draw"):
        Draw.objects.filter(pk=draw.pk).update(published_at=Now(), is_active=True)
    log.append(draw, "open", bytes(record.open_hash))
    draw.refresh_from_db()
    return draw


def problems(draw: Draw, opens_at: int | None = None, shortest: timedelta | None = None) -> list[str]:
    """Return what keeps a draft from opening, a sentence each; none when it can be published.

    `opens_at` is when it would open, in Unix seconds; now, unless something else is said.
    """
    if draw.published_at is not None:
        return [_("It is already published.")]
    if shortest is None:
        shortest = timedelta(minutes=settings.MIN_OPEN_MINUTES)
    opening = database_now() if opens_at is None else datetime.fromtimestamp(opens_at, UTC)
    broken = terms.broken_rules(draw, opening, shortest)
    found = list(terms.sentences(draw, broken, shortest))
    if draw.fairness_mode == Draw.Mode.BEACON and not chain.has_source():
        found.append(_("No beacon is configured: choose the operator-run mode."))
    if settings.FREEZE_WINDOW_SECONDS + seals.extra_lead(draw) > fairness.MAX_FREEZE_WINDOW:
        found.append(
            _("FREEZE_WINDOW_SECONDS and BEACON_LEAD_SECONDS make more than an hour: make one smaller.")
        )
    return [*found, *([] if found else _not_sealable(draw))]


def _not_sealable(draw: Draw) -> Iterator[str]:
    try:
        seals.terms_of(draw)
        terms.whole_terms(draw)
    except fairness.BadTerms as error:
        yield _("Its terms cannot be sealed: %(error)s") % {"error": error}
    except NotShown:
        yield str(terms.SENTENCES["picture_not_shown"])
