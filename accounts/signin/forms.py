"""The form for signing up."""

from typing import Any, ClassVar

from allauth.account.forms import SignupForm as AllauthSignupForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from accounts.addresses import validate_address
from accounts.models import User
from accounts.passwords import OwnWordsValidator
from accounts.play.rules_form import AcceptsRules


class SignupForm(AcceptsRules, AllauthSignupForm):  # type: ignore[misc]
    """The sign-up form: email, password, the rules and, if they like, a first name."""

    field_order: ClassVar = ["email", "password1", "first_name", "accepts_rules"]  # type: ignore[misc]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].validators.append(validate_address)
        self.fields["password1"].help_text = gettext(
            "At least 8 characters; a few words are best. Not a common password, your email or your name."
        )

    def clean(self) -> dict[str, Any]:
        """Hold the password against the first name too, which allauth does not know here."""
        cleaned = dict(super().clean() or {})
        if cleaned.get("password1"):
            try:
                OwnWordsValidator().validate(
                    cleaned["password1"], User(first_name=cleaned.get("first_name", ""))
                )
            except ValidationError as refusal:
                self.add_error("password1", refusal)
        return cleaned
