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
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.play.rules_form import NAME_LENGTH

# What the packages below raise for an answer that no device gave.
UNREADABLE = (LookupError, TypeError, ValueError, AttributeError, InvalidSignature)


class AddPasskeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """The form that adds a passkey: its name, and whether it signs in without the password."""

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


class SecondFactorForm(_Proved, AuthenticateWebAuthnForm):  # type: ignore[misc]
    """The form that takes a passkey after the password."""


class ProveAgainForm(_Proved, ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """The form that takes a passkey before a change that protects the account."""
