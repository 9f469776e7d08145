"""Views for downloading your data and deleting your account."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts import pages
from accounts.models import DataExport, User
from accounts.privacy import account_deletion, data_export
from common.web.http import posts_only

SHOWN = 10
# Typed as it is in every language.
WORD = "DELETE"
TYPE_IT = format_lazy(_("Type {word} in capital letters. Nothing was deleted."), word=WORD)


class DeleteForm(forms.Form):
    """Two deliberate steps before an account is deleted."""

    typed = forms.CharField(
        label=format_lazy(_("Type {word}"), word=WORD),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": TYPE_IT},
    )
    sure = forms.BooleanField(
        label=_("I understand that this cannot be undone"),
        error_messages={"required": _("Tick the box to confirm. Nothing was deleted.")},
    )

    def clean_typed(self) -> str:
        if self.cleaned_data["typed"].strip() != WORD:
            raise forms.ValidationError(TYPE_IT)
        return WORD


@login_required
@require_safe
def data(request: HttpRequest) -> HttpResponse:
    """Show the downloads a player asked for, and the button for another."""
    return _data_page(request)


@posts_only
@login_required
def ask(request: HttpRequest) -> HttpResponseBase:
    """Ask for a download."""
    try:
        data_export.ask(_player(request))
    except data_export.ExportRefused as refusal:
        return _data_page(request, str(refusal), refusal.status)
    messages.success(request, gettext("We are preparing your data and will email you when it is ready."))
    return redirect("accounts:data")


@login_required
@require_safe
@never_cache
def fetch(request: HttpRequest, export_id: int) -> HttpResponse:
    """Send the zip itself to its player only, while it is kept."""
    export = get_object_or_404(DataExport, pk=export_id, user=request.user, made_at__isnull=False)
    if export.has_expired:
        gone = gettext(
            "That download is no longer available: we keep one for a few days only. Request a new one."
        )
        return _data_page(request, gone, 410)
    response = HttpResponse(bytes(export.content or b""), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="lucky11-data-{export.made_at:%Y-%m-%d}.zip"'
    return response


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def delete(request: HttpRequest) -> HttpResponse:
    """Show what goes and what stays; POST deletes the account."""
    player = _player(request)
    form = DeleteForm(request.POST or None)
    stays = player.is_staff or player.is_superuser
    if request.method == "POST" and not stays and form.is_valid():
        account_deletion.delete_account(player.pk)
        logout(request)
        messages.success(request, gettext("Your account is deleted. We sent you one last email."))
        return redirect(settings.LOGOUT_REDIRECT_URL)
    context = {
        **pages.figures(),
        "form": form,
        "given_up": account_deletion.given_up(player),
        "is_staff": stays,
    }
    status = 403 if stays else 400 if form.is_bound else 200
    return render(request, "accounts/delete.html", context, status=status)


def _data_page(request: HttpRequest, problem: str = "", status: int = 200) -> HttpResponse:
    exports = DataExport.objects.filter(user=_player(request)).defer("content").order_by("-id")
    context: dict[str, Any] = {**pages.figures(), "exports": list(exports[:SHOWN]), "problem": problem}
    response = render(request, "accounts/data.html", context, status=status)
    if status == 429:
        response["Retry-After"] = str(int(data_export.ASK_EVERY.total_seconds()))
    return response


def _player(request: HttpRequest) -> User:
    return User.objects.get(pk=request.user.pk)
