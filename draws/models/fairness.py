"""Models of what is fixed and published about a draw: its seal, its frozen list, and the site's log."""

import json
from datetime import datetime
from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.db.models.lookups import Exact, In
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from draws.beacon import chain
from draws.models.draw import Draw


def _octets(column: str) -> models.Func:
    return models.Func(models.F(column), function="octet_length", output_field=models.IntegerField())


class Seal(models.Model):
    """The records of one published draw, in the bytes of the fairness protocol (version 1).

    `secrets` has the seed and the secret of pseudonyms, encrypted (`draws/proof/sealed_secrets.py`). The seed
    is written to `server_seed` once it is public: when the list is frozen (beacon mode), the draw is drawn
    (local mode), or it is void with tickets. Of such a void draw `root` and `total` are those of the list
    that was never frozen. Written once, column by column. In beacon mode, and only then, the chain and round
    the draw waits for are set; the round's signature comes with the result.
    """

    draw = models.OneToOneField(
        Draw,
        models.PROTECT,
        verbose_name=pgettext_lazy("column", "draw"),
        primary_key=True,
        related_name="seal",
    )
    seq = models.IntegerField(
        _("seq"), unique=True, help_text=_("Numbers the site's published draws without gaps.")
    )
    draw_uid = models.BinaryField(_("draw uid"), max_length=16, unique=True)
    secrets = models.TextField(_("secrets"), default="", db_default="", help_text=_("Encrypted."))
    server_seed = models.BinaryField(_("server seed"), max_length=32, null=True)
    # Always empty: the release before wrote it in the clear. The next release removes the column.
    entry_secret = models.BinaryField(_("entry secret"), max_length=32, null=True, editable=False)
    closes_at = models.BigIntegerField(_("closes at"), help_text=_("Unix seconds"))
    freeze_by = models.BigIntegerField(_("freeze by"), help_text=_("Unix seconds"))
    list_by = models.BigIntegerField(
        _("list by"),
        null=True,
        help_text=_("Unix seconds. Later than this the list is not frozen, to leave time before the round."),
    )
    terms = models.TextField(_("terms"), help_text=_("Canonical form"))
    seed_commit = models.BinaryField(_("seed commit"), max_length=32)
    open_hash = models.BinaryField(_("open hash"), max_length=32)
    chain_hash = models.BinaryField(_("chain hash"), max_length=32, null=True)
    scheme = models.TextField(_("scheme"), null=True)  # noqa: DJ001 - with the chain hash, or not at all
    round = models.BigIntegerField(
        pgettext_lazy("column", "round"), null=True, help_text=_("Computed from `freeze_by`, never chosen.")
    )
    root = models.BinaryField(_("root"), max_length=32, null=True)
    total = models.BigIntegerField(_("total"), null=True)
    freeze_hash = models.BinaryField(_("freeze hash"), max_length=32, null=True)
    signature = models.BinaryField(
        _("signature"), max_length=48, null=True, help_text=_("The signature of the beacon's round.")
    )
    places = ArrayField(
        models.BigIntegerField(),
        verbose_name=_("places"),
        null=True,
        help_text=_("Ticket indexes from 0: winners, then reserves."),
    )
    result_hash = models.BinaryField(_("result hash"), max_length=32, null=True)
    void_hash = models.BinaryField(_("void hash"), max_length=32, null=True)
    list_told_at = models.DateTimeField(
        _("list told at"), null=True, help_text=_("When everyone who entered had been written to.")
    )

    class Meta:
        db_table = "draw_seals"
        verbose_name = pgettext_lazy("noun", "seal")
        verbose_name_plural = pgettext_lazy("noun", "seals")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="seals_secrets_encrypted",
                condition=models.Q(entry_secret__isnull=True) & ~models.Q(secrets=""),
            ),
            models.CheckConstraint(
                name="seals_seed_when_due",
                condition=models.Q(server_seed__isnull=True)
                | models.Q(result_hash__isnull=False)
                | models.Q(void_hash__isnull=False)
                | models.Q(freeze_hash__isnull=False, chain_hash__isnull=False),
            ),
            # What is sealed about the beacon comes together.
            models.CheckConstraint(
                name="seals_beacon_whole",
                condition=models.Q(
                    In(
                        models.Func(
                            "chain_hash",
                            "scheme",
                            "round",
                            function="num_nulls",
                            output_field=models.IntegerField(),
                        ),
                        [0, 3],
                    ),
                    Exact(_octets("chain_hash"), 32),
                    models.Q(scheme__regex="^[!-~]+$"),
                    models.Q(round__gte=1),
                ),
            ),
            # The signature tells the winners: from then on there is a result, and no way to void.
            models.CheckConstraint(
                name="seals_signature_with_result",
                condition=models.Q(signature__isnull=True)
                | models.Q(
                    models.Q(chain_hash__isnull=False),
                    Exact(_octets("signature"), 48),
                    models.Q(result_hash__isnull=False),
                ),
            ),
            models.CheckConstraint(
                name="seals_result_of_a_frozen_list",
                condition=models.Q(result_hash__isnull=True)
                | (
                    models.Q(freeze_hash__isnull=False)
                    & (
                        models.Q(chain_hash__isnull=True, signature__isnull=True)
                        | models.Q(chain_hash__isnull=False, signature__isnull=False)
                    )
                ),
            ),
            models.CheckConstraint(
                name="seals_one_result_or_void",
                condition=models.Q(result_hash__isnull=True) | models.Q(void_hash__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Seal %(number)s") % {"number": self.seq}

    @property
    def round_time(self) -> datetime | None:
        """When the beacon publishes the round that the draw waits for; None in local mode."""
        return None if self.round is None else chain.round_time(self.round)

    @property
    def last_second_of_list(self) -> int:
        """Until when the list may be frozen, in Unix seconds."""
        return self.freeze_by if self.list_by is None else min(self.list_by, self.freeze_by)

    @property
    def is_told_late(self) -> bool:
        """Whether the round was known before everyone who entered was written the list's fingerprint.

        Of draws that were published before this was noted, nobody knows.
        """
        due = self.round_time
        if due is None or self.list_by is None or self.freeze_hash is None:
            return False
        return (self.list_told_at or timezone.now()) >= due

    @property
    def is_seed_public(self) -> bool:
        """Whether everyone may read the seed: once frozen with a beacon, else once drawn or void."""
        return self.server_seed is not None

    @property
    def sealed_terms(self) -> dict[str, Any]:
        """The sealed terms by name. Draws opened before 1.1 have neither `claim_days` nor `disqualify`."""
        terms: dict[str, Any] = json.loads(self.terms)
        return terms

    @property
    def most_disqualified(self) -> int | None:
        """How many prizes staff can take back; None where the draw was sealed without a bound."""
        most: int | None = self.sealed_terms.get("disqualify")
        return most


class FrozenList(models.Model):
    """A part of a frozen ticket list: the pseudonyms of up to 4,096 tickets in order, 32 bytes each."""

    TICKETS_A_PART = 4096

    id = models.BigAutoField(primary_key=True)
    draw = models.ForeignKey(Draw, models.PROTECT, related_name="frozen_list", db_index=False)
    part = models.IntegerField()
    refs = models.BinaryField()

    class Meta:
        db_table = "frozen_lists"
        verbose_name = _("frozen list")
        verbose_name_plural = _("frozen lists")
        constraints: ClassVar = [
            models.UniqueConstraint(name="frozen_lists_part_once", fields=["draw", "part"])
        ]

    def __str__(self) -> str:
        return gettext("Part %(part)s of draw %(draw)s") % {"part": self.part, "draw": self.draw_id}


class Round(models.Model):
    """A round of the accepted beacon whose signature was verified, and the courier that brought it first."""

    id = models.BigAutoField(_("id"), primary_key=True)
    chain_hash = models.BinaryField(_("chain hash"), max_length=32)
    round = models.BigIntegerField(pgettext_lazy("column", "round"))
    signature = models.BinaryField(_("signature"), max_length=48)
    source = models.TextField(
        _("source"),
        help_text=_("Where it came from: a relay's address, a file's name, or a member of staff."),
    )
    obtained_at = models.DateTimeField(_("obtained at"), default=timezone.now, db_default=Now())

    class Meta:
        db_table = "beacon_rounds"
        verbose_name = _("beacon round")
        verbose_name_plural = _("beacon rounds")
        constraints: ClassVar = [
            models.UniqueConstraint(name="beacon_rounds_once", fields=["chain_hash", "round"]),
            models.CheckConstraint(
                name="beacon_rounds_lengths",
                condition=models.Q(
                    Exact(_octets("chain_hash"), 32),
                    models.Q(round__gte=1),
                    Exact(_octets("signature"), 48),
                    ~models.Q(source=""),
                ),
            ),
        ]

    def __str__(self) -> str:
        return gettext("Round %(number)s") % {"number": self.round}


class LogRecord(models.Model):
    """One record of the site's log; each head covers all before it. Record 0 carries the first head."""

    n = models.BigIntegerField(_("n"), primary_key=True)
    time = models.BigIntegerField(pgettext_lazy("column", "time"), help_text=_("Unix seconds"))
    kind = models.TextField(pgettext_lazy("column", "kind"))
    draw = models.ForeignKey(
        Draw, models.PROTECT, verbose_name=pgettext_lazy("column", "draw"), related_name="log", null=True
    )
    record_hash = models.BinaryField(_("record hash"), max_length=32)
    prev = models.BinaryField(_("prev"), max_length=32)
    head = models.BinaryField(_("head"), max_length=32)
    created_at = models.DateTimeField(_("created at"), default=timezone.now, db_default=Now())

    class Meta:
        db_table = "fairness_log"
        verbose_name = _("log record")
        verbose_name_plural = _("log records")

    def __str__(self) -> str:
        return f"{self.n}: {self.kind}"


class FreezeToTell(models.Model):
    """A frozen list whose fingerprint goes to everyone who entered; written at freezing, gone when told."""

    draw = models.OneToOneField(Draw, models.PROTECT, primary_key=True, related_name="+")
    told_up_to = models.TextField(
        default="", db_default="", help_text=_("The id of the last player who was told.")
    )

    class Meta:
        db_table = "freezes_to_tell"
        verbose_name = _("freeze to tell")
        verbose_name_plural = _("freezes to tell")

    def __str__(self) -> str:
        return gettext("frozen list of draw %(draw)s") % {"draw": self.draw_id}
