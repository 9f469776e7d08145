"""What the forms about draws may carry."""

import re
from typing import Any

from django import forms

MOST = 1_000_000
REF = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[0-9][0-9,]{0,11}")


class EntryForm(forms.Form):
    """How many tickets, and the request's own id, which makes sending it twice harmless."""

    tickets = forms.IntegerField(
        min_value=1,
        max_value=MOST,
        error_messages={
            "required": "Choose how many tickets you want.",
            "invalid": "Choose a whole number of tickets, for example 1.",
            "min_value": "Choose at least 1 ticket.",
            "max_value": "That is more tickets than any draw has.",
        },
    )
    request_id = forms.CharField(required=False)


class FindForm(forms.Form):
    """A ticket's number, or a pseudonym, in a list of `total` tickets."""

    find = forms.CharField(
        max_length=80,
        label="A ticket’s number, or a pseudonym",
        error_messages={"required": "Type a ticket’s number, or a pseudonym of 64 characters."},
    )

    def __init__(self, *args: Any, total: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.total = total
        self.number, self.ref = 0, b""

    def clean_find(self) -> str:
        text: str = self.cleaned_data["find"].strip().lower()
        if REF.fullmatch(text):
            self.ref = bytes.fromhex(text)
        elif not NUMBER.fullmatch(text):
            raise forms.ValidationError("That is neither a ticket’s number nor a pseudonym of 64 characters.")
        elif not 1 <= int(text.replace(",", "")) <= self.total:
            raise forms.ValidationError(f"This draw has tickets 1 to {self.total:,}.")
        else:
            self.number = int(text.replace(",", ""))
        return text
