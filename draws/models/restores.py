"""Models of how the site's log stands to what is kept of it outside the database."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class LogWatch(models.Model):
    """The one row that says whether this database was compared with the heads kept outside it.

    It holds only for the database that `confirmed_for` names (`log_incarnation()`): a restored one, and one
    whose server was started again, has another name, and is compared before anything is drawn or sold.
    """

    id = models.SmallIntegerField(primary_key=True, default=1)
    era = models.IntegerField(default=1, db_default=1, help_text=_("Ends when records of the log are lost."))
    kept_n = models.BigIntegerField(
        default=-1, db_default=-1, help_text=_("The newest record whose head is kept outside.")
    )
    confirmed_for = models.TextField(default="", db_default="")
    behind_since = models.DateTimeField(null=True, help_text=_("Since when the log lacks what is outside."))

    class Meta:
        db_table = "log_watch"
        verbose_name = _("watch over the log")
        verbose_name_plural = _("watches over the log")
        constraints: ClassVar = [models.CheckConstraint(name="log_watch_one_row", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return gettext("Era %(era)s") % {"era": self.era}


class LogLoss(models.Model):
    """Records of the log that were published and then lost, because the database was restored."""

    # The era that began with it; the first era has no loss.
    era = models.IntegerField(_("era"), primary_key=True)
    found_at = models.DateTimeField(_("found at"), default=timezone.now, db_default=Now())
    last_n = models.BigIntegerField(_("last record left"))
    last_head = models.BinaryField(_("its head"), max_length=32)
    lost_n = models.BigIntegerField(_("newest record lost"))
    lost_head = models.BinaryField(_("its head"), max_length=32)
    records = models.JSONField(_("lost records"), help_text=_("As they were kept outside, in order."))
    voided = models.JSONField(_("draws void because of it"))
    reason = models.TextField(_("reason"))

    class Meta:
        db_table = "log_losses"
        verbose_name = _("loss of records")
        verbose_name_plural = _("losses of records")

    def __str__(self) -> str:
        return gettext("Records %(first)s to %(last)s") % {"first": self.first_n, "last": self.lost_n}

    @property
    def first_n(self) -> int:
        """The first record that was lost."""
        return self.last_n + 1
