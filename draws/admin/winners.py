"""Winners: staff send prizes and may hide a name. Only the winner can choose to show it."""

from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminTextInputWidget, AdminURLFieldWidget
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext, ngettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache

from accounts.admin.actions import found
from accounts.admin.base import (
    ReasonedForm,
    StaffAdmin,
    change_url,
    changed_fields,
    link,
    short_time,
    staff,
)
from accounts.admin.days import days_of
from accounts.admin.search import find_rows_of_players, whole_number
from accounts.models import User
from accounts.signin.staff_sessions import ask_again
from common.text.hidden import validate_shown
from draws import video_addresses
from draws.admin import disqualifying, formats, prizes, video_removal
from draws.conflicts import HELD, has_stake
from draws.exceptions import ClaimInvalid
from draws.models import Claim, Draw, Participation, Winner
from draws.prizes import videos
from draws.prizes.disqualify import open_against
from ledger.models import Transaction

HandOver = Winner.HandOver
SEND, READ, PASS_ON, HIDE = (
    "draws.change_winner",
    "draws.read_claim",
    "draws.redraw_winner",
    "draws.hide_winner",
)
SHOWN = ("of_draw", "position", "player", "won_with", "prize", "won_at")
CHOSEN = ("is_public", "public_name")
FILM, FILM_TEXT = "celebration_video_url", "video_text"


LAPSING, SOON = "lapsing", timedelta(days=3)
OBJECTED = "objected"


def lapsing(rows: QuerySet[Winner]) -> QuerySet[Winner]:
    """Return the prizes among `rows` that lapse within SOON unless their winners claim them."""
    return rows.filter(hand_over=HandOver.TO_CLAIM, claim_by__lt=Now() + SOON)


class HideForm(ReasonedForm):
    """A form for hiding a winner's public name."""

    class Meta:
        model = Winner
        fields: ClassVar[list[str]] = ["hidden_by_staff"]
        labels: ClassVar[dict[str, Any]] = {"hidden_by_staff": _("Hide the public name")}
        help_texts: ClassVar[dict[str, Any]] = {
            "hidden_by_staff": _(
                "Tick this to hide a name that should not be public. Unticking it returns the choice to "
                "the winner; it never shows a name that they keep private."
            ),
        }

    # The staff member who sends the form; the page sets it.
    asked_by: Any = None

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if changed_fields(self) and self.asked_by and has_stake(self.asked_by, self.instance.draw_id):
            self.add_error(None, HELD)
        return cleaned


class WinnerForm(HideForm):
    """A form for hiding a name and for the winner's video, which is shown once the winner agrees."""

    celebration_video_url = forms.URLField(
        label=_("Celebration video"),
        required=False,
        assume_scheme="https",
        widget=AdminURLFieldWidget(),
        help_text=_("Shown once the winner agrees. Empty it to take the video down."),
    )
    video_text = forms.CharField(
        label=_("What the video shows"),
        required=False,
        max_length=videos.TEXT_LENGTH,
        validators=[validate_shown],
        widget=AdminTextInputWidget(),
        help_text=_("Required with a video. It stands beside the link, for everyone who cannot watch it."),
    )

    class Meta(HideForm.Meta):
        fields: ClassVar[list[str]] = [*HideForm.Meta.fields, FILM, FILM_TEXT]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        address, text = self.cleaned_data.get(FILM, ""), self.cleaned_data.get(FILM_TEXT, "")
        changed = {FILM, FILM_TEXT} & set(self.changed_data)
        if changed and address and (problem := video_addresses.why_not(address)):
            self.add_error(FILM, problem)
        if changed and address and FILM_TEXT in self.cleaned_data:
            try:
                videos.checked_text(text)
            except ClaimInvalid as refusal:
                self.add_error(FILM_TEXT, refusal.message)
        return cleaned


class HandOverFilter(admin.SimpleListFilter):
    """Filters prizes by how far they have been handed over."""

    title = _("hand-over")
    parameter_name = "hand_over"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        wording = ngettext("To claim within %(days)s day", "To claim within %(days)s days", SOON.days)
        objected = (OBJECTED, gettext("With an objection to decide"))
        return [*HandOver.choices, (LAPSING, wording % {"days": SOON.days}), objected]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Winner]) -> QuerySet[Winner] | None:
        if self.value() == LAPSING:
            return lapsing(queryset)
        if self.value() == OBJECTED:
            return queryset.filter(disqualifications__state=OBJECTED)
        return queryset.filter(hand_over=self.value()) if self.value() in HandOver.values else None


class NameFilter(admin.SimpleListFilter):
    """Filters names that are public and names that staff have hidden."""

    title = _("name")
    parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("shown", gettext("Shown")), ("hidden", gettext("Hidden by staff"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Winner]) -> QuerySet[Winner] | None:
        hidden = {"shown": False, "hidden": True}.get(self.value() or "")
        return None if hidden is None else queryset.filter(is_public=True, hidden_by_staff=hidden)


@admin.register(Winner)
class WinnerAdmin(StaffAdmin):
    """Winners, tickets and prizes never change; handing a prize over has pages of its own."""

    change_form_template = "admin/draws/winner/change_form.html"
    list_display = ("id", "of_draw", "position", "player", "prize", "won", "handing_over", "name_shown")
    list_filter = (HandOverFilter, NameFilter, days_of("won_at", numbered=True, title=_("day won")))
    link_lookups = frozenset({"draw", "user"})
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = _("A player’s email, a part of it, @domain, or their id; or a draw’s number.")

    def get_form(
        self, request: HttpRequest, obj: Winner | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = WinnerForm if request.user.has_perm(SEND) else HideForm
        made: Any = super().get_form(request, obj, change=change, **{"form": form, **kwargs})
        made.asked_by = request.user
        return made

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Save what is hidden as usual; a video has a service, which asks the winner."""
        if {FILM, FILM_TEXT} & set(form.changed_data):
            given = form.cleaned_data
            videos.set_video(obj.pk, given[FILM], given[FILM_TEXT], actor=staff(request))
            form.changed_data = [name for name in form.changed_data if name not in (FILM, FILM_TEXT)]
            super().save_model(request, obj, form, change)
            form.changed_data = [*form.changed_data, FILM, FILM_TEXT]
            return
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: Winner | None = None) -> tuple[str, ...]:
        kept = (
            "tracking",
            "video_agreed_at",
            "handing_over",
            "claim_by",
            "forfeited_at",
            "forfeit_reason",
            "settled_at",
            "credit",
            "against",
        )
        return (*SHOWN, *CHOSEN, *kept, *(() if request.user.has_perm(SEND) else (FILM, FILM_TEXT)))

    def get_fieldsets(self, request: HttpRequest, obj: Winner | None = None) -> Any:
        asked = ("reason",) if self.has_change_permission(request, obj) else ()
        lost = ("forfeited_at", "forfeit_reason") if obj and obj.forfeited_at else ()
        return [
            (None, {"fields": SHOWN}),
            (_("Hand-over"), {"fields": ("handing_over", "claim_by", "tracking", *lost)}),
            (_("Video"), {"fields": (FILM, FILM_TEXT, "video_agreed_at")}),
            *([(_("Disqualification"), {"fields": ("against",)})] if _may_read(request) else []),
            (_("Publicity: the winner’s own choice"), {"fields": (CHOSEN, "hidden_by_staff")}),
            *([(None, {"fields": asked})] if asked else []),
            (_("Set by the site"), {"fields": ("credit", "settled_at")}),
        ]

    def has_change_permission(self, request: HttpRequest, obj: Winner | None = None) -> bool:
        return super().has_change_permission(request, obj) or request.user.has_perm(HIDE)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Winner]:
        return super().get_queryset(request).prefetch_related("user", "draw", "ticket")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Winner], search_term: str
    ) -> tuple[QuerySet[Winner], bool]:
        if not search_term.strip():
            return queryset, False
        number = whole_number(search_term)
        of_draw = None if number is None else Q(draw_id=number)
        return find_rows_of_players(queryset, search_term, of_draw), False

    @admin.display(description=pgettext_lazy("column", "draw"))
    def of_draw(self, winner: Winner) -> str:
        return link(change_url(Draw, winner.draw_id), winner.draw)

    @admin.display(description=pgettext_lazy("column", "place"))
    def position(self, winner: Winner) -> int:
        return winner.place + 1

    @admin.display(description=_("player"))
    def player(self, winner: Winner) -> str:
        return link(change_url(User, winner.user_id), winner.user)

    @admin.display(description=_("ticket"))
    def won_with(self, winner: Winner) -> str:
        number = winner.ticket.ticket_number if winner.ticket else "?"
        wording = gettext("Ticket %(number)s") % {"number": number}
        return link(change_url(Participation, winner.ticket_id), wording)

    @admin.display(description=_("prize"))
    def prize(self, winner: Winner) -> str:
        return formats.prize(winner.prize_amount, winner.prize_coins)

    @admin.display(description=pgettext_lazy("column", "won"))
    def won(self, winner: Winner) -> str:
        return short_time(winner.won_at)

    @admin.display(description=_("hand-over"))
    def handing_over(self, winner: Winner) -> str:
        state = HandOver(winner.hand_over)
        late = winner.claim_by is not None and winner.claim_by < timezone.now() and state == HandOver.TO_CLAIM
        return formats.badge(f"hand-over-{state}", state.label, gettext("Past its deadline") if late else "")

    @admin.display(description=_("tracking"))
    def tracking(self, winner: Winner) -> str:
        claim = Claim.objects.filter(pk=winner.pk).values_list("tracking", flat=True).first()
        return claim or "–"

    @admin.display(description=_("held against the winner"))
    def against(self, winner: Winner) -> str:
        return disqualifying.history_of(winner) or "–"

    @admin.display(description=_("name shown"))
    def name_shown(self, winner: Winner) -> str:
        if winner.hidden_by_staff:
            return gettext("hidden by staff")
        return winner.public_name if winner.is_public and winner.public_name else "–"

    @admin.display(description=_("coins credited"))
    def credit(self, winner: Winner) -> str:
        number = winner.transaction_id
        if not number:
            return "–"
        return link(change_url(Transaction, number), gettext("transaction %(id)s") % {"id": number})

    # -- pages --

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/sent/", view(self.sent_view), name="draws_winner_sent"),
            path("<path:object_id>/read/", view(self.read_view), name="draws_winner_read"),
            path("<path:object_id>/take-down/", view(self.take_down_view), name="draws_winner_take_down"),
            path("<path:object_id>/pass-on/", view(self.pass_on_view), name="draws_winner_pass_on"),
            path("<path:object_id>/objection/", view(self.objection_view), name="draws_winner_objection"),
            *super().get_urls(),
        ]

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the page with the acts that the prize and this staff member's rights allow."""
        if context.get("original") is not None:
            context.update(_allowed_actions(context["original"], request))
        return super().render_change_form(request, context, *args, **kwargs)

    def sent_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Mark a claimed prize as sent."""
        return prizes.sent_page(self, request, found(self, request, object_id, SEND))

    @method_decorator(never_cache)
    def read_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show where to send a prize."""
        winner = found(self, request, object_id, READ)
        return ask_again(request, staff(request)) or prizes.read_page(self, request, winner)

    def take_down_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take a winner's video down."""
        return video_removal.take_down_page(self, request, found(self, request, object_id, HIDE))

    def pass_on_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Disqualify the winner, so that the prize goes to the next reserve."""
        return disqualifying.pass_on_page(self, request, found(self, request, object_id, PASS_ON))

    def objection_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Decide about what a winner says against their disqualification."""
        return disqualifying.decide_page(self, request, found(self, request, object_id, PASS_ON))


def _may_read(request: HttpRequest) -> bool:
    """Say whether somebody reads what is held against a winner: who passes prizes on, and auditors."""
    return request.user.has_perm(PASS_ON) or request.user.has_perm("accounts.view_approval")


def _allowed_actions(winner: Winner, request: HttpRequest) -> dict[str, bool]:
    claimed = winner.hand_over == HandOver.CLAIMED
    may = request.user.has_perm
    against = open_against(winner.pk)
    return {
        "may_take_down": bool(winner.celebration_video_url) and may(HIDE),
        "may_send": claimed and not against and may(SEND),
        "may_read": winner.hand_over in (HandOver.CLAIMED, HandOver.SENT) and may(READ),
        "may_pass_on": winner.hand_over in (HandOver.TO_CLAIM, HandOver.CLAIMED)
        and not against
        and may(PASS_ON),
        "may_drop": against is not None and against.state == against.State.TOLD and may(PASS_ON),
        "may_decide": against is not None and against.state == against.State.OBJECTED and may(PASS_ON),
    }
