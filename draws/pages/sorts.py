"""The orders in which open draws can be listed, each with an index and a cursor of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from django.db.models import F, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.database.paging import EPOCH, read_pair_cursor
from draws.models import Draw


@dataclass(frozen=True)
class Sort:
    """An order by a value of a draw, then by its number; `read` has it from a cursor's whole number."""

    label: Promise
    column: str
    descending: bool
    whole: Callable[[Draw], int]
    read: Callable[[int], object]

    def ordered(self, rows: QuerySet[Draw]) -> QuerySet[Draw]:
        """Return the draws in this order."""
        value = F(self.column).desc() if self.descending else F(self.column).asc()
        return rows.order_by(value, "pk")

    def after(self, rows: QuerySet[Draw], cursor: str) -> QuerySet[Draw]:
        """Return the draws behind a cursor; all of them for none or a damaged one."""
        position = read_pair_cursor(cursor)
        if position is None:
            return rows
        value = self.read(position[0])
        bound = "lte" if self.descending else "gte"
        rows = rows.filter(**{f"{self.column}__{bound}": value})
        return rows.exclude(**{self.column: value, "pk__lte": position[1]})

    def cursor(self, draw: Draw) -> str:
        """Return the cursor of the draws behind this one."""
        return f"{self.whole(draw)}-{draw.pk}"


MICROSECOND = timedelta(microseconds=1)
# By columns, or by `tickets_a_prize`, which `DrawQuerySet.open` knows.
SORTS = {
    "closing": Sort(
        _("Closing soon"),
        "draw_time",
        False,
        lambda draw: (draw.draw_time - EPOCH) // MICROSECOND,
        lambda whole: EPOCH + whole * MICROSECOND,
    ),
    "odds": Sort(
        _("Best odds"), "tickets_a_prize", False, lambda draw: draw.max_participants // draw.winner_count, int
    ),
    "value": Sort(
        _("Prize value"),
        "prize_amount",
        True,
        lambda draw: int(draw.prize_amount * 100),
        lambda whole: Decimal(whole) / 100,
    ),
    "price": Sort(_("Price"), "entry_fee", False, lambda draw: draw.entry_fee, int),
}
