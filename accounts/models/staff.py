"""The model of approvals: what one staff member asks for and another approves."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Approval(models.Model):
    """An act that needs a second staff member: asked for, then approved, refused or withdrawn, once."""

    class State(models.TextChoices):
        WAITING = "waiting", pgettext_lazy("approval", "Waiting")
        APPROVED = "approved", pgettext_lazy("approval", "Approved")
        REFUSED = "refused", pgettext_lazy("approval", "Refused")
        WITHDRAWN = "withdrawn", pgettext_lazy("approval", "Withdrawn")

    kind = models.TextField(pgettext_lazy("column", "kind"))
    subject = models.TextField(_("subject"), help_text=_('What it is about, for example "draw:12".'))
    summary = models.TextField(_("summary"), help_text=_("What will be done once approved, in one line."))
    payload = models.JSONField(_("payload"), default=dict)
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("asked by"), related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(_("asked at"), default=timezone.now, db_default=Now())
    state = models.TextField(
        pgettext_lazy("column", "state"), choices=State.choices, default=State.WAITING, db_default="waiting"
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
    note = models.TextField(pgettext_lazy("column", "note"), default="", db_default="", blank=True)

    class Meta:
        db_table = "approvals"
        verbose_name = _("approval")
        verbose_name_plural = _("approvals")
        indexes: ClassVar = [models.Index(name="idx_approvals_state", fields=["state", "-id"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="approvals_asked_once", fields=["kind", "subject"], condition=models.Q(state="waiting")
            ),
            models.CheckConstraint(
                name="approvals_by_a_second_person",
                condition=models.Q(state__in=["waiting", "withdrawn"])
                | (models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("asked_by"))),
                violation_error_message=_("Someone else has to decide."),
            ),
            models.CheckConstraint(
                name="approvals_decided_whole",
                condition=models.Q(state="waiting", decided_at__isnull=True)
                | (~models.Q(state="waiting") & models.Q(decided_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.summary
