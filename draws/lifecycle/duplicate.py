"""Duplicate a draw: a new draft with its terms and words, closing on the same weekday at the same time."""

from datetime import datetime, timedelta, tzinfo

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from common.database.clock import database_now
from draws.exceptions import DrawNotFound
from draws.models import Draw
from draws.pictures import uploads

# What a draft takes over. Whatever else a draw has, its secrets, tickets, dates and results, is its own.
TERMS = (
    *("title", "description", "prize_details", "prize_amount", "prize_coins", "illustration"),
    *("entry_fee", "max_participants", "max_per_player", "min_participants", "vip_only"),
    *("winner_count", "reserve_count", "prize_policy", "fairness_mode"),
)
WEEK = timedelta(days=7)
# A copy that closed within the hour could hardly be read, published and entered.
EARLIEST = timedelta(hours=1)


@transaction.atomic
def duplicate_draw(draw_id: int, zone: tzinfo) -> Draw:
    """Create a draft like the draw, closing at `next_closing` in time zone `zone`. Raises DrawNotFound."""
    draw = Draw.objects.filter(pk=draw_id).first()
    if draw is None:
        raise DrawNotFound(_("There is no such draw. Nothing was changed."))
    closes = next_closing(draw.draw_time, database_now(), zone)
    early = draw.early_access_until
    url = shared_picture(draw)
    uploaded = url.startswith(uploads.PREFIX)
    copy = Draw.objects.create(
        **{name: getattr(draw, name) for name in TERMS},
        draw_time=closes,
        early_access_until=early and closes - (draw.draw_time - early),
        prize_image_url="" if uploaded else url,
    )
    if uploaded:
        uploads.copy_picture(copy.pk, url, actor=None)
        copy.refresh_from_db()
    return copy


def next_closing(closed: datetime, now: datetime, zone: tzinfo) -> datetime:
    """Return the first time, at least an hour after `now`, on the weekday and at the time of `closed`."""
    before = closed.astimezone(zone)
    weeks = max(1, (now + EARLIEST - closed) // WEEK)
    while True:
        day = before.date() + weeks * WEEK
        then = datetime.combine(day, before.time(), zone)
        if then >= now + EARLIEST:
            return then
        weeks += 1


def shared_picture(draw: Draw) -> str:
    """Return the address of the draw's picture if it is the site's own; one from elsewhere is not shared."""
    url = draw.prize_image_url
    return url if url.startswith(settings.STATIC_URL) or uploads.find_picture(url) else ""
