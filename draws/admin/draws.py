"""Draws, as staff see them: staff write drafts; a published draw is sealed."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.postgres.search import SearchVector
from django.core.exceptions import PermissionDenied
from django.db.models import DateTimeField, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts import approvals
from accounts.admin.actions import found
from accounts.admin.approvals import waits
from accounts.admin.base import StaffAdmin, Subject, short_time, staff
from accounts.admin.search import whole_number
from common.database.word_search import words_query
from common.text import wording
from draws.admin import beacon, corrections, drafts, formats, photo_removal, picture_forms, publish_and_cancel
from draws.admin.filters import ORDERS, ClosingFilter, ModeFilter, StateFilter, VipFilter
from draws.admin.forms import DraftForm, Moment, MomentField, PublishedForm
from draws.beacon import chain
from draws.lifecycle import preview, publish, text_changes
from draws.lifecycle.overdue import is_overdue, overdue
from draws.models import Draw, TextChange

PRIZE = ("title", ("prize_amount", "prize_coins"))
PICTURE = ("illustration", "prize_image_url")
TICKETS = (("entry_fee", "max_participants"), ("max_per_player", "min_participants"))
TIMES = ("draw_time", ("vip_only", "early_access_until"))
PLACES = (("winner_count", "reserve_count"), "prize_policy", "fairness_mode")
STEPS = ("published_at", "frozen_at", "drawn_at", "cancelled_at", "settled_at")
CHANGES_SHOWN = 20
ASKS = "_publish"  # what the button "Save and publish…" sends
PUBLISH, CANCEL, PASTE, ADD = "draws.publish_draw", "draws.cancel_draw", "draws.paste_round", "draws.add_draw"


@admin.register(Draw)
class DrawAdmin(StaffAdmin):
    """Only the services change a draw's state: publishing and cancelling have pages of their own."""

    change_list_template = "admin/draws/draw/change_list.html"
    change_form_template = "admin/draws/draw/change_form.html"
    list_display = ("headline", "state_badge", "progress", "closes", "price", "prize")
    list_filter = (StateFilter, ClosingFilter, ModeFilter, VipFilter)
    search_fields = ("title",)
    search_help_text = _("Words of the title, or a draw’s number.")

    formfield_overrides: ClassVar[dict[Any, dict[str, Any]]] = {
        DateTimeField: {"form_class": MomentField, "widget": Moment}
    }

    # -- lists --

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        if ClosingFilter.asked(request):
            return ("-draw_time", "-id")
        return ORDERS.get(request.GET.get("state", ""), ("-id",))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Draw], search_term: str
    ) -> tuple[QuerySet[Draw], bool]:
        words = words_query(search_term)
        if words is None:
            return (queryset.none() if search_term.strip() else queryset), False
        number = whole_number(search_term)
        match = Q(title_words=words) if number is None else Q(title_words=words) | Q(pk=number)
        return queryset.alias(title_words=SearchVector("title", config="simple")).filter(match), False

    @admin.display(description=pgettext_lazy("column", "draw"))
    def headline(self, draw: Draw) -> str:
        mark = format_html(' <span class="mark">{}</span>', gettext("VIP")) if draw.vip_only else ""
        return format_html('<span class="number">{}</span> <bdi>{}</bdi>{}', draw.pk, draw.title, mark)

    @admin.display(description=pgettext_lazy("column", "state"))
    def state_badge(self, draw: Draw) -> str:
        state = draw.state
        late = gettext("Overdue") if is_overdue(draw, timezone.now()) else ""
        return formats.badge(f"state-{state}", state.label, late)

    @admin.display(description=_("tickets taken"))
    def progress(self, draw: Draw) -> str:
        taken, all_tickets = draw.current_participants, draw.max_participants
        bar = format_html(
            "<progress value='{}' max='{}' aria-hidden='true'></progress>", str(taken), str(all_tickets)
        )
        figures = {"taken": wording.grouped(taken), "all": wording.grouped(all_tickets)}
        return format_html("{} {}", bar, gettext("%(taken)s of %(all)s") % figures)

    @admin.display(description=_("closes at"))
    def closes(self, draw: Draw) -> str:
        return short_time(draw.draw_time)

    @admin.display(description=_("ticket price"))
    def price(self, draw: Draw) -> str:
        return wording.coins(draw.entry_fee)

    @admin.display(description=_("prize"))
    def prize(self, draw: Draw) -> str:
        return formats.prize(draw.prize_amount, draw.prize_coins)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        late, more = overdue()
        context = {"overdue": late, "overdue_more": more, **(extra_context or {})}
        return super().changelist_view(request, context)

    # -- one draw --

    def get_form(
        self, request: HttpRequest, obj: Draw | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        preview = obj is None or obj.published_at is None
        form = DraftForm if preview else PublishedForm
        return super().get_form(request, obj, change=change, **{"form": form, **kwargs})

    def get_readonly_fields(self, request: HttpRequest, obj: Draw | None = None) -> tuple[str, ...]:
        own = ("state_badge", "progress", "why_void", "shown_picture", *STEPS)
        if obj is None or obj.published_at is None:
            return own
        return (*own, *DraftForm.Meta.fields)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        mode = Draw.Mode.BEACON if chain.has_source() else Draw.Mode.LOCAL
        return {"fairness_mode": mode, **super().get_changeform_initial_data(request)}

    def get_fieldsets(self, request: HttpRequest, obj: Draw | None = None) -> Any:
        rules = [
            (_("Tickets"), _("Tickets, sealed"), {"fields": TICKETS}),
            (_("Times"), _("Times, sealed"), {"fields": TIMES}),
            (_("Winners"), _("Winners, sealed"), {"fields": PLACES}),
        ]
        if obj is None or obj.published_at is None:
            return [
                (_("Prize"), {"fields": (*PRIZE[:1], *text_changes.FIELDS, *PRIZE[1:])}),
                (_("Picture"), {"fields": (*self._photo(request, obj), *PICTURE)}),
                *((name, options) for name, sealed, options in rules),
            ]
        ended = ("why_void",) if obj.void_code else ()
        asked = ("reason",) if self.has_change_permission(request, obj) else ()
        added = tuple(f"add_{name}" for name in text_changes.FIELDS) if asked and not obj.has_ended else ()
        reached = tuple(step for step in STEPS if getattr(obj, step))
        return [
            ("", {"fields": ("state_badge", "progress", *ended)}),
            (_("Texts (you can add to them)"), {"fields": (*text_changes.FIELDS, *added)}),
            (_("Picture"), {"fields": (*self._photo(request, obj), *asked)}),
            (_("Prize, sealed"), {"fields": (*PRIZE, PICTURE)}),
            *((sealed, options) for name, sealed, options in rules),
            (_("Steps"), {"fields": reached}),
        ]

    def _photo(self, request: HttpRequest, draw: Draw | None) -> tuple[str, ...]:
        shown = () if draw is None else ("shown_picture",)
        return (*shown, *picture_forms.offered(draw)) if self._may_write(request, draw) else shown

    def _may_write(self, request: HttpRequest, draw: Draw | None) -> bool:
        return self.has_add_permission(request) if draw is None else self.has_change_permission(request, draw)

    @admin.display(description=_("current picture"))
    def shown_picture(self, draw: Draw) -> str:
        return render_to_string("admin/draws/draw/picture.html", {"draw": draw})

    @admin.display(description=_("why it has no winner"))
    def why_void(self, draw: Draw) -> str:
        return f"{draw.get_void_code_display()}: {draw.void_reason}"

    def has_delete_permission(self, request: HttpRequest, obj: Draw | None = None) -> bool:
        draft = obj is None or obj.published_at is None
        return draft and super().has_delete_permission(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.published_at is None:
            super().save_model(request, obj, form, change)
            form.save_photo(obj, staff(request))
            return
        text_changes.add_to_texts(obj.pk, form.additions(), actor=staff(request))
        form.save_photo(obj, staff(request))

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: Any = None) -> HttpResponse:
        return self._to_publishing(request, obj) or super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        return self._to_publishing(request, obj) or super().response_change(request, obj)

    def _to_publishing(self, request: HttpRequest, draw: Draw) -> HttpResponse | None:
        """Lead from a draft that was saved to the page that publishes it, if that was asked for."""
        if ASKS not in request.POST or draw.published_at or not request.user.has_perm(PUBLISH):
            return None
        self.message_user(request, gettext("The draft is saved. It is not published yet: read its terms."))
        return redirect("admin:draws_draw_publish", draw.pk)

    def view_on_site(self, draw: Draw) -> str:
        return reverse("draws:detail", args=[draw.pk])

    # -- pages --

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<path:object_id>/publish/", view(self.publish_view), name="draws_draw_publish"),
            path("<path:object_id>/cancel/", view(self.cancel_view), name="draws_draw_cancel"),
            path("<path:object_id>/correct/", view(self.correct_view), name="draws_draw_correct"),
            path("<path:object_id>/round/", view(self.round_view), name="draws_draw_round"),
            path("<path:object_id>/duplicate/", view(self.duplicate_view), name="draws_draw_duplicate"),
            path("<path:object_id>/take-down/", view(self.take_down_view), name="draws_draw_take_down"),
            path("<path:object_id>/preview/", view(self.preview_view), name="draws_draw_preview"),
            path("preview/", view(self.preview_new_view), name="draws_draw_preview_new"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        draw = self.get_object(request, object_id)
        context = {} if draw is None else self._beside(request, draw)
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def render_change_form(
        self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Show the form, and beside it a preview of the draw as players will see it."""
        draw: Draw | None = context.get("original")
        context["may_publish"] = (draw is None or not draw.published_at) and request.user.has_perm(PUBLISH)
        if draw is None:
            context["preview_url"] = reverse("admin:draws_draw_preview_new")
        elif draw.published_at is None and self.has_change_permission(request, draw):
            context["preview_url"] = reverse("admin:draws_draw_preview", args=[draw.pk])
        return super().render_change_form(request, context, *args, **kwargs)

    def _beside(self, request: HttpRequest, draw: Draw) -> dict[str, Any]:
        draft = draw.published_at is None
        changes = TextChange.objects.filter(draw=draw).select_related("actor").order_by("-changed_at", "-pk")
        waits_for_round = draw.state == Draw.State.CLOSED and draw.fairness_mode == Draw.Mode.BEACON
        return {
            "may_paste": waits_for_round and request.user.has_perm(PASTE),
            "may_correct": not draft and not draw.has_ended and request.user.has_perm(PUBLISH),
            "may_cancel": draw.is_open and request.user.has_perm(CANCEL),
            "problems": publish.problems(draw) if draft else [],
            "warnings": preview.warnings(draw, timezone.now()) if draft else [],
            "changes": [] if draft else list(changes[:CHANGES_SHOWN]),
            "waiting": [waits(each) for each in approvals.waiting_about(f"draw:{draw.pk}")],
            "may_duplicate": self.has_add_permission(request),
            "may_take_down": not draft and bool(draw.prize_image_url) and request.user.has_perm(PUBLISH),
        }

    def publish_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Publish a draft."""
        return publish_and_cancel.publish_page(self, request, found(self, request, object_id, PUBLISH))

    def correct_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Correct a text of a published draw."""
        return corrections.correct_page(self, request, found(self, request, object_id, PUBLISH))

    def cancel_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Cancel an open draw."""
        return publish_and_cancel.cancel_page(self, request, found(self, request, object_id, CANCEL))

    def round_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Paste the round that a draw waits for."""
        return beacon.paste_page(self, request, found(self, request, object_id, PASTE))

    def duplicate_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Make a draft that copies a draw."""
        return drafts.duplicate_page(self, request, found(self, request, object_id, ADD))

    def take_down_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Take down the photo of a published draw."""
        return photo_removal.take_down_page(self, request, found(self, request, object_id, PUBLISH))

    def preview_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show a draft's card, from the form as it is filled in."""
        draft = found(self, request, object_id)
        if draft.published_at is not None:
            raise PermissionDenied
        return drafts.preview(self, request, draft)

    def preview_new_view(self, request: HttpRequest) -> HttpResponse:
        """Show the card of a draw that is not saved yet."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return drafts.preview(self, request, None)


DRAW = Subject("admin:draws_draw_change", _("draw %(id)s"))
WINNER = Subject("admin:draws_winner_change", _("winner %(id)s"))
