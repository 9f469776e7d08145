"""Players, as staff see them: their names, status and rights. Coins and statistics are read-only."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.admin import UserAdmin
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, TextField
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.html import format_html_join
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin import player_actions
from accounts.admin.actions import found
from accounts.admin.base import StaffAdmin, described, short_time, staff
from accounts.admin.days import days_of
from accounts.admin.player_forms import AddPlayerForm, PlayerForm
from accounts.admin.search import find_players
from accounts.models import User
from accounts.players import create_player
from accounts.signin.staff_sessions import ask_again
from common.registry import Registry

ASKED: tuple[None, Any] = (None, {"fields": ("reason",)})
SUSPENDED: tuple[Any, Any] = (_("Suspension"), {"fields": ("suspended_at", "suspended_reason")})
SUSPEND = "accounts.suspend_user"
RIGHTS = ("is_staff", "is_superuser", "groups")
STATISTICS = ("coins", "streak", "total_participations", "total_wins", "total_earnings", "time_zone")


@dataclass(frozen=True)
class PlayerPanel:
    """A panel of another app on a player's page; `context` returns None if there is nothing to show."""

    template: str
    context: Callable[[HttpRequest, User], dict[str, Any] | None]


class MarkedFilter(admin.SimpleListFilter):
    """Filters staff, suspended and closed accounts; one small index serves them all."""

    title = pgettext_lazy("column", "who")
    parameter_name = "who"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("vip", gettext("VIP")),
            ("staff", gettext("Staff")),
            ("suspended", gettext("Suspended")),
            ("closed", gettext("Closed")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User] | None:
        marks = {
            "vip": Q(is_vip=True),
            "staff": Q(is_staff=True),
            "suspended": Q(suspended_at__isnull=False),
            "closed": Q(is_active=False),
        }
        mark = marks.get(self.value() or "")
        return queryset.filter(mark) if mark else None


class AddressInline(admin.TabularInline):  # type: ignore[type-arg]
    """The player's email addresses, as sign-in keeps them."""

    model = EmailAddress
    fields = ("email", "primary", "verified")
    verbose_name_plural = _("email addresses")
    can_delete = False
    extra = 0

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_delete_permission = has_add_permission


@admin.register(User)
class PlayerAdmin(StaffAdmin, UserAdmin):  # type: ignore[type-arg]
    """Only superusers change staff: anyone who can change a staff account can take it over."""

    # What the apps show on a player's page, and by what they narrow the list down.
    panels: ClassVar[Registry[PlayerPanel]] = Registry("panels of a player's page")
    filters: ClassVar[Registry[type[admin.SimpleListFilter]]] = Registry("filters of players")

    add_form = AddPlayerForm
    add_form_template = "admin/change_form.html"
    form = PlayerForm
    change_form_template = "admin/accounts/user/change_form.html"
    inlines = (AddressInline,)
    filter_horizontal = ("groups",)
    list_display = ("address", "name", "coins", "confirmed", "status", "joined")
    ordering = ("-created_at", "-id")
    MOST_COINS = "most"
    search_fields = ("email",)
    search_help_text = _("An email address, a part of one, @domain, words of a name, or an id.")
    readonly_fields = (
        *("address", "id", "created_at", "last_login", "closed_at"),
        *("suspended_at", "suspended_reason", *STATISTICS),
    )
    add_fieldsets = (
        (None, {"fields": ("email", "new_password", "first_name", "last_name", "confirmed", "reason")}),
    )
    formfield_overrides = {TextField: {"widget": AdminTextInputWidget}}
    fieldsets = (
        (None, {"fields": ("address", ("first_name", "last_name"), "is_vip")}),
        SUSPENDED,
        (_("Staff rights"), {"fields": RIGHTS, "classes": ("collapse",)}),
        ASKED,
        (
            _("Set by the site"),
            {
                "fields": (
                    ("coins", "streak"),
                    STATISTICS[2:5],
                    ("created_at", "last_login", "closed_at"),
                    ("time_zone", "id"),
                )
            },
        ),
    )

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        if request.GET.get("coins") == self.MOST_COINS:
            return ("-coins", "-id")
        return tuple(super().get_ordering(request))

    # -- permissions --

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        allowed = super().has_change_permission(request, obj)
        return allowed and (
            request.user.is_superuser or obj is None or not (obj.is_staff or obj.is_superuser)
        )

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        return self.readonly_fields if request.user.is_superuser else (*self.readonly_fields, *RIGHTS)

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        sets = super().get_fieldsets(request, obj)
        asks = obj is None or self.has_change_permission(request, obj)
        suspended = obj is not None and obj.suspended_at is not None
        left_out = [*([] if asks else [ASKED]), *([] if suspended else [SUSPENDED])]
        return [each for each in sets if each not in left_out]

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Let superusers set a password for somebody; players reset their own with a code."""
        if not request.user.is_superuser:
            raise PermissionDenied
        asked = ask_again(request, staff(request))
        if asked:
            return asked
        response = super().user_change_password(request, id, form_url)
        return player_actions.told_of_password(request, id, response)

    # -- lists --

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return [*list(self.filters.values())[::-1], days_of("created_at", title=_("joined"))]

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).prefetch_related("emailaddress_set")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[User], search_term: str
    ) -> tuple[QuerySet[User], bool]:
        return (find_players(queryset, search_term) if search_term.strip() else queryset), False

    @admin.display(description=_("email"))
    def address(self, user: User) -> str:
        return user.email or gettext("none (player %(id)s)") % {"id": user.pk}

    @admin.display(description=_("name"))
    def name(self, user: User) -> str:
        return " ".join(filter(None, (user.first_name, user.last_name))) or "–"

    @admin.display(description=_("standing"))
    def status(self, user: User) -> str:
        marks = [("mark", gettext("VIP"), user.is_vip), ("state", gettext("Staff"), user.is_staff)]
        marks.append(("late", gettext("Suspended"), user.suspended_at is not None))
        marks.append(("state", gettext("Closed"), not user.is_active))
        return format_html_join(
            " ", '<span class="{}">{}</span>', ((kind, label) for kind, label, holds in marks if holds)
        )

    @admin.display(description=_("joined"))
    def joined(self, user: User) -> str:
        return short_time(user.created_at)

    @admin.display(description=_("confirmed"), boolean=True)
    def confirmed(self, user: User) -> bool:
        return any(address.verified for address in user.emailaddress_set.all())  # type: ignore[attr-defined]

    @admin.display(description=_("ticket streak (days)"))
    def streak(self, user: User) -> int:
        return user.streak_today()

    # -- saving --

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.asked_by = request.user
        return form

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            super().save_model(request, obj, form, change)
            return
        given = form.cleaned_data
        create_player(
            given["email"],
            given["new_password"] or None,
            confirmed=given["confirmed"],
            id=obj.pk,
            first_name=given["first_name"],
            last_name=given["last_name"],
        )

    def construct_change_message(  # type: ignore[override]
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> str:
        if not add:
            return gettext("Set a new password.") if "password1" in form.fields else described(form)
        given = form.cleaned_data
        if given["confirmed"]:
            return gettext("Added, email confirmed. Why: %(why)s") % {"why": given["reason"]}
        return gettext("Added, email not confirmed. Why: %(why)s") % {"why": given["reason"]}

    # -- pages --

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("<id>/confirm-email/", view(self.confirm_view), name="accounts_user_confirm"),
            path("<id>/suspend/", view(self.suspend_view), name="accounts_user_suspend"),
            path("<id>/end-suspension/", view(self.end_suspension_view), name="accounts_user_end_suspension"),
            path("<id>/sign-out/", view(self.sign_out_view), name="accounts_user_sign_out"),
            *super().get_urls(),
        ]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        gives_rights = request.method == "POST" and request.user.is_superuser
        if gives_rights and (asked := ask_again(request, staff(request))):
            return asked
        player = self.get_object(request, unquote(object_id))
        # The accounts' own before those of the apps above, which start first.
        panels = list(self.panels.values())[::-1]
        pairs = [(each.template, each.context(request, player)) for each in panels] if player else []
        may_suspend = player is not None and not player.closed_at and self._may_suspend(request, player)
        context = {
            "may_suspend": may_suspend,
            "panels": [pair for pair in pairs if pair[1] is not None],
            "may_confirm": player is not None
            and self.has_change_permission(request, player)
            and bool(player.email)
            and not any(address.verified for address in player.emailaddress_set.all()),
        }
        return super().change_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def confirm_view(self, request: HttpRequest, id: str) -> HttpResponse:
        """Record that a player's email address is theirs."""
        return player_actions.confirm_page(self, request, found(self, request, id))

    def suspend_view(self, request: HttpRequest, id: str) -> HttpResponse:
        """Suspend a player."""
        return player_actions.suspend_page(self, request, self._to_suspend(request, id))

    def end_suspension_view(self, request: HttpRequest, id: str) -> HttpResponse:
        """Let a suspended player play again."""
        return player_actions.end_suspension_page(self, request, self._to_suspend(request, id))

    def sign_out_view(self, request: HttpRequest, id: str) -> HttpResponse:
        """End every session of a player."""
        return player_actions.sign_out_page(self, request, self._to_suspend(request, id))

    def _to_suspend(self, request: HttpRequest, id: str) -> User:
        player: User = found(self, request, id, SUSPEND)
        if not self._may_suspend(request, player):
            raise PermissionDenied
        return player

    def _may_suspend(self, request: HttpRequest, player: User) -> bool:
        staff = player.is_staff or player.is_superuser
        return request.user.has_perm(SUSPEND) and (request.user.is_superuser or not staff)
