"""Lucky11's rules for signing in and up, as django-allauth asks for them."""

import uuid
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailAddress
from allauth.core import context as current
from allauth.core import ratelimit
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.contrib.auth.hashers import make_password
from django.contrib.sites.shortcuts import get_current_site
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import time_zones
from accounts.addresses import validate_address
from accounts.models import SecurityEvent, User
from accounts.notifications import outbox
from accounts.passwords import forms_of
from accounts.play.breaks import is_excluded_address
from accounts.security.log import record
from accounts.signin import changes, known_browsers, waiting
from accounts.signin.notifications import notify_new_sign_in
from accounts.signin.social import SocialAccountAdapter
from common import encryption

__all__ = ["AccountAdapter", "SecondFactorAdapter", "SocialAccountAdapter"]


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """An adapter that writes emails to the outbox: they exist exactly when the fact they tell does."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "That email and password do not match. Try again, or reset your password."
        ),
        "too_many_login_attempts": _("Too many attempts. Wait five minutes, or reset your password."),
        "incorrect_code": _("That is not the code we sent. Check our latest email."),
        "rate_limited": _("Too many requests in a short time. Wait a few minutes and try again."),
    }
    is_first_sign_in = False

    def clean_email(self, email: str) -> str:
        validate_address(email)
        return email

    def send_account_already_exists_mail(self, email: str) -> None:
        """Tell why there is no new account: there is one, or the break of a player who left still lasts.

        Tell it a few times a day: anyone can name anybody's email, as often as they like.
        """
        if not ratelimit.consume(current.request, action="account_exists", key=email.lower()):
            return
        if is_excluded_address(email) and not EmailAddress.objects.filter(email=email).exists():
            self.send_mail("account/email/on_a_break", email, {})
        else:
            super().send_account_already_exists_mail(email)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        request = current.request
        confirms = template_prefix == "account/email/email_confirmation"
        # A player who has an address already is not welcomed again, and gets no coins for one more.
        if confirms and changes.confirmed_addresses(context["user"]):
            template_prefix = "account/email/confirm_added"
        whole = {"request": request, "email": email, "current_site": get_current_site(request), **context}
        whole["subject"] = render_to_string(f"{template_prefix}_subject.txt", whole).strip()
        message = self.render_mail(template_prefix, email, whole)
        html = next((str(part.content) for part in getattr(message, "alternatives", [])), "")
        key = f"{template_prefix}:{uuid.uuid4().hex}"
        outbox.enqueue(key, email, message.subject, str(message.body), html)

    def new_user(self, request: HttpRequest) -> User:
        """Start a player in the time zone of their device."""
        user: User = super().new_user(request)
        user.time_zone = time_zones.of_browser(request) or user.time_zone
        return user

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Lead to the page that the player wanted, also on the device that reads the email."""
        return _with_next(super().get_email_confirmation_url(request, emailconfirmation), request)

    def respond_email_verification_sent(self, request: HttpRequest, user: User | None) -> HttpResponse:
        return redirect(_with_next(reverse("account_email_verification_sent"), request))

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell every address that was confirmed before the change, with a link that undoes it."""
        if template_prefix == "account/email/email_deleted" and "before" not in (context or {}):
            # Told already, by who knows whether it was confirmed.
            return
        browser = known_browsers.in_words(self.get_http_user_agent(self.request))
        facts = {"browser": browser, **(context or {})}
        before = facts.pop("before", None) or changes.confirmed_addresses(user)
        if not before:
            super().send_notification_mail(template_prefix, user, facts, email)
            return
        facts |= {"timestamp": timezone.now(), "ip": self.get_client_ip(self.request)}
        changes.notify_addresses(user, template_prefix, facts, before)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Tell the security log when there were too many attempts."""
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            record(SecurityEvent.Kind.LOCKED, request, email=str(credentials.get("email", "")))
            raise

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Renew the hash at a sign-in; within a session it would end that session."""
        user: User | None = super().authenticate(request, **credentials)
        if user is not None and not request.user.is_authenticated:
            user.renew_hash(credentials["password"])
        return user

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Do as much work for an unknown email as for a known one: time must not tell either."""
        email = credentials.get("email", "")
        if not filter_users_by_email(email, for_login=True):
            for form in forms_of(credentials["password"])[1:]:
                make_password(form)

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        email = str(credentials.get("email", ""))
        key = super()._get_login_attempts_cache_key(request, **credentials)
        return f"{key}{known_browsers.budget(request, email)}"

    def login(self, request: HttpRequest, user: User) -> None:
        self.is_first_sign_in = user.last_login is None
        super().login(request, user)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = super().post_login(request, user, **kwargs)
        expected = kwargs["signup"] or self.is_first_sign_in or known_browsers.knows(request, user)
        if not expected:
            notify_new_sign_in(request, user, self.get_client_ip(request))
        known_browsers.remember(request, response, user)
        return response


def _with_next(address: str, request: HttpRequest) -> str:
    wanted = waiting.wanted_page(request)
    return f"{address}?{urlencode({'next': wanted})}" if wanted else address


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """An adapter that stores secrets encrypted and gives the site one name on every device."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "add_email_blocked": _(
            "Remove your second factors first: a new email could be used to get around them. Then "
            "change your email and add them again."
        ),
        "incorrect_code": _("That code or key is wrong or was already used. Wait for the next one."),
        "unverified_email": _(
            "First confirm all your email addresses, which are listed under “Your email”. Then add it."
        ),
    }

    def encrypt(self, text: str) -> str:
        return encryption.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return encryption.decrypt(encrypted_text)

    def build_totp_svg(self, url: str) -> str:
        # As part of a page: the policy for contents lets no picture in that is written into an address.
        return str(super().build_totp_svg(url).partition("?>")[2])

    def generate_authenticator_name(self, user: User, type: str) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return gettext("Passkey %(number)s") % {"number": count + 1} if count else gettext("Passkey")

    def _get_site_name(self) -> str:
        return "Lucky11"
