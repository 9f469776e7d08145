"""Models of a prize after the draw: claimed and sent, or passed on to the next reserve."""

from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from draws import reasons
from draws.models.draw import Draw
from draws.models.tickets import Winner
from ledger.models import Transaction


class Claim(models.Model):
    """Where a winner wants a prize that is not coins; readable only with the site's encryption keys."""

    winner = models.OneToOneField(Winner, models.PROTECT, primary_key=True, related_name="claim")
    details = models.TextField(
        default="", blank=True, help_text=_("Encrypted; empty once the account is deleted.")
    )
    claimed_at = models.DateTimeField(default=timezone.now, db_default=Now())
    tracking = models.TextField(default="", db_default="", blank=True)
    sent_at = models.DateTimeField(null=True)
    sent_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        db_table = "claims"
        verbose_name = pgettext_lazy("noun", "claim")
        verbose_name_plural = pgettext_lazy("noun", "claims")
        permissions: ClassVar = [("read_claim", "Can read where a prize goes")]

    def __str__(self) -> str:
        return gettext("claim of winner %(winner)s") % {"winner": self.winner_id}


class Redraw(models.Model):
    """A prize that went from one place of the published result to the next reserve. Never changed."""

    draw = models.ForeignKey(
        Draw,
        models.PROTECT,
        verbose_name=pgettext_lazy("column", "draw"),
        related_name="redraws",
        db_index=False,
    )
    failed = models.OneToOneField(
        Winner, models.PROTECT, verbose_name=pgettext_lazy("column", "failed"), related_name="passed_on"
    )
    reserve = models.OneToOneField(
        Winner, models.PROTECT, verbose_name=pgettext_lazy("column", "reserve"), related_name="took_over"
    )
    reason = models.TextField(_("reason"))
    record_hash = models.BinaryField(_("record hash"))
    redrawn_at = models.DateTimeField(_("redrawn at"), default=timezone.now, db_default=Now())
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("actor"),
        null=True,
        related_name="+",
        db_index=False,
    )

    class Meta:
        db_table = "redraws"
        verbose_name = pgettext_lazy("noun", "redraw")
        verbose_name_plural = pgettext_lazy("noun", "redraws")
        indexes: ClassVar = [models.Index(name="idx_redraws_draw", fields=["draw", "id"])]

    def __str__(self) -> str:
        return gettext("re-draw of draw %(draw)s") % {"draw": self.draw_id}

    @property
    def why(self) -> str:
        """Why the prize was passed on, in the reader's language; the record keeps `reason`."""
        return reasons.shown(self.reason)


class Disqualification(models.Model):
    """What staff hold against a winner. The winner is told and may object before the prize moves on."""

    class Reason(models.TextChoices):
        UNDERAGE = "underage", _("Not old enough to play")
        ACCOUNTS = "accounts", _("Played with more than one account")
        NOT_ALLOWED = "not_allowed", _("Not allowed to play under the rules")
        UNTRUE = "untrue", _("Gave details that are not true")
        UNDELIVERABLE = "undeliverable", _("The prize cannot be delivered with the details given")
        GIVEN_UP = "given_up", _("Gave the prize up")

    class State(models.TextChoices):
        TOLD = "told", _("The winner may object")
        OBJECTED = "objected", _("The winner objected")
        UPHELD = "upheld", _("Upheld: the prize moves on")
        DROPPED = "dropped", _("Dropped")
        DONE = "done", _("The prize moved on")

    OPEN: ClassVar[tuple[State, ...]] = (State.TOLD, State.OBJECTED, State.UPHELD)

    winner = models.ForeignKey(
        Winner, models.PROTECT, verbose_name=_("winner"), related_name="disqualifications", db_index=False
    )
    reason = models.TextField(_("reason"), choices=Reason.choices)
    evidence = models.TextField(_("evidence"), help_text=_("Empty once the account is deleted."))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+", db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("approved by"),
        null=True,
        related_name="+",
        db_index=False,
    )
    told_at = models.DateTimeField(_("told at"))
    object_by = models.DateTimeField(_("object by"))
    objection = models.TextField(_("objection"), default="", db_default="", blank=True)
    objected_at = models.DateTimeField(_("objected at"), null=True)
    state = models.TextField(
        pgettext_lazy("column", "state"), choices=State.choices, default=State.TOLD, db_default="told"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("decided by"),
        null=True,
        related_name="+",
        db_index=False,
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.TextField(_("decision"), default="", db_default="", blank=True)

    class Meta:
        db_table = "disqualifications"
        verbose_name = _("disqualification")
        verbose_name_plural = _("disqualifications")
        indexes: ClassVar = [models.Index(name="idx_disqualifications_winner", fields=["winner", "id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="disqualifications_one_at_a_time",
                fields=["winner"],
                condition=models.Q(state__in=["told", "objected", "upheld"]),
            ),
            models.CheckConstraint(
                name="disqualifications_time_to_object",
                condition=models.Q(object_by__gte=models.F("told_at") + timedelta(days=1)),
            ),
            models.CheckConstraint(
                name="disqualifications_by_two",
                condition=models.Q(approved_by__isnull=True) | ~models.Q(approved_by=models.F("asked_by")),
            ),
            models.CheckConstraint(
                name="disqualifications_upheld_by_another",
                condition=models.Q(state="dropped")
                | models.Q(decided_by__isnull=True)
                | ~models.Q(decided_by=models.F("asked_by")),
            ),
        ]

    def __str__(self) -> str:
        return gettext("disqualification of winner %(winner)s") % {"winner": self.winner_id}

    @property
    def why(self) -> str:
        """What the public record says, in the reader's language."""
        return reasons.shown(reasons.DISQUALIFIED[self.reason])


class EntryToTell(models.Model):
    """A payment for tickets whose player has not been told yet; written with the tickets, gone when told."""

    transaction = models.OneToOneField(
        Transaction, models.PROTECT, primary_key=True, related_name="+", db_constraint=False
    )

    class Meta:
        db_table = "entries_to_tell"
        verbose_name = _("entry to tell")
        verbose_name_plural = _("entries to tell")

    def __str__(self) -> str:
        return f"entry {self.transaction_id}"
