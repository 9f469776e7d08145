"""The draw itself. Its state is kept in timestamps, which only the services' statements move."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from common.database.fields import KeepsCounters
from common.database.indexes import GuideIndex
from draws import reasons
from draws.models.constraints import DRAW_RULES
from draws.models.querysets import DrawQuerySet

STOCKS = ("marigold", "sky", "coral", "rose", "mint", "lilac")


def validate_whole_second(moment: datetime) -> None:
    """Refuse a closing time with a fraction of a second: closing times are sealed in whole seconds."""
    if moment.microsecond:
        raise ValidationError(_("The closing time must be in whole seconds."))


class Draw(KeepsCounters):
    """A prize, a price in coins, a limit and a closing time."""

    class State(models.TextChoices):
        DRAFT = "draft", pgettext_lazy("draw", "Draft")
        OPEN = "open", pgettext_lazy("draw", "Open")
        CLOSING = "closing", pgettext_lazy("draw", "Closing")
        CLOSED = "closed", pgettext_lazy("draw", "Closed")
        DRAWN = "drawn", pgettext_lazy("draw", "Drawn")
        CANCELLED = "cancelled", pgettext_lazy("draw", "Cancelled")
        VOID = "void", pgettext_lazy("draw", "Void")

    class Policy(models.TextChoices):
        ONE_PRIZE_PER_PLAYER = "one_prize_per_player", _("One prize per player")
        ONE_PRIZE_PER_TICKET = "one_prize_per_ticket", _("One prize per ticket")

    class Mode(models.TextChoices):
        LOCAL = "local", _("Operator-run")
        BEACON = "beacon", _("Public beacon")

    class VoidCode(models.IntegerChoices):
        NO_TICKETS = 1, _("No tickets were taken")
        BELOW_MINIMUM = 2, _("Fewer tickets than the minimum")
        CANCELLED = 3, _("Cancelled by staff")
        NOT_FROZEN_IN_TIME = 4, _("Not frozen in time")
        BEACON_MISSING = 5, _("The beacon did not answer")

    class Illustration(models.TextChoices):
        BICYCLE = "bicycle", _("Bicycle")
        COINS = "coins", _("Coins")
        HEADPHONES = "headphones", _("Headphones")
        MOKA = "moka", _("Moka pot")
        TELESCOPE = "telescope", _("Telescope")
        TRAM = "tram", _("Tram")
        VINYL = "vinyl", _("Turntable")

    counters: ClassVar[frozenset[str]] = frozenset(
        {
            "current_participants",
            # The site's role may not set it.
            "created_at",
            "is_active",
            "winner",
            "published_at",
            "frozen_at",
            "drawn_at",
            "cancelled_at",
            "void_code",
            "void_reason",
            "cancelled_by",
            "settled_at",
            "told_at",
        }
    )

    id = models.AutoField(_("number"), primary_key=True)
    title = models.TextField(_("title"))
    description = models.TextField(_("description"), default="", db_default="", blank=True)
    prize_amount = models.DecimalField(
        _("prize value"),
        max_digits=12,
        decimal_places=2,
        default=0,
        db_default=0,
        validators=[MinValueValidator(Decimal(0))],
    )
    entry_fee = models.IntegerField(_("coins per ticket"), default=1, db_default=1)
    max_participants = models.IntegerField(_("tickets"))
    current_participants = models.IntegerField(_("tickets taken"), default=0, db_default=0, editable=False)
    draw_time = models.DateTimeField(_("closes at"), validators=[validate_whole_second])
    prize_image_url = models.TextField(_("prize image url"), default="", db_default="", blank=True)
    is_active = models.BooleanField(
        pgettext_lazy("draw", "open"), default=False, db_default=False, editable=False
    )
    winner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("winner"),
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_default=Now(), editable=False)
    updated_at = models.DateTimeField(_("updated at"), auto_now=True, db_default=Now())

    prize_coins = models.IntegerField(_("coins credited to each winner"), default=0, db_default=0)
    max_per_player = models.IntegerField(_("tickets per player"), default=1, db_default=1)
    min_participants = models.IntegerField(
        _("minimum tickets"),
        default=1,
        db_default=1,
        help_text=_("With fewer tickets, the draw is void at closing and every coin goes back."),
    )
    winner_count = models.IntegerField(_("winners"), default=1, db_default=1)
    reserve_count = models.IntegerField(_("reserves"), default=0, db_default=0)
    prize_policy = models.TextField(
        _("prize policy"),
        choices=Policy.choices,
        default=Policy.ONE_PRIZE_PER_PLAYER,
        db_default="one_prize_per_player",
    )
    fairness_mode = models.TextField(
        _("fairness mode"), choices=Mode.choices, default=Mode.LOCAL, db_default="local"
    )
    vip_only = models.BooleanField(_("VIP only"), default=False, db_default=False)
    early_access_until = models.DateTimeField(
        _("early access until"), null=True, blank=True, help_text=_("Until then only VIP players may enter.")
    )
    prize_details = models.TextField(
        _("what the winner gets"), default="", db_default="", blank=True, help_text=_("One item per line.")
    )
    illustration = models.TextField(
        _("illustration"), choices=Illustration.choices, default="", db_default="", blank=True
    )
    published_at = models.DateTimeField(_("published at"), null=True, blank=True, editable=False)
    frozen_at = models.DateTimeField(_("frozen at"), null=True, blank=True, editable=False)
    drawn_at = models.DateTimeField(_("drawn at"), null=True, blank=True, editable=False)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True, editable=False)
    void_code = models.SmallIntegerField(
        _("void code"), choices=VoidCode.choices, null=True, blank=True, editable=False
    )
    void_reason = models.TextField(_("void reason"), default="", db_default="", blank=True, editable=False)
    cancelled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("cancelled by"),
        null=True,
        related_name="+",
        editable=False,
        db_index=False,
        db_constraint=False,
    )
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True, editable=False)
    told_at = models.DateTimeField(
        _("told at"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("When everyone with a ticket was told."),
    )

    objects: ClassVar[models.Manager["Draw"]] = DrawQuerySet.as_manager()

    class Meta:
        db_table = "draws"
        verbose_name = pgettext_lazy("noun", "draw")
        verbose_name_plural = pgettext_lazy("noun", "draws")
        indexes: ClassVar = [
            GuideIndex(
                name="idx_draws_active_drawtime",
                fields=["is_active", "draw_time"],
                condition=models.Q(is_active=True),
            ),
            models.Index(
                name="idx_draws_unsettled",
                fields=["id"],
                condition=models.Q(published_at__isnull=False, settled_at__isnull=True),
            ),
            models.Index(
                name="idx_draws_untold",
                fields=["id"],
                condition=models.Q(settled_at__isnull=False, told_at__isnull=True),
            ),
            models.Index(
                name="idx_draws_cancelled",
                fields=["-cancelled_at", "-id"],
                condition=models.Q(cancelled_at__isnull=False),
            ),
            models.Index(
                name="idx_draws_ended",
                fields=["-drawn_at", "-id"],
                condition=models.Q(drawn_at__isnull=False),
            ),
            # For the staff's filters and searches: drafts and VIP draws share one small index.
            models.Index(
                name="idx_draws_marked",
                fields=["id"],
                condition=models.Q(published_at__isnull=True) | models.Q(vip_only=True),
            ),
            # For the front page's orders.
            models.Index(
                name="idx_draws_by_price", fields=["entry_fee", "id"], condition=models.Q(is_active=True)
            ),
            models.Index(
                name="idx_draws_by_value", fields=["-prize_amount", "id"], condition=models.Q(is_active=True)
            ),
            models.Index(
                models.F("max_participants") / models.F("winner_count"),
                "id",
                name="idx_draws_by_odds",
                condition=models.Q(is_active=True),
            ),
            models.Index(name="idx_draws_closing", fields=["draw_time", "id"]),
            models.Index(name="idx_draws_mode", fields=["fairness_mode", "id"]),
            GinIndex(SearchVector("title", config="simple"), name="idx_draws_title_words"),
        ]
        constraints: ClassVar = DRAW_RULES
        permissions: ClassVar = [
            ("publish_draw", "Can publish a draw"),
            ("cancel_draw", "Can ask for and approve cancelling a draw"),
            ("paste_round", "Can paste a beacon's round"),
        ]

    def __str__(self) -> str:
        if not self.pk:
            return self.title
        return gettext("Draw %(number)s: %(title)s") % {"number": self.pk, "title": self.title}

    @property
    def state(self) -> "Draw.State":
        """Where the draw is on its way: draft, open, closing, closed, drawn; or cancelled, void."""
        if self.published_at is None:
            return self.State.DRAFT
        if self.cancelled_at is not None:
            staff = self.void_code == self.VoidCode.CANCELLED
            return self.State.CANCELLED if staff else self.State.VOID
        if self.drawn_at is not None:
            return self.State.DRAWN
        if self.frozen_at is not None:
            return self.State.CLOSED
        return self.State.OPEN if timezone.now() < self.draw_time else self.State.CLOSING

    @property
    def stage(self) -> str:
        """The state, and of an open draw whether it is full, or open to VIP players only for now."""
        if not self.is_open:
            return str(self.state.value)
        if self.is_full:
            return "full"
        return "early" if self.is_early_access else "open"

    @property
    def why_void(self) -> str:
        """Why it has no winner, in the reader's language; the record keeps `void_reason`."""
        if self.void_code == self.VoidCode.BELOW_MINIMUM:
            return reasons.shown_too_few(self.current_participants, self.min_participants)
        return reasons.shown(self.void_reason)

    @property
    def is_open(self) -> bool:
        return self.state == self.State.OPEN

    @cached_property
    def photo_taken_down(self) -> bool:
        """Whether it had a photo that may not be shown; no other takes its place."""
        return bool(self.text_changes.filter(field="prize_image_url").exists())

    @property
    def is_beacon(self) -> bool:
        """Whether a round of a public beacon decides, not the operator's secret alone."""
        return self.fairness_mode == self.Mode.BEACON

    @property
    def has_ended(self) -> bool:
        """Drawn, cancelled or void."""
        return self.drawn_at is not None or self.cancelled_at is not None

    @property
    def is_full(self) -> bool:
        return self.tickets_left <= 0

    @property
    def tickets_left(self) -> int:
        return self.max_participants - self.current_participants

    @property
    def is_early_access(self) -> bool:
        """Whether only VIP players may enter for now."""
        return self.early_access_until is not None and timezone.now() < self.early_access_until

    @property
    def details(self) -> list[str]:
        """What the winner gets, an item each."""
        return [line.strip() for line in self.prize_details.splitlines() if line.strip()]

    @property
    def stock(self) -> str:
        """The colour of paper that the draw's tickets are printed on."""
        return "vip" if self.vip_only else STOCKS[(self.pk or 0) % len(STOCKS)]
