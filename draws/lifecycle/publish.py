"""Publish a draft: it is sealed and opens, and its price, prize, limits and closing time are fixed."""

from collections.abc import Iterator

from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.clock import database_now
from common.database.service_flag import as_service
from common.text import wording
from common.text.hidden import hidden_sign, is_seen
from draws import fairness
from draws.beacon import chain
from draws.exceptions import NotPublishable
from draws.locking import lock_draw
from draws.models import Draw
from draws.proof import log, seals, standing

# What one draw may give away: in every purse is room for more than ten times as much (ledger.services).
MOST_COINS = 100_000_000
# A list is published whole, and anybody can check it, in a browser as well: a million tickets are 68 MB.
# The database holds it too (draws/sql/draws_most_tickets.sql).
MOST_TICKETS = 1_000_000


@transaction.atomic
def publish_draw(draw_id: int, *, actor: User | None = None) -> Draw:
    """Open a draft to players and seal it. `actor` is the staff member, for the caller's log.

    Raises DrawNotFound, or NotPublishable with a sentence for each problem; then nothing was changed.
    """
    if not standing.is_whole():
        raise NotPublishable([str(standing.TOLD)])
    draw = lock_draw(draw_id)
    # Asked once the log is locked: the record has to be in it before the closing time.
    opened = log.next_time()
    found = problems(draw, opened)
    if found:
        raise NotPublishable(found)
    record = seals.seal(draw)
    with as_service("publish_draw"):
        Draw.objects.filter(pk=draw.pk).update(published_at=Now(), is_active=True)
    log.append(draw, "open", bytes(record.open_hash))
    draw.refresh_from_db()
    return draw


def problems(draw: Draw, opens_at: int | None = None) -> list[str]:
    """Return what keeps a draft from opening, a sentence each; none when it can be published.

    `opens_at` is when it would open, in Unix seconds; now, unless something else is said.
    """
    if draw.published_at is not None:
        return [_("It is already published.")]
    found = []
    if int(draw.draw_time.timestamp()) <= (opens_at or int(database_now().timestamp())):
        found.append(_("Its closing time has passed: choose a later one."))
    if draw.fairness_mode == Draw.Mode.BEACON and not chain.has_source():
        found.append(_("No beacon is configured: choose the operator-run mode."))
    if settings.FREEZE_WINDOW_SECONDS + seals.extra_lead(draw) > fairness.MAX_FREEZE_WINDOW:
        found.append(
            _("FREEZE_WINDOW_SECONDS and BEACON_LEAD_SECONDS make more than an hour: make one smaller.")
        )
    if not draw.prize_amount and not draw.prize_coins:
        found.append(_("It has no prize: give the prize a value, or coins."))
    if draw.prize_coins * draw.winner_count > MOST_COINS:
        said = _("Its prizes add up to more than %(coins)s, which is too many for a purse.")
        found.append(said % {"coins": wording.coins(MOST_COINS)})
    if draw.max_participants > MOST_TICKETS:
        said = _("It has more than %(tickets)s, the most that its public document can list.")
        found.append(said % {"tickets": wording.tickets(MOST_TICKETS)})
    if draw.early_access_until and draw.early_access_until >= draw.draw_time:
        found.append(_("Early access would end only after the draw closes."))
    return [*found, *_wrong_words(draw)]


def _wrong_words(draw: Draw) -> Iterator[str]:
    if not is_seen(draw.title):
        yield _("Its title shows nothing: write what can be won.")
    elif sign := hidden_sign(draw.title):
        said = _("Its title has a sign that nobody sees (%(sign)s): type the title again.")
        yield said % {"sign": sign}
    try:
        seals.terms_of(draw)
    except fairness.BadTerms as error:
        yield _("Its terms cannot be sealed: %(error)s") % {"error": error}
