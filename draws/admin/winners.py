"""Winners: staff hand prizes over and may hide a name. Whether a name is shown is the winner's own choice."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.admin.widgets import AdminURLFieldWidget
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from accounts.admin.base import ReasonedForm, StaffAdmin, change_url, link, short_time
from accounts.admin.search import ids_by_address, whole_number
from accounts.models import User
from draws.admin import words
from draws.models import Draw, Participation, Winner
from ledger.models import Transaction

HandOver = Winner.HandOver
NEXT = {HandOver.TO_CLAIM: HandOver.CLAIMED, HandOver.CLAIMED: HandOver.SENT}
EDITED = ("hand_over", "celebration_video_url", "hidden_by_staff")
SHOWN = ("of_draw", "position", "player", "won_with", "prize", "won_at")
CHOSEN = ("is_public", "public_name")


class WinnerForm(ReasonedForm):
    """The next step of the hand-over, the film, and hiding a name."""

    celebration_video_url = forms.URLField(
        label="Celebration video",
        required=False,
        assume_scheme="https",
        widget=AdminURLFieldWidget(),
    )

    class Meta:
        model = Winner
        fields: ClassVar[list[str]] = list(EDITED)
        labels: ClassVar[dict[str, str]] = {
            "hand_over": "Hand-over",
            "hidden_by_staff": "Hide the public name",
        }
        help_texts: ClassVar[dict[str, str]] = {
            "hidden_by_staff": "Hides a name that should not be read. "
            "Unticking gives the choice back to the winner; it never shows a name they kept private.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = HandOver(self.instance.hand_over)
        steps = [now] if self.instance.forfeited_at else [now, *([NEXT[now]] if now in NEXT else [])]
        if "hand_over" in self.fields:
            self.fields["hand_over"].choices = [(step.value, step.label) for step in steps]  # type: ignore[attr-defined]


class HandOverFilter(admin.SimpleListFilter):
    """Which prizes still wait for somebody."""

    title = "hand-over"
    parameter_name = "hand_over"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return HandOver.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Winner]) -> QuerySet[Winner] | None:
        return queryset.filter(hand_over=self.value()) if self.value() in HandOver.values else None


class NameFilter(admin.SimpleListFilter):
    """Names that players may read, and names that staff hid."""

    title = parameter_name = "name"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("shown", "Shown"), ("hidden", "Hidden by staff")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Winner]) -> QuerySet[Winner] | None:
        hidden = {"shown": False, "hidden": True}.get(self.value() or "")
        return None if hidden is None else queryset.filter(is_public=True, hidden_by_staff=hidden)


@admin.register(Winner)
class WinnerAdmin(StaffAdmin):
    """Who won what with which ticket never changes."""

    form = WinnerForm
    list_display = ("id", "of_draw", "position", "player", "prize", "won", "handing_over", "name_shown")
    list_filter = (HandOverFilter, NameFilter)
    link_lookups = frozenset({"draw", "user"})
    ordering = ("-id",)
    search_fields = ("user",)
    search_help_text = "A player’s e-mail (or how it begins) or id, or a draw’s number."
    readonly_fields = (*SHOWN, *CHOSEN, "claim_by", "forfeited_at", "settled_at", "credit")

    def get_fieldsets(self, request: HttpRequest, obj: Winner | None = None) -> Any:
        asked = ("reason",) if self.has_change_permission(request, obj) else ()
        return [
            (None, {"fields": SHOWN}),
            ("Hand-over", {"fields": ("hand_over", "claim_by", "celebration_video_url")}),
            ("Publicity: the winner’s own choice", {"fields": (CHOSEN, "hidden_by_staff")}),
            *([(None, {"fields": asked})] if asked else []),
            ("Kept by the site", {"fields": ("credit", "settled_at", "forfeited_at")}),
        ]

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
        match = Q(user_id__in=ids_by_address(search_term))
        number = whole_number(search_term)
        return queryset.filter(match if number is None else match | Q(draw_id=number)), False

    @admin.display(description="draw")
    def of_draw(self, winner: Winner) -> str:
        return link(change_url(Draw, winner.draw_id), winner.draw)

    @admin.display(description="place")
    def position(self, winner: Winner) -> int:
        return winner.place + 1

    @admin.display(description="player")
    def player(self, winner: Winner) -> str:
        return link(change_url(User, winner.user_id), winner.user)

    @admin.display(description="ticket")
    def won_with(self, winner: Winner) -> str:
        number = winner.ticket.ticket_number if winner.ticket else "?"
        return link(change_url(Participation, winner.ticket_id), f"Ticket {number}")

    @admin.display(description="prize")
    def prize(self, winner: Winner) -> str:
        return words.prize(winner.prize_amount, winner.prize_coins)

    @admin.display(description="won")
    def won(self, winner: Winner) -> str:
        return short_time(winner.won_at)

    @admin.display(description="hand-over")
    def handing_over(self, winner: Winner) -> str:
        state = HandOver(winner.hand_over)
        late = winner.claim_by is not None and winner.claim_by < timezone.now() and state == HandOver.TO_CLAIM
        return words.badge(f"hand-over-{state}", state.label, "Past its deadline" if late else "")

    @admin.display(description="name shown")
    def name_shown(self, winner: Winner) -> str:
        if winner.hidden_by_staff:
            return "hidden by staff"
        return winner.public_name if winner.is_public and winner.public_name else "–"

    @admin.display(description="coins credited")
    def credit(self, winner: Winner) -> str:
        number = winner.transaction_id
        return link(change_url(Transaction, number), f"transaction {number}") if number else "–"
