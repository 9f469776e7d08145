"""Forms that take a passkey: to add one, to sign in with it, to prove it again."""

from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from cryptography.exceptions import InvalidSignature
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.play.rules_form import NAME_LENGTH

# What Python raises for a number of thousands of digits, and for brackets in thousands of brackets.
TOO_LARGE = (ValueError, RecursionError)
# What the packages below raise for an answer that no device gave.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, InvalidSignature)


class CredentialField(forms.JSONField):
    """A field with what a device answered; a number or a nest too large to be read is no answer either."""

    widget = forms.HiddenInput

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except TOO_LARGE:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from None

    def bound_data(self, data: Any, initial: Any) -> Any:
        # What is shown again in the form.
        try:
            return super().bound_data(data, initial)
        except TOO_LARGE:
            return None


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """The form that adds a passkey: its name, and whether it signs in without the password."""

    credential = CredentialField()
    name = forms.CharField(
        label=_("Name"),
        required=False,
        max_length=NAME_LENGTH,
        help_text=_("To tell it apart from other passkeys you may add."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["passwordless"]
        field.initial = True
        field.label = gettext("Sign in with this passkey alone, without your password")
        field.help_text = gettext("Your device will ask for its PIN, your fingerprint or your face.")

    def clean_name(self) -> str:
        return " ".join(super().clean_name().split())

    def clean(self) -> dict[str, Any]:
        try:
            return dict(super().clean())
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class _Proved:
    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except UNREADABLE:
            raise get_adapter().validation_error("incorrect_code") from None


class SignInForm(_Proved, LoginWebAuthnForm):  # type: ignore[misc]
    """The form that takes a passkey instead of the password."""

    credential = CredentialField()


class SecondFactorForm(_Proved, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The form that takes a passkey after the password."""

    credential = CredentialField()


class ProveAgainForm(_Proved, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The form that takes a passkey before a change that protects the account."""

    credential = CredentialField()
