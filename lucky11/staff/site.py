"""The site of the admin: its name, who gets in, and what its first page shows."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.conf import settings
from django.contrib import messages
from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from accounts.players import player_of
from accounts.signin.second_factor import kinds_of_second_factor, used_second_factor
from lucky11 import __version__

ADD_SECOND_FACTOR = _(
    "Staff pages open with a second factor only. Add one here; they open as soon as you used it."
)


class StaffSite(AdminSite):
    """Django's admin behind the site's own sign-in, and for staff a second factor used in this session."""

    site_header = _("Lucky11 staff")
    site_title = _("Lucky11 staff")
    index_title = _("Staff")
    index_template = "admin/lucky11_index.html"

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the pages open: to staff, and with a second factor where the setting says so."""
        if not super().has_permission(request):
            return False
        staff = player_of(request)
        return not settings.STAFF_SECOND_FACTOR or (staff is not None and used_second_factor(request, staff))

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Add the version, which stands at the foot of every page."""
        return super().each_context(request) | {"version": f"Lucky11 {__version__}"}

    # Staff sign in where players do, with the same limits on trying passwords.
    @method_decorator(secure_admin_login)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead staff who are signed in to what is still missing, and then to where they wanted to be."""
        staff = player_of(request)
        if self.has_permission(request) or staff is None:
            return super().login(request, extra_context)
        kinds = kinds_of_second_factor(staff)
        if not kinds:
            messages.warning(request, ADD_SECOND_FACTOR)
            return redirect("mfa_index")
        again = "mfa_reauthenticate" if "totp" in kinds else "mfa_reauthenticate_webauthn"
        wanted = request.GET.get("next", "") or reverse("admin:index")
        return redirect(f"{reverse(again)}?{urlencode({'next': wanted})}")

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what is overdue and what waits for somebody, as far as this staff member may see it."""
        # What the desk reads registers with this site, so it is imported only once the site is there.
        from lucky11.staff.desk import dashboard

        return super().index(request, {**dashboard(request), **(extra_context or {})})

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to where everyone changes a password: with its limits on trying, and an email about it."""
        return redirect("account_change_password")

    password_change_done = password_change  # type: ignore[assignment]
