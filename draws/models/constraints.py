"""CHECK constraints of every draw, and their form messages."""

from datetime import UTC, datetime

from django.db import models
from django.db.models.lookups import Exact
from django.utils.translation import gettext_lazy as _

# Not Django's Extract, which would first turn the time into one without a zone.
SECONDS = models.Func(
    models.F("draw_time"), template="extract(epoch FROM %(expressions)s)", output_field=models.DecimalField()
)

# Dates outside of these years are slips of the hand, and the first and the last years break other time zones.
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
DATES = _("Dates must be from 2000 to 2099.")

DRAW_RULES: list[models.BaseConstraint] = [
    models.CheckConstraint(
        name="draws_active_when_open",
        condition=models.Q(
            is_active=True,
            published_at__isnull=False,
            frozen_at__isnull=True,
            cancelled_at__isnull=True,
        )
        | (
            models.Q(is_active=False)
            & (
                models.Q(published_at__isnull=True)
                | models.Q(frozen_at__isnull=False)
                | models.Q(cancelled_at__isnull=False)
            )
        ),
        violation_error_message=_("A draw must be active exactly while it is published and not closed."),
    ),
    models.CheckConstraint(
        name="draws_steps_in_order",
        condition=(models.Q(frozen_at__isnull=True) | models.Q(published_at__isnull=False))
        & (models.Q(drawn_at__isnull=True) | models.Q(frozen_at__isnull=False))
        & (models.Q(cancelled_at__isnull=True) | models.Q(published_at__isnull=False))
        & (models.Q(cancelled_at__isnull=True) | models.Q(drawn_at__isnull=True))
        & (
            models.Q(settled_at__isnull=True)
            | models.Q(drawn_at__isnull=False)
            | models.Q(cancelled_at__isnull=False)
        ),
        violation_error_message=_("A draw must be published, frozen, drawn and settled in this order."),
    ),
    models.CheckConstraint(
        name="draws_void_says_why",
        condition=models.Q(cancelled_at__isnull=True, void_code__isnull=True)
        | (
            models.Q(cancelled_at__isnull=False, void_code__isnull=False) & models.Q(void_reason__regex=r"\S")
        ),
        violation_error_message=_("A cancelled draw must say why."),
    ),
    models.CheckConstraint(
        name="draws_winner_when_drawn",
        condition=models.Q(winner__isnull=True) | models.Q(drawn_at__isnull=False),
        violation_error_message=_("Only a drawn draw can have a winner."),
    ),
    models.CheckConstraint(
        name="draws_price_at_least_one",
        condition=models.Q(entry_fee__gte=1),
        violation_error_message=_("A ticket must cost at least 1 coin."),
    ),
    models.CheckConstraint(
        name="draws_prize_not_negative",
        condition=models.Q(prize_amount__gte=0, prize_coins__gte=0),
        violation_error_message=_("A prize cannot be negative."),
    ),
    models.CheckConstraint(
        name="draws_tickets_within_limit",
        condition=models.Q(
            current_participants__gte=0, current_participants__lte=models.F("max_participants")
        ),
        violation_error_message=_("A draw cannot sell more tickets than it has."),
    ),
    models.CheckConstraint(
        name="draws_limits_make_sense",
        condition=models.Q(
            max_participants__gte=1,
            max_per_player__gte=1,
            min_participants__gte=1,
            min_participants__lte=models.F("max_participants"),
        ),
        violation_error_message=_(
            "Tickets, tickets per player and the minimum must be at least 1, and the minimum cannot "
            "be above the number of tickets."
        ),
    ),
    models.CheckConstraint(
        name="draws_places_one_to_thousand",
        condition=models.Q(
            winner_count__gte=1,
            reserve_count__gte=0,
            winner_count__lte=1000 - models.F("reserve_count"),
        ),
        violation_error_message=_("Winners and reserves together must be 1 to 1,000."),
    ),
    # Sealed in whole seconds.
    models.CheckConstraint(
        name="draws_whole_seconds",
        condition=models.Q(Exact(SECONDS % models.Value(1), 0)),
        violation_error_message=_("The closing time must be in whole seconds."),
    ),
    # What was published keeps its dates: `why_not_publish` has looked at them.
    models.CheckConstraint(
        name="draws_dates_make_sense",
        condition=models.Q(published_at__isnull=False)
        | (
            models.Q(draw_time__gte=EARLIEST, draw_time__lt=LATEST)
            & (
                models.Q(early_access_until__isnull=True)
                | models.Q(early_access_until__gte=EARLIEST, early_access_until__lt=LATEST)
            )
        ),
        violation_error_message=DATES,
    ),
]
