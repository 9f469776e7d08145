"""Forms for the fields of a player that staff may set."""

from typing import Any, ClassVar

from allauth.account.models import EmailAddress
from django import forms
from django.contrib.admin.widgets import AdminTextInputWidget
from django.contrib.auth.password_validation import password_validators_help_text_html, validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.addresses import validate_address
from accounts.admin.base import ReasonedForm
from accounts.models import User
from accounts.play.breaks import is_excluded_address
from common.text.hidden import validate_shown

ON_A_BREAK = _("A player with this email address is taking a break. Nobody can end it early.")
OWN = _("You cannot take this right away from yourself. Ask another member of staff.")
OWN_RIGHTS = ("is_staff", "is_superuser")


class AddPlayerForm(forms.ModelForm):  # type: ignore[type-arg]
    """A form with which staff add a player."""

    email = forms.EmailField(
        label=_("Email"), max_length=254, validators=[validate_address], widget=AdminTextInputWidget()
    )
    new_password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"class": "vTextField", "autocomplete": "new-password"}),
        help_text=_("Leave this empty to let the player choose one with “Forgot your password?”."),
    )
    confirmed = forms.BooleanField(
        label=_("The email is confirmed"),
        required=False,
        help_text=_(
            "Tick this if you know that the address is theirs. They get their welcome coins at once; "
            "otherwise they get them when they confirm."
        ),
    )
    reason = forms.CharField(
        validators=[validate_shown],
        label=_("Why"),
        max_length=500,
        widget=AdminTextInputWidget(),
        help_text=_("For the staff log."),
        error_messages={
            "required": _("Say why you are adding this player. The staff log keeps your reason.")
        },
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["email", "first_name", "last_name"]

    def clean_email(self) -> str:
        email = str(self.cleaned_data["email"]).strip().lower()
        if EmailAddress.objects.filter(email=email, verified=True).exists():
            raise ValidationError(gettext("A player with this email address already exists."))
        if is_excluded_address(email):
            raise ValidationError(ON_A_BREAK)
        return email

    def clean_new_password(self) -> str:
        password = str(self.cleaned_data["new_password"])
        if password:
            validate_password(password, User(email=self.data.get("email", "")))
        return password

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            self.fields[name].validators.append(validate_shown)
        password = self.fields["new_password"]
        password.help_text = f"{password.help_text} {password_validators_help_text_html()}"


class PlayerForm(ReasonedForm):
    """Names, status and rights of a player. Coins and statistics are the ledger's and the draws'."""

    class Meta:
        model = User
        fields: ClassVar[list[str]] = [
            "first_name",
            "last_name",
            "is_vip",
            "is_staff",
            "is_superuser",
            "groups",
        ]

    # The staff member who sends the form; the page sets it.
    asked_by: Any = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first_name", "last_name"):
            if name in self.fields:
                self.fields[name].validators.append(validate_shown)

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.asked_by is not None and self.instance.pk == self.asked_by.pk:
            for name in OWN_RIGHTS:
                if name in self.changed_data and not self.cleaned_data.get(name):
                    self.add_error(name, OWN)
        return cleaned
