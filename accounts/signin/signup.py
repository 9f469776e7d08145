"""Joining and confirming, each one database transaction; allauth does the rest."""

from typing import Any

from allauth.account.forms import SignupForm
from allauth.account.views import ConfirmEmailView, SignupView
from allauth.socialaccount.views import SignupView as SocialSignupView
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import Http404, HttpRequest
from django.shortcuts import resolve_url
from django.utils.translation import gettext

from accounts.mailboxes import had_welcome_elsewhere
from accounts.models import User
from accounts.signin import waiting
from accounts.signin.social import refusal


class Join(SignupView):  # type: ignore[misc]
    """Sign-up: the player, their email and the confirmation email are created together or not at all."""

    def form_valid(self, form: SignupForm) -> Any:
        if form.account_already_exists:
            # As much work as for a new player: how long the answer takes must not tell either.
            make_password(form.cleaned_data["password1"])
        try:
            with transaction.atomic():
                return super().form_valid(form)
        except IntegrityError:
            # The same email joined a moment ago: the answer must not tell that it is known.
            form.account_already_exists = True
            return super().form_valid(form)


class JoinThroughProvider(SocialSignupView):  # type: ignore[misc]
    """Sign-up through the provider: the player, the link, the email and the rules, together or not at all."""

    def form_valid(self, form: SignupForm) -> Any:
        try:
            with transaction.atomic():
                response = super().form_valid(form)
        except IntegrityError:
            # Somebody else took the email while the form was open.
            return refusal(self.request, self.sociallogin.provider, "taken", 409)
        _say_no_second_welcome(self.request, self.sociallogin.user)
        return response


class ConfirmEmail(ConfirmEmailView):  # type: ignore[misc]
    """Confirming an email: the confirmation and the welcome coins that follow happen together."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        try:
            # Where only the player can be, following the link is enough. Elsewhere scanners follow it too.
            if waiting.is_own_browser(self.request, self.get_object().email_address.user):
                return self.post(*args, **kwargs)
        except Http404:
            pass
        return super().get(*args, **kwargs)

    def post(self, *args: Any, **kwargs: Any) -> Any:
        try:
            with transaction.atomic():
                # Behind the player's lock the address may have gone.
                player = self.get_object().email_address.user_id
                before = User.objects.select_for_update(no_key=True).get(pk=player).coins
                response = super().post(*args, **kwargs)
        except Http404:
            # Pressed twice, or a link from an older email: the page says so.
            return super().get(*args, **kwargs)
        waiting.say_welcome(self.request, User.objects.get(pk=player).coins - before)
        _say_no_second_welcome(self.request, self.object.email_address.user)
        return response

    def get_redirect_url(self) -> str:
        """Return the page that the player wanted, on whatever device; it says how to sign in."""
        return self.get_next_url() or resolve_url(settings.LOGIN_REDIRECT_URL)


def _say_no_second_welcome(request: HttpRequest, user: User) -> None:
    if had_welcome_elsewhere(user):
        said = gettext(
            "This mailbox already had its welcome coins on another Lucky11 account, so there are none on "
            "this one. Everything else is the same."
        )
        messages.info(request, said)
