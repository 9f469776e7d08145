"""Models of safe play: the rules a player accepted, and the breaks they take."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class RulesAcceptance(models.Model):
    """A player said that they are 18 or older and accepted one version of the rules. Never changed."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("user"),
        related_name="rules_acceptances",
        db_index=False,
    )
    version = models.TextField(_("version"))
    accepted_at = models.DateTimeField(_("accepted at"), default=timezone.now, db_default=Now())

    class Meta:
        db_table = "rules_acceptances"
        verbose_name = _("rules acceptance")
        verbose_name_plural = _("rules acceptances")
        constraints: ClassVar = [
            models.UniqueConstraint(name="rules_acceptances_once", fields=["user", "version"])
        ]

    def __str__(self) -> str:
        return gettext("rules %(version)s by player %(player)s") % {
            "version": self.version,
            "player": self.user_id,
        }


class PlayBreak(models.Model):
    """A time in which a player takes no tickets, by their own wish. Nobody can end it early."""

    class Kind(models.TextChoices):
        BREAK = "break", pgettext_lazy("from playing", "Break")
        EXCLUSION = "exclusion", _("Self-exclusion")

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("user"),
        related_name="play_breaks",
        db_index=False,
    )
    kind = models.TextField(pgettext_lazy("column", "kind"), choices=Kind.choices)
    starts_at = models.DateTimeField(_("starts at"), default=timezone.now, db_default=Now())
    ends_at = models.DateTimeField(_("ends at"), null=True, help_text=_("Empty means for good."))

    class Meta:
        db_table = "play_breaks"
        verbose_name = _("play break")
        verbose_name_plural = _("play breaks")
        indexes: ClassVar = [models.Index(name="idx_play_breaks_user", fields=["user", "-ends_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="play_breaks_end_later",
                condition=models.Q(ends_at__isnull=True, kind="exclusion")
                | models.Q(ends_at__gt=models.F("starts_at")),
            )
        ]

    def __str__(self) -> str:
        values = {"kind": self.get_kind_display(), "player": self.user_id}
        return gettext("%(kind)s of player %(player)s") % values


class ExcludedAddress(models.Model):
    """The fingerprint of an email whose player took a break: leaving and joining again does not end it."""

    digest = models.BinaryField(primary_key=True)
    ends_at = models.DateTimeField(null=True, help_text=_("Empty means for good."))

    class Meta:
        db_table = "excluded_addresses"
        verbose_name = _("excluded address")
        verbose_name_plural = _("excluded addresses")

    def __str__(self) -> str:
        if self.ends_at is None:
            return gettext("no new account")
        return gettext("no new account until %(moment)s") % {"moment": self.ends_at}
