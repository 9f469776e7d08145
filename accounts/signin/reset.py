"""Choosing a new password with a code from an email: how long it works, and how often it may be tried."""

import time
from typing import Any

from allauth.account import app_settings
from allauth.account.internal.flows.password_reset_by_code import PASSWORD_RESET_VERIFICATION_SESSION_KEY
from allauth.account.views import CompletePasswordResetView, ConfirmPasswordResetCodeView, PasswordResetView
from allauth.core import ratelimit
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext

from accounts.models import User
from accounts.signin import known_browsers


def _expired(request: HttpRequest) -> HttpResponse | None:
    """Return the page that says a code is too old, with a button for another; None if it is not."""
    state = request.session.get(PASSWORD_RESET_VERIFICATION_SESSION_KEY)
    if not state or time.time() - state["at"] <= app_settings.PASSWORD_RESET_BY_CODE_TIMEOUT:
        return None
    return render(request, "account/reset_expired.html", {"email": state["email"]}, status=410)


class AskForCode(PasswordResetView):  # type: ignore[misc]
    """Asking for a code. A known browser of the account is not held up by what strangers ask for it."""

    def form_valid(self, form: Any) -> HttpResponse:
        email = form.cleaned_data["email"].lower()
        key = email + known_browsers.budget(self.request, email)
        refusal: HttpResponse | None = ratelimit.consume_or_429(
            self.request, action="reset_password", key=key
        )
        if refusal:
            return refusal
        form.save(self.request)
        response: HttpResponse = super(PasswordResetView, self).form_valid(form)
        return response


class EnterCode(ConfirmPasswordResetCodeView):  # type: ignore[misc]
    """Typing the code. Each try is counted before the code is looked at, so that many at once are no more."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _expired(request) or super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        state = self._process.state
        email = state["email"].lower()
        # The same for an email that nobody has.
        counts = [
            ("reset_code", f"{email}:{state['at']}"),
            ("reset_codes", email + known_browsers.budget(request, email)),
        ]
        if not all(ratelimit.consume(request, action=action, key=key) for action, key in counts):
            return self._no_more()
        response: HttpResponse = super().post(request, *args, **kwargs)
        return response

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            if not _still_holds(self.request, self._process.user):
                return redirect("account_reset_password")
            return super().form_valid(form)  # type: ignore[no-any-return]

    def form_invalid(self, form: Any) -> HttpResponse:
        if not self._process.record_invalid_attempt():
            return self._no_more()
        return self.render_to_response(self.get_context_data(form=form))  # type: ignore[no-any-return]

    def _no_more(self) -> HttpResponse:
        self._process.abort()
        said = gettext("That code was tried too often and no longer works. Ask for a new one.")
        messages.error(self.request, said)
        return redirect(self.passthrough_next_url(reverse("account_reset_password")))


class ChoosePassword(CompletePasswordResetView):  # type: ignore[misc]
    """Choosing the password, and what is told of it, one database transaction."""

    def dispatch(self, request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
        return _expired(request) or super().dispatch(request, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        with transaction.atomic():
            if not _still_holds(self.request, self._process.user):
                return redirect("account_reset_password")
            return super().form_valid(form)  # type: ignore[no-any-return]


def _still_holds(request: HttpRequest, user: User) -> bool:
    """Lock the player; return whether this session was not ended meanwhile, by a link that undoes."""
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    return bool(request.session.exists(request.session.session_key or ""))
