"""Joining and confirming, each one database transaction; allauth does the rest."""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.views import ConfirmEmailView, SignupView
from django.db import IntegrityError, transaction
from django.http import Http404


class Join(SignupView):  # type: ignore[misc]
    """The player, their e-mail and the confirmation mail exist together or not at all."""

    def form_valid(self, form: SignupForm) -> Any:
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            # The same e-mail joined a moment ago: the answer must not tell that it is known.
            form.account_already_exists = True
            return super().form_valid(form)


class ConfirmEmail(ConfirmEmailView):  # type: ignore[misc]
    """The confirmation and what follows from it, the welcome coins, happen together."""

    def post(self, *args: Any, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                return super().post(*args, **kwargs)
        except Http404:
            # Pressed twice, or a link from an older mail: the page says so.
            return self.get(*args, **kwargs)
