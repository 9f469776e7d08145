"""Models of what a draw promises in words: its whole terms at opening, and what became of its texts later."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from draws.models.draw import Draw

# Not Django's SHA256, which digests as text and answers in hex digits.
DIGEST = models.Func(
    models.Func("terms", models.Value("UTF8"), function="convert_to", output_field=models.BinaryField()),
    function="sha256",
    output_field=models.BinaryField(),
)


class WholeTerms(models.Model):
    """All that was published about a draw when it opened, its texts and picture too, in canonical form.

    Written once with the seal, which has the terms in figures and the title (protocol version 1).
    """

    draw = models.OneToOneField(Draw, models.PROTECT, primary_key=True, related_name="whole_terms")
    terms = models.TextField(_("terms"), help_text=_("Canonical form"))
    terms_hash = models.BinaryField(_("terms hash"), max_length=32)

    class Meta:
        db_table = "draw_terms"
        verbose_name = _("whole terms")
        verbose_name_plural = _("whole terms")
        constraints: ClassVar = [
            models.CheckConstraint(name="draw_terms_hashed", condition=Exact(models.F("terms_hash"), DIGEST))
        ]

    def __str__(self) -> str:
        return gettext("Terms of draw %(draw)s") % {"draw": self.draw_id}


# By the draw's field: what pages and messages call the text.
TEXTS = {"description": _("Description"), "prize_details": _("What the winner gets")}


class TextChange(models.Model):
    """A text of a published draw that was added to or corrected; the draw's page shows the old one too."""

    class Kind(models.TextChoices):
        ADDITION = "addition", _("Addition")
        CORRECTION = "correction", _("Correction")

    draw = models.ForeignKey(Draw, models.PROTECT, related_name="text_changes")
    field = models.TextField()
    # Empty for a photo that was taken down, and in rows from before there were two kinds.
    kind = models.TextField(choices=Kind.choices, default="", db_default="", blank=True)
    old = models.TextField()
    new = models.TextField()
    reason = models.TextField(default="", db_default="", blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    changed_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "draw_text_changes"
        verbose_name = _("text change")
        verbose_name_plural = _("text changes")
        ordering: ClassVar = ["changed_at", "id"]

    def __str__(self) -> str:
        return gettext("%(field)s of draw %(draw)s changed") % {"field": self.field, "draw": self.draw_id}

    @property
    def label(self) -> str:
        """What pages and messages call the text."""
        return str(TEXTS.get(self.field, self.field))

    @property
    def added(self) -> str:
        """What an addition wrote behind the text that stood there."""
        return self.new.removeprefix(self.old).strip("\n")


class CorrectionToTell(models.Model):
    """A correction that everyone who entered is told of; written with the correction, gone when told."""

    change = models.OneToOneField(TextChange, models.PROTECT, primary_key=True, related_name="+")
    told_up_to = models.TextField(
        default="", db_default="", help_text=_("The id of the last player who was told.")
    )

    class Meta:
        db_table = "corrections_to_tell"
        verbose_name = _("correction to tell")
        verbose_name_plural = _("corrections to tell")

    def __str__(self) -> str:
        return gettext("correction %(number)s") % {"number": self.change_id}
