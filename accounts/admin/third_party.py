"""Removes the admin pages of other packages, so that nothing bypasses our own rules."""

from typing import Any

from allauth.account import admin as account_admin
from allauth.account.models import EmailAddress
from allauth.mfa import admin as mfa_admin
from allauth.mfa.models import Authenticator
from allauth.socialaccount import admin as socialaccount_admin
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions import admin as usersessions_admin
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth import admin as auth_admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accounts.admin.base import ReasonedForm, StaffAdmin, described, staff
from accounts.signin.staff_sessions import ask_again
from common.text.hidden import validate_shown

# Imported first so that their pages can be removed: those change addresses and second factors unlogged.
assert all((account_admin, auth_admin, mfa_admin, socialaccount_admin, usersessions_admin))
for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, Authenticator, UserSession, Group):
    admin.site.unregister(model)


class GroupForm(ReasonedForm):
    """A form for the rights of a group, with the reason for a change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].validators.append(validate_shown)

    class Meta:
        model = Group
        fields = ("name", "permissions")


@admin.register(Group)
class StaffGroupAdmin(StaffAdmin, auth_admin.GroupAdmin):
    """Superusers change the rights of a group; each player's page shows their groups."""

    form = GroupForm
    fields = ("name", "permissions", "reason")
    list_display = ("name",)
    search_fields = ()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_superuser)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return bool(request.user.is_superuser)

    has_delete_permission = has_change_permission

    def get_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fields if request.user.is_superuser else ("name", "permissions")

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> HttpResponse:
        """Ask for the second factor again before the rights of a whole group change."""
        asked = ask_again(request, staff(request)) if request.method == "POST" else None
        return asked or super().changeform_view(request, object_id, form_url, extra_context)

    def construct_change_message(  # type: ignore[override]
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> str:
        changes = described(form)
        return f"{_('Added.')} {changes}" if add else changes
