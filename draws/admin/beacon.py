"""The beacon's rounds, read-only, and the page where staff paste one that no relay delivered."""

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextareaWidget
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.actions import Act, ReasonForm, perform
from accounts.admin.base import ReadOnly, StaffAdmin, change_url, short_time, staff
from accounts.admin.days import days_of
from common.text import wording
from draws.admin.formats import moment
from draws.beacon import chain
from draws.exceptions import RoundRefused
from draws.lifecycle import rounds
from draws.models import Draw, Round, Seal

NEEDS_NO_TRUST = [
    _(
        "Only the beacon’s own signature of this exact round is accepted, so it does not matter where you "
        "get it: any drand relay will do, on any machine."
    ),
    _("The round decides the winners at once. You cannot undo this."),
]


class PasteForm(ReasonForm):
    """A form for the round as a relay shows it, with the reason it has to be pasted."""

    round = forms.CharField(
        label=_("Round"),
        max_length=4000,
        widget=AdminTextareaWidget(attrs={"rows": 4, "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("The JSON from a drand relay, or just the signature (96 hex digits)."),
        error_messages={"required": _("Paste the round.")},
    )
    field_order = ("round", "reason")


def paste_page(page: StaffAdmin, request: HttpRequest, draw: Draw) -> HttpResponse:
    """Show the round that the draw is waiting for; a POST stores the pasted one if its signature is valid."""
    seal = Seal.objects.filter(pk=draw.pk, round__isnull=False).first()
    waits = None if draw.has_ended else seal
    act = Act(
        title=gettext("Paste the beacon’s round"),
        button=gettext("Verify and save the round"),
        form=PasteForm(request.POST or None),
        do=lambda given: _paste(page, request, draw, given["round"], given["reason"]),
        refusals=(RoundRefused,),
        facts=_facts(draw, waits) if waits else [(gettext("Draw"), draw.title)],
        notes=NEEDS_NO_TRUST if waits else [],
        problems=[] if waits else [gettext("This draw is not waiting for a round of the beacon.")],
    )
    return perform(page, request, draw, act, change_url(Draw, draw.pk))


def _paste(page: StaffAdmin, request: HttpRequest, draw: Draw, text: str, reason: str) -> str:
    row = rounds.paste(draw, text, actor=staff(request))
    signature = bytes(row.signature).hex()
    logged = gettext("Pasted round %(round)s, signature %(signature)s. Why: %(why)s")
    page.log_change(request, draw, logged % {"round": row.round, "signature": signature, "why": reason})
    said = gettext("Round %(round)s is verified and saved. It decides the winners of %(draw)s.")
    return said % {"round": wording.grouped(row.round), "draw": draw}


def _facts(draw: Draw, seal: Seal) -> list[tuple[str, object]]:
    accepted, number = chain.CHAIN, seal.round or 0
    beacon = gettext("%(name)s, chain %(hash)s") % {"name": accepted.name, "hash": accepted.chain_hash.hex()}
    return [
        (gettext("Draw"), draw.title),
        (gettext("Beacon"), beacon),
        (gettext("Round"), number),
        (gettext("Expected"), moment(chain.round_time(number))),
        (gettext("Path at a relay"), f"/{accepted.chain_hash.hex()}/public/{number}"),
    ]


@admin.register(Round)
class RoundAdmin(ReadOnly, StaffAdmin):
    """Every round that was obtained and verified, with its source."""

    list_display = ("round", "source", "when")
    list_filter = (days_of("obtained_at", numbered=True),)
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
