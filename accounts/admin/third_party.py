"""What other packages put into the admin: taken out, so that nothing goes past our own rules."""

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
from django.http import HttpRequest
from django.utils.translation import gettext as _

from accounts.admin.base import ReasonedForm, StaffAdmin, described

# Importing these first lets their pages go: they change addresses, second factors and sign-ins unasked.
assert all((account_admin, auth_admin, mfa_admin, socialaccount_admin, usersessions_admin))
for model in (EmailAddress, SocialAccount, SocialApp, SocialToken, Authenticator, UserSession, Group):
    admin.site.unregister(model)


class GroupForm(ReasonedForm):
    """What the members of a group may do, and why it changes."""

    class Meta:
        model = Group
        fields = ("name", "permissions")


@admin.register(Group)
class StaffGroupAdmin(StaffAdmin, auth_admin.GroupAdmin):
    """What a group may do is for superusers to change; who is in it stands on each player's page."""

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

    def construct_change_message(  # type: ignore[override]
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> str:
        changes = described(form)
        return f"{_('Added.')} {changes}" if add else changes
