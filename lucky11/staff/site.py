"""The site of the admin: its name, who gets in, and what its first page shows."""

from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.contrib.admin.options import TO_FIELD_VAR
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse, TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext_lazy as _

from accounts.admin import reader
from accounts.players import player_of
from accounts.signin import staff_sessions
from accounts.signin.second_factor import kinds_of_second_factor, used_second_factor
from lucky11 import __version__
from lucky11.staff import reading

ADD_SECOND_FACTOR = _(
    "You need two-step sign-in to open staff pages. Turn it on here. The pages open once you have used it."
)


def _forget_empty_field(request: HttpRequest) -> None:
    """Take away a `_to_field` that names none: Django looks for a field without a name and breaks."""
    if request.GET.get(TO_FIELD_VAR) == "":
        request.GET = _without_field(request.GET)  # type: ignore[assignment]
    if request.method == "POST" and request.POST.get(TO_FIELD_VAR) == "":
        request.POST = _without_field(request.POST)  # type: ignore[assignment]


def _without_field(sent: QueryDict) -> QueryDict:
    rest = sent.copy()
    del rest[TO_FIELD_VAR]
    return rest


class StaffSite(AdminSite):
    """Django's admin behind the site's own sign-in, and for staff a second factor used in this session."""

    site_header = _("Lucky11 staff")
    site_title = _("Lucky11 staff")
    index_title = _("Staff")
    index_template = "admin/lucky11_index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Say whether the pages open: to staff, who need a second factor if the setting says so."""
        if not super().has_permission(request):
            return False
        staff = player_of(request)
        return not settings.STAFF_SECOND_FACTOR or (staff is not None and used_second_factor(request, staff))

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Open a page as Django does, unless this session of staff is over: decided here for every page."""
        opened = super().admin_view(view, cacheable)

        @wraps(opened)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if AdminSite.has_permission(self, request):
                why = staff_sessions.why_ended(request)
                if why:
                    return staff_sessions.end(request, why)
                staff_sessions.note_use(request)
            _forget_empty_field(request)
            with reader.reading(request):
                response = opened(request, *args, **kwargs)
                if isinstance(response, SimpleTemplateResponse):
                    response.render()
            reading.note(request, response)
            return response

        return limited

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the version and the time zone of all times, which the foot of every page shows."""
        foot = {"version": f"Lucky11 {__version__}", "zone": get_current_timezone_name()}
        return super().each_context(request) | foot

    # Staff sign in where players do, with the same limits on password attempts.
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Send signed-in staff to the step they still have to take, and then to the page they asked for."""
        staff = player_of(request)
        if self.has_permission(request) or staff is None:
            return super().login(request, extra_context)
        kinds = kinds_of_second_factor(staff)
        if not kinds:
            messages.warning(request, ADD_SECOND_FACTOR)
            return redirect("mfa_index")
        wanted = request.GET.get("next", "") or reverse("admin:index")
        return redirect(staff_sessions.way_to_second_factor(staff, wanted))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what is overdue and what is waiting, as far as this staff member may see it."""
        # The desk's models register with this site, so it is imported only once the site exists.
        from lucky11.staff.desk import dashboard

        return super().index(request, {**dashboard(request), **(extra_context or {})})

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Redirect to the page where everyone changes a password, with its limits and its email."""
        return redirect("account_change_password")

    password_change_done = password_change  # type: ignore[assignment]
