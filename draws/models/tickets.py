"""Models of tickets and winners."""

from typing import Any, ClassVar
from urllib.parse import urlsplit

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.database.indexes import GuideIndex
from draws import reasons, video_addresses
from draws.models.draw import Draw
from ledger.models import Transaction


class Participation(models.Model):
    """A ticket: one numbered place in one draw, taken by one player. Never changed, never removed."""

    id = models.BigAutoField(_("id"), primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("user"),
        related_name="tickets",
        db_index=False,
    )
    draw = models.ForeignKey(
        Draw,
        models.PROTECT,
        verbose_name=pgettext_lazy("column", "draw"),
        related_name="tickets",
        db_index=False,
    )
    participated_at = models.DateTimeField(_("participated at"), default=timezone.now, db_default=Now())
    ticket_number = models.IntegerField(_("ticket number"), default=0, db_default=0)
    transaction = models.ForeignKey(
        Transaction,
        models.PROTECT,
        verbose_name=_("transaction"),
        related_name="+",
        db_index=False,
        null=True,
    )
    taken_on = models.DateField(
        _("taken on"),
        db_default=models.Func(function="current_date", template="%(function)s"),
        help_text=_("The player's date when the ticket was taken, for streaks."),
    )

    class Meta:
        db_table = "participations"
        verbose_name = _("ticket")
        verbose_name_plural = _("tickets")
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
        values = {"number": self.ticket_number, "draw": self.draw_id}
        return gettext("Ticket %(number)s of draw %(draw)s") % values


class OpenedResult(models.Model):
    """That a player opened the result of a draw, which was covered for them until then."""

    id = models.BigAutoField(primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="opened_results", db_index=False
    )
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="+", db_index=False)
    opened_at = models.DateTimeField(_("opened at"), default=timezone.now, db_default=Now())

    class Meta:
        db_table = "opened_results"
        verbose_name = _("opened result")
        verbose_name_plural = _("opened results")
        constraints: ClassVar = [models.UniqueConstraint(name="opened_results_once", fields=["user", "draw"])]

    def __str__(self) -> str:
        return gettext("player %(player)s opened draw %(draw)s") % {
            "player": self.user_id,
            "draw": self.draw_id,
        }


class Winner(models.Model):
    """One prize won with one ticket."""

    class HandOver(models.TextChoices):
        NONE = "none", _("Coins only")
        TO_CLAIM = "to_claim", _("To claim")
        CLAIMED = "claimed", _("Claimed")
        SENT = "sent", _("Sent")
        LAPSED = "lapsed", _("Lapsed")

    class Ground(models.TextChoices):
        """Why a prize may be taken from its winner; the database asks for the facts of each."""

        NOT_CLAIMED = "not_claimed", _("Not claimed in time")
        LEFT = "left", _("The account was closed")
        DISQUALIFIED = "disqualified", _("Disqualified")

    id = models.BigAutoField(_("id"), primary_key=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("user"), related_name="wins", db_index=False
    )
    draw = models.ForeignKey(
        Draw,
        models.PROTECT,
        verbose_name=pgettext_lazy("column", "draw"),
        related_name="winners",
        db_index=False,
    )
    prize_amount = models.DecimalField(
        _("prize amount"), max_digits=12, decimal_places=2, default=0, db_default=0
    )
    won_at = models.DateTimeField(_("won at"), default=timezone.now, db_default=Now())
    celebration_video_url = models.TextField(
        _("celebration video url"), default="", db_default="", blank=True
    )
    video_text = models.TextField(
        _("what the video shows"),
        default="",
        db_default="",
        blank=True,
        help_text=_("For who cannot watch it."),
    )
    video_agreed_at = models.DateTimeField(
        _("agreed to the video"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When its winner agreed that it is shown."),
    )
    is_public = models.BooleanField(_("is public"), default=False, db_default=False)

    place = models.IntegerField(
        pgettext_lazy("column", "place"), default=0, db_default=0, help_text=_("0 is the first prize.")
    )
    ticket = models.OneToOneField(
        Participation, models.PROTECT, verbose_name=_("ticket"), related_name="win", null=True
    )
    prize_coins = models.IntegerField(_("prize coins"), default=0, db_default=0)
    transaction = models.OneToOneField(
        Transaction,
        models.PROTECT,
        verbose_name=_("transaction"),
        related_name="+",
        null=True,
        blank=True,
        editable=False,
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True, editable=False)
    hand_over = models.TextField(
        _("hand over"), choices=HandOver.choices, default=HandOver.NONE, db_default="none"
    )
    claim_by = models.DateTimeField(_("claim by"), null=True, blank=True)
    public_name = models.TextField(_("public name"), default="", db_default="", blank=True)
    hidden_by_staff = models.BooleanField(_("hidden by staff"), default=False, db_default=False)
    forfeited_at = models.DateTimeField(_("forfeited at"), null=True, blank=True, editable=False)
    forfeit_reason = models.TextField(
        _("forfeit reason"), default="", db_default="", blank=True, editable=False
    )
    forfeit_ground = models.TextField(
        _("forfeit ground"), choices=Ground.choices, default="", db_default="", blank=True, editable=False
    )

    class Meta:
        db_table = "winners"
        verbose_name = _("winner")
        verbose_name_plural = _("winners")
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
        return gettext("Place %(place)s of draw %(draw)s") % {"place": self.place + 1, "draw": self.draw_id}

    @property
    def drawn_as(self) -> str:
        """How the published result calls the place: the first `winner_count` win, the rest are reserves."""
        return place_in_words(self.place, self.draw.winner_count)

    @property
    def why_forfeited(self) -> str:
        """Why the prize is not this winner's any more, in the reader's language."""
        return reasons.shown(self.forfeit_reason)

    @property
    def shown_video(self) -> str:
        """The address of the video, if its winner agreed that it is shown, and the prize is still theirs."""
        agreed = self.video_agreed_at is not None and self.forfeited_at is None
        address = self.celebration_video_url
        return address if agreed and address and not video_addresses.why_not(address) else ""

    @property
    def video_host(self) -> str:
        """The site that shows the video."""
        return urlsplit(self.celebration_video_url).hostname or ""

    def shown_name(self, viewer: Any = None) -> str:
        """Return the name to show: the public name if its winner chose one and staff did not hide it."""
        if viewer is not None and viewer.pk == self.user_id:
            return gettext("you")
        public = self.is_public and not self.hidden_by_staff and self.public_name
        return self.public_name if public else gettext("a player")


def place_in_words(place: int, winners: int) -> str:
    """Return a place (counted from 0) in words: "place 1", or after the winners "reserve 1"."""
    if place < winners:
        return gettext("place %(number)s") % {"number": place + 1}
    return gettext("reserve %(number)s") % {"number": place - winners + 1}
