"""The form that finds a ticket in a frozen list."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from common.text import wording

REF = re.compile(r"[0-9a-f]{64}")
NUMBER = re.compile(r"[0-9][0-9,]{0,11}")


class FindForm(forms.Form):
    """A ticket's number, or a pseudonym, in a list of `total` tickets."""

    find = forms.CharField(
        max_length=80,
        label=_("A ticket number or a pseudonym"),
        error_messages={"required": _("Enter a ticket number, or a pseudonym of 64 characters.")},
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
            raise forms.ValidationError(
                gettext(
                    "That is neither a ticket number nor a pseudonym of 64 characters. Check what you "
                    "entered."
                )
            )
        elif not 1 <= int(text.replace(",", "")) <= self.total:
            said = gettext("This draw has tickets 1 to %(last)s.")
            raise forms.ValidationError(said % {"last": wording.grouped(self.total)})
        else:
            self.number = int(text.replace(",", ""))
        return text
