"""What every sign-up form asks: a name, age and the rules. It refuses an email whose break still lasts."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.play.breaks import is_excluded_address
from accounts.play.rules import accept_rules
from common.text.hidden import hidden_sign, is_seen

# Text in pages and emails; long enough for any name, short enough for a header.
NAME_LENGTH = 60


def validate_name(name: str) -> None:
    """Refuse a name in which there is nothing to see, or a sign that nobody sees."""
    sign = hidden_sign(name)
    if sign:
        said = gettext("This name has a sign that nobody sees (%(sign)s). Type it again without it.")
        raise ValidationError(said % {"sign": sign})
    if not is_seen(name):
        raise ValidationError(
            gettext("There is nothing to see in this name. Type another one, or leave it empty.")
        )


def _statement() -> SafeString:
    return format_html(
        gettext('I am {age} or older and I accept <a href="{url}">the rules</a>'),
        age=settings.MINIMUM_AGE,
        url=reverse_lazy("accounts:rules"),
    )


def _need() -> str:
    said = gettext("Tick the box: you must be %(age)s or older and accept the rules to play here.")
    return said % {"age": settings.MINIMUM_AGE}


class RulesCheckbox(forms.BooleanField):
    """The statement that a player makes about their age and the rules."""

    def __init__(self) -> None:
        need = lazy(_need, str)()
        super().__init__(label=lazy(_statement, str)(), error_messages={"required": need})


class AcceptsRules(forms.Form):
    """A form to put before allauth's sign-up form: `class SignupForm(AcceptsRules, AllauthSignupForm)`.

    The acceptance is written in the database transaction that makes the player.
    """

    first_name = forms.CharField(
        label=_("First name (optional)"),
        required=False,
        max_length=NAME_LENGTH,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    accepts_rules = RulesCheckbox()

    def validate_unique_email(self, value: str) -> str:
        """Treat an email whose player is on a break like one with an account: answer by an email to it."""
        email: str = super().validate_unique_email(value)  # type: ignore[misc]
        if is_excluded_address(email):
            self.account_already_exists = True
        return email

    def signup(self, request: HttpRequest, user: User) -> None:
        """Record the acceptance; allauth calls this once the player exists."""
        super().signup(request, user)  # type: ignore[misc]
        accept_rules(user)


class AcceptRulesForm(forms.Form):
    """The same question for a player who joined without it."""

    accepts_rules = RulesCheckbox()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "id_rules_%s")
        super().__init__(*args, **kwargs)
