"""What is fixed and published about a draw: its seal, its frozen ticket list, and the site's log."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from draws.beacon import pinned
from draws.models.draw import Draw


class Seal(models.Model):
    """The records of one published draw, in the bytes of the fairness protocol (version 1).

    `server_seed` is secret until the list is frozen (beacon mode) or the draw is drawn (local mode),
    `entry_secret` for ever. Written once, column by column. In beacon mode, and only then, the chain and the
    round that the draw waits for are set; the round's signature comes with the result.
    """

    draw = models.OneToOneField(Draw, models.PROTECT, primary_key=True, related_name="seal")
    seq = models.IntegerField(unique=True, help_text=_("Counts the site's published draws without a gap."))
    draw_uid = models.BinaryField(max_length=16, unique=True)
    server_seed = models.BinaryField(max_length=32)
    entry_secret = models.BinaryField(max_length=32)
    closes_at = models.BigIntegerField(help_text=_("Unix seconds"))
    freeze_by = models.BigIntegerField(help_text=_("Unix seconds"))
    terms = models.TextField(help_text=_("Canonical form"))
    seed_commit = models.BinaryField(max_length=32)
    open_hash = models.BinaryField(max_length=32)
    chain_hash = models.BinaryField(max_length=32, null=True)
    scheme = models.TextField(null=True)  # noqa: DJ001 - with the chain hash, or not at all
    round = models.BigIntegerField(null=True, help_text=_("Computed from `freeze_by`, never chosen."))
    root = models.BinaryField(max_length=32, null=True)
    total = models.BigIntegerField(null=True)
    freeze_hash = models.BinaryField(max_length=32, null=True)
    signature = models.BinaryField(max_length=48, null=True, help_text=_("Of the beacon's round."))
    places = ArrayField(
        models.BigIntegerField(), null=True, help_text=_("Ticket indexes from 0: winners, then reserves.")
    )
    result_hash = models.BinaryField(max_length=32, null=True)
    void_hash = models.BinaryField(max_length=32, null=True)

    class Meta:
        db_table = "draw_seals"

    def __str__(self) -> str:
        return gettext("Seal %(number)s") % {"number": self.seq}

    @property
    def round_time(self) -> datetime | None:
        """When the beacon publishes the round that the draw waits for; None in local mode."""
        return None if self.round is None else pinned.round_time(self.round)

    @property
    def is_seed_public(self) -> bool:
        """Whether everyone may read the seed: once frozen in beacon mode, once drawn in local mode."""
        return self.result_hash is not None or (self.round is not None and self.freeze_hash is not None)


class FrozenList(models.Model):
    """A part of a frozen ticket list: the pseudonyms of up to 4,096 tickets in order, 32 bytes each."""

    TICKETS_A_PART = 4096

    id = models.BigAutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="frozen_list", db_index=False)
    part = models.IntegerField()
    refs = models.BinaryField()

    class Meta:
        db_table = "frozen_lists"
        constraints: ClassVar = [
            models.UniqueConstraint(name="frozen_lists_part_once", fields=["draw", "part"])
        ]

    def __str__(self) -> str:
        return gettext("Part %(part)s of draw %(draw)s") % {"part": self.part, "draw": self.draw_id}


class Round(models.Model):
    """A round of the accepted beacon whose signature was verified, and the courier that brought it first."""

    id = models.BigAutoField(primary_key=True)
    chain_hash = models.BinaryField(max_length=32)
    round = models.BigIntegerField()
    signature = models.BinaryField(max_length=48)
    source = models.TextField(
        help_text=_("A courier: a relay's address, a file's name, or a member of staff.")
    )
    obtained_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "beacon_rounds"
        verbose_name = _("beacon round")
        constraints: ClassVar = [
            models.UniqueConstraint(name="beacon_rounds_once", fields=["chain_hash", "round"])
        ]

    def __str__(self) -> str:
        return gettext("Round %(number)s") % {"number": self.round}


class LogRecord(models.Model):
    """One record of the site's log; each head covers all before it. Record 0 carries the first head."""

    n = models.BigIntegerField(primary_key=True)
    time = models.BigIntegerField(help_text=_("Unix seconds"))
    kind = models.TextField()
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="log", null=True)
    record_hash = models.BinaryField(max_length=32)
    prev = models.BinaryField(max_length=32)
    head = models.BinaryField(max_length=32)
    created_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "fairness_log"

    def __str__(self) -> str:
        return f"{self.n}: {self.kind}"


class FreezeToTell(models.Model):
    """A frozen list whose fingerprint goes to everyone who entered; written at freezing, gone when told."""

    draw = models.OneToOneField(Draw, models.PROTECT, primary_key=True, related_name="+")
    told_up_to = models.TextField(default="", db_default="", help_text=_("The last player told, by id."))

    class Meta:
        db_table = "freezes_to_tell"

    def __str__(self) -> str:
        return gettext("frozen list of draw %(draw)s") % {"draw": self.draw_id}
