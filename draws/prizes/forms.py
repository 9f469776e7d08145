"""What a claim's forms may carry. Lengths and characters are the service's to judge."""

from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from draws.models import Winner
from draws.prizes.claims import (
    ADDRESS_LENGTH,
    ALIAS_LENGTH,
    NAME_LENGTH,
    NOTE_LENGTH,
    HandOverDetails,
    Publicity,
)
from draws.prizes.disqualify import TEXT_LENGTH


class PublicityForm(forms.Form):
    """Whether the winner is named: not, by a name of their choice, or by their first name."""

    publicity = forms.ChoiceField(
        label=_("May we name you as a winner?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose whether you want to be named.")},
    )
    alias = forms.CharField(
        label=_("Name to show"),
        required=False,
        help_text=_("Only if you choose “Yes, by this name”."),
        widget=forms.TextInput(attrs={"maxlength": ALIAS_LENGTH, "autocomplete": "nickname"}),
    )

    def __init__(self, *args: Any, winner: Winner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        first_name = winner.user.first_name
        yes = gettext("Yes, by my first name: %(name)s") % {"name": first_name}
        named = [("name", yes)] if first_name else []
        self.fields["publicity"].choices = [  # type: ignore[attr-defined]
            ("hidden", gettext("No, show “a player”")),
            *named,
            ("alias", gettext("Yes, by this name:")),
        ]

    def chosen(self) -> Publicity:
        """Return the choice of a valid form."""
        return Publicity(self.cleaned_data["publicity"], self.cleaned_data["alias"])


class ObjectionForm(forms.Form):
    """What a winner says against being disqualified."""

    objection = forms.CharField(
        label=_("Your objection"),
        help_text=_("Say why you should keep the prize. Staff read this. You can send it once."),
        widget=forms.Textarea(attrs={"maxlength": TEXT_LENGTH, "rows": 5}),
        error_messages={"required": _("Say why you should keep the prize.")},
    )


class ClaimForm(PublicityForm):
    """Where the prize goes."""

    name = forms.CharField(
        label=_("Recipient’s name"),
        widget=forms.TextInput(attrs={"maxlength": NAME_LENGTH, "autocomplete": "name"}),
        error_messages={"required": _("Enter the recipient’s name.")},
    )
    address = forms.CharField(
        label=_("Address"),
        help_text=_("Street, town and country, or how a prize that is not posted can reach you."),
        widget=forms.Textarea(
            attrs={"maxlength": ADDRESS_LENGTH, "rows": 4, "autocomplete": "street-address"}
        ),
        error_messages={"required": _("Enter the address the prize should go to.")},
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        required=False,
        help_text=_("A telephone number for the parcel service, a size, a colour."),
        widget=forms.Textarea(attrs={"maxlength": NOTE_LENGTH, "rows": 2, "autocomplete": "off"}),
    )
    field_order = ("name", "address", "note", "publicity", "alias")

    def details(self) -> HandOverDetails:
        """Return where the prize of a valid form goes."""
        given = self.cleaned_data
        return HandOverDetails(given["name"], given["address"], given["note"])
