"""The beacon's rounds, read-only, and the page on which staff paste one that no relay brought."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.base import ReadOnly, StaffAdmin, change_url, short_time, staff
from common.text import wording
from draws.admin.formats import moment
from draws.beacon import chain
from draws.exceptions import RoundRefused
from draws.lifecycle import rounds
from draws.models import Draw, Round, Seal

NEEDS_NO_TRUST = [
    _(
        "Only the beacon’s own signature of this very round is accepted, so it does not matter where you got "
        "it: a drand relay’s page on another machine will do."
    ),
    _("The winners follow from it at once. It cannot be taken back."),
]


class PasteForm(ReasonForm):
    """The round as a relay shows it, and why a person had to bring it."""

    round = forms.CharField(
        label=_("Round"),
        max_length=4000,
        widget=AdminTextareaWidget(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The JSON that a drand relay answers with, or the signature alone (96 hex digits)."),
        error_messages={"required": _("Paste the round.")},
    )
    field_order = ("round", "reason")


def paste_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Shows the round that the draw waits for; POST keeps the pasted one if its signature is right."""
    seal = Seal.objects.filter(pk=draw.pk, round__isnull=False).first()
    waits = None if draw.has_ended else seal
    act = Act(
        title=gettext("Paste the beacon’s round"),
        button=gettext("Check and keep the round"),
        form=PasteForm(request.POST or None),
        do=lambda given: _paste(page, request, draw, given["round"], given["reason"]),
        refusals=(RoundRefused,),
        facts=_facts(draw, waits) if waits else [(gettext("Draw"), draw.title)],
        notes=NEEDS_NO_TRUST if waits else [],
        problems=[] if waits else [gettext("This draw waits for no round of the beacon.")],
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _paste(page: StaffAdmin, request: HttpRequest, draw: Draw, text: str, reason: str) -> str:
    row = rounds.paste(draw, text, actor=staff(request))
    signature = bytes(row.signature).hex()
    logged = gettext("Pasted round %(round)s, signature %(signature)s. Why: %(why)s")
    page.log_change(request, draw, logged % {"round": row.round, "signature": signature, "why": reason})
    said = gettext("Round %(round)s is verified and kept. The winners of %(draw)s follow from it.")
    return said % {"round": wording.grouped(row.round), "draw": draw}


def _facts(draw: Draw, seal: Seal) -> list[tuple[str, object]]:
    accepted, number = chain.CHAIN, seal.round or 0
    beacon = gettext("%(name)s, chain %(hash)s") % {"name": accepted.name, "hash": accepted.chain_hash.hex()}
    return [
        (gettext("Draw"), draw.title),
        (gettext("Beacon"), beacon),
        (gettext("Round"), number),
        (gettext("Expected"), moment(chain.round_time(number))),
        (gettext("Where relays have it"), f"/{accepted.chain_hash.hex()}/public/{number}"),
    ]


@admin.register(Round)
class RoundAdmin(ReadOnly, StaffAdmin):
    """Every round that was obtained, verified, and who brought it first."""

    list_display = ("round", "source", "when")
    ordering = ("-id",)
    fields = ("round", "chain", "signed", "source", "when")
    readonly_fields = fields

    @admin.display(description=_("chain"))
    def chain(self, row: Round) -> str:
        return bytes(row.chain_hash).hex()

    @admin.display(description=_("signature"))
    def signed(self, row: Round) -> str:
        return bytes(row.signature).hex()

    @admin.display(description=_("obtained"))
    def when(self, row: Round) -> str:
        return short_time(row.obtained_at)
