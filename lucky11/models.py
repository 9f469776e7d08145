"""What operators ran and what was found wrong, kept for alarms and for people."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _


class OperationRun(models.Model):
    """One run of a procedure: a backup, a migration, a check. Unfinished means at work, or killed."""

    kind = models.TextField(
        pgettext_lazy("column", "kind"), help_text=_("The procedure, by the name of its command.")
    )
    started_at = models.DateTimeField(_("started at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ok = models.BooleanField(_("ok"), null=True, blank=True, help_text=_("Empty while it is not finished."))
    summary = models.TextField(
        _("summary"), default="", db_default="", blank=True, help_text=_("One line for people.")
    )
    details = models.JSONField(
        _("details"), default=dict, db_default={}, blank=True, help_text=_("For machines.")
    )

    class Meta:
        db_table = "operation_runs"
        verbose_name = _("operation")
        verbose_name_plural = _("operations")
        indexes: ClassVar = [
            models.Index(name="idx_operations_kind", fields=["kind", "-id"]),
            models.Index(name="idx_operations_good", fields=["kind", "-id"], condition=models.Q(ok=True)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="operations_end_with_a_result",
                condition=models.Q(ended_at__isnull=True, ok__isnull=True)
                | models.Q(ended_at__isnull=False, ok__isnull=False),
            )
        ]

    def __str__(self) -> str:
        values = {"kind": self.kind, "moment": f"{self.started_at:%Y-%m-%d %H:%M}"}
        return gettext("%(kind)s of %(moment)s") % values


class Incident(models.Model):
    """Something that is wrong, from when it was noticed until it was found right again."""

    alert = models.TextField(_("alert"), help_text=_("What is wrong, by the name of its alert."))
    began_at = models.DateTimeField(_("began at"), db_default=Now())
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    summary = models.TextField(_("summary"), help_text=_("What was found first, in a sentence."))
    told_at = models.DateTimeField(
        _("told at"), null=True, blank=True, help_text=_("When the webhook took it.")
    )
    recovery_told_at = models.DateTimeField(
        _("recovery told at"), null=True, blank=True, help_text=_("When it took that it is over.")
    )

    class Meta:
        db_table = "incidents"
        verbose_name = _("incident")
        verbose_name_plural = _("incidents")
        indexes: ClassVar = [models.Index(name="idx_incidents_alert", fields=["alert", "-id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="incidents_open_once", fields=["alert"], condition=models.Q(ended_at__isnull=True)
            )
        ]

    def __str__(self) -> str:
        values = {"alert": self.alert, "moment": f"{self.began_at:%Y-%m-%d %H:%M}"}
        return gettext("%(alert)s since %(moment)s") % values
