"""The form for signing up."""

from typing import Any, ClassVar

from allauth.account.forms import SignupForm as AllauthSignupForm
from django.utils.translation import gettext

from accounts.play.rules_form import AcceptsRules


class SignupForm(AcceptsRules, AllauthSignupForm):  # type: ignore[misc]
    """The sign-up form: email, password, the rules and, if they like, a first name."""

    field_order: ClassVar = ["email", "password1", "first_name", "accepts_rules"]  # type: ignore[misc]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].help_text = gettext("At least 8 characters, and not a common password.")
