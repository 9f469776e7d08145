"""Tickets, winners, and the typo fixes that a draw's page shows."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

from draws.models.draw import Draw
from ledger.indexes import GuideIndex
from ledger.models import Transaction


class Participation(models.Model):
    """A ticket: one numbered place in one draw, taken by one player. Never changed, never removed."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tickets", db_index=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="tickets", db_index=False)
    participated_at = models.DateTimeField(default=timezone.now, db_default=Now())
    ticket_number = models.IntegerField(default=0, db_default=0)
    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="+", db_index=False, null=True)
    taken_on = models.DateField(
        db_default=models.Func(function="current_date", template="%(function)s"),
        help_text="The player's date when the ticket was taken, for streaks.",
    )

    class Meta:
        db_table = "participations"
        verbose_name = "ticket"
        indexes: ClassVar = [
            GuideIndex(name="idx_participations_userid", fields=["user"]),
            GuideIndex(name="idx_participations_drawid", fields=["draw"]),
            models.Index(name="idx_participations_held", fields=["draw", "user"]),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="participations_number_once", fields=["draw", "ticket_number"]),
            models.CheckConstraint(
                name="participations_number_from_one", condition=models.Q(ticket_number__gte=1)
            ),
            models.CheckConstraint(
                name="participations_are_paid", condition=models.Q(transaction__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"Ticket {self.ticket_number} of draw {self.draw_id}"


class Winner(models.Model):
    """One prize won with one ticket."""

    class HandOver(models.TextChoices):
        NONE = "none", "Coins only"
        TO_CLAIM = "to_claim", "To claim"
        CLAIMED = "claimed", "Claimed"
        SENT = "sent", "Sent"
        LAPSED = "lapsed", "Lapsed"

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="wins", db_index=False)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="winners", db_index=False)
    prize_amount = models.DecimalField(max_digits=12, decimal_places=2, default=0, db_default=0)
    won_at = models.DateTimeField(default=timezone.now, db_default=Now())
    celebration_video_url = models.TextField(default="", db_default="", blank=True)
    is_public = models.BooleanField(default=False, db_default=False)

    place = models.IntegerField(default=0, db_default=0, help_text="0 is the first prize.")
    ticket = models.OneToOneField(Participation, models.PROTECT, related_name="win", null=True)
    prize_coins = models.IntegerField(default=0, db_default=0)
    transaction = models.OneToOneField(
        Transaction, models.PROTECT, related_name="+", null=True, blank=True, editable=False
    )
    settled_at = models.DateTimeField(null=True, blank=True, editable=False)
    hand_over = models.TextField(choices=HandOver.choices, default=HandOver.NONE, db_default="none")
    claim_by = models.DateTimeField(null=True, blank=True)
    public_name = models.TextField(default="", db_default="", blank=True)
    hidden_by_staff = models.BooleanField(default=False, db_default=False)
    forfeited_at = models.DateTimeField(null=True, blank=True, editable=False)
    forfeit_reason = models.TextField(default="", db_default="", blank=True, editable=False)

    class Meta:
        db_table = "winners"
        indexes: ClassVar = [
            GuideIndex(name="idx_winners_userid", fields=["user"]),
            GuideIndex(
                name="idx_winners_public_recent",
                fields=["is_public", "-won_at"],
                condition=models.Q(is_public=True),
            ),
            models.Index(
                name="idx_winners_waiting",
                fields=["hand_over", "-id"],
                condition=models.Q(hand_over__in=["to_claim", "claimed"]),
            ),
            models.Index(name="idx_winners_lapsed", fields=["-id"], condition=models.Q(hand_over="lapsed")),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="winners_place_once", fields=["draw", "place"]),
            models.CheckConstraint(name="winners_hold_a_ticket", condition=models.Q(ticket__isnull=False)),
            models.CheckConstraint(
                name="winners_prize_not_negative",
                condition=models.Q(prize_amount__gte=0, prize_coins__gte=0, place__gte=0),
            ),
        ]
        permissions: ClassVar = [
            ("redraw_winner", "Can ask for and approve passing a prize on"),
            ("hide_winner", "Can hide a winner's name"),
        ]

    def __str__(self) -> str:
        return f"Place {self.place + 1} of draw {self.draw_id}"

    @property
    def drawn_as(self) -> str:
        """How the published result calls the place: the first `winner_count` win, the rest are reserves."""
        reserve = self.place - self.draw.winner_count
        return f"reserve {reserve + 1}" if reserve >= 0 else f"place {self.place + 1}"

    def shown_name(self, viewer: Any = None) -> str:
        """What others may read: the public name if its winner chose one and staff did not hide it."""
        if viewer is not None and viewer.pk == self.user_id:
            return "you"
        public = self.is_public and not self.hidden_by_staff and self.public_name
        return self.public_name if public else "a player"


class TextChange(models.Model):
    """A typo fixed after publishing; shown on the draw's page."""

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="text_changes")
    field = models.TextField()
    old = models.TextField()
    new = models.TextField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "draw_text_changes"
        ordering: ClassVar = ["changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.field} of draw {self.draw_id} changed"
