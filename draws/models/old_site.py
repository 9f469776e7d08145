"""Draws, tickets and wins of the old site: history that is shown, but was never sealed and cannot be checked.

They are kept apart from our own draws, whose rules they could not keep: no seal, no numbered tickets, no
payment of each ticket. A trigger lets only the import add them.
"""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.database.indexes import GuideIndex


class OldDraw(models.Model):
    """A draw of the old site under its old number."""

    id = models.BigIntegerField(_("number"), primary_key=True)
    title = models.TextField()
    description = models.TextField(default="", db_default="", blank=True)
    prize_amount = models.DecimalField(_("prize value"), max_digits=12, decimal_places=2)
    entry_fee = models.IntegerField(_("coins per ticket"))
    current_participants = models.IntegerField(_("tickets taken"), default=0, db_default=0)
    draw_time = models.DateTimeField()
    drawn = models.BooleanField(help_text=_("Whether the old site drew a winner."))

    class Meta:
        db_table = "old_draws"
        verbose_name = _("old draw")
        verbose_name_plural = _("old draws")
        indexes: ClassVar = [models.Index(name="idx_old_draws_latest", fields=["-draw_time", "-id"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="old_draws_not_negative",
                condition=models.Q(prize_amount__gte=0, entry_fee__gte=0, current_participants__gte=0),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Old draw %(number)s: %(title)s") % {"number": self.pk, "title": self.title}


class OldTicket(models.Model):
    """A ticket taken on the old site under its old number."""

    id = models.BigIntegerField(primary_key=True)
    draw = models.ForeignKey(OldDraw, models.PROTECT, related_name="tickets", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="old_tickets", db_index=False
    )
    participated_at = models.DateTimeField()
    taken_on = models.DateField(help_text=_("The date of the ticket, for streaks."))

    class Meta:
        db_table = "old_tickets"
        verbose_name = _("old ticket")
        verbose_name_plural = _("old tickets")
        indexes: ClassVar = [
            GuideIndex(name="idx_old_tickets_user", fields=["user", "draw"]),
            GuideIndex(name="idx_old_tickets_draw", fields=["draw"]),
        ]

    def __str__(self) -> str:
        return gettext("Old ticket %(number)s") % {"number": self.pk}


class OldWinner(models.Model):
    """A prize won on the old site, under its old number.

    Where only the draw named its winner, the number is that of the draw, made negative: -1 minus it.
    """

    id = models.BigIntegerField(primary_key=True)
    draw = models.ForeignKey(OldDraw, models.PROTECT, related_name="winners", db_index=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="old_wins", db_index=False
    )
    prize_amount = models.DecimalField(max_digits=12, decimal_places=2)
    won_at = models.DateTimeField()
    celebration_video_url = models.TextField(default="", db_default="", blank=True)

    class Meta:
        db_table = "old_winners"
        verbose_name = _("old winner")
        verbose_name_plural = _("old winners")
        indexes: ClassVar = [
            GuideIndex(name="idx_old_winners_user", fields=["user"]),
            GuideIndex(name="idx_old_winners_draw", fields=["draw"]),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="old_winners_prize_not_negative", condition=models.Q(prize_amount__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return gettext("Win in old draw %(draw)s") % {"draw": self.draw_id}
