"""The forms of safer play: a limit, and a break that is meant."""

from typing import Any, ClassVar

from django import forms

from accounts.breaks import LENGTHS
from accounts.models import PlayBreak
from ledger.limits import MOST, STANDS, Period


class LimitForm(forms.Form):
    """One limit; `lift` asks for none, whatever the number says."""

    period = forms.ChoiceField(
        choices=Period.choices,
        widget=forms.HiddenInput,
        error_messages={
            "required": f"There is no limit for such a period. {STANDS}",
            "invalid_choice": f"There is no limit for such a period. {STANDS}",
        },
    )
    coins = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST,
        error_messages={
            "invalid": f"Write a whole number of coins, for example 20. {STANDS}",
            "min_value": f"A limit cannot be below 0 coins. {STANDS}",
            "max_value": f"Write at most {MOST:,} coins, or lift the limit. {STANDS}",
        },
    )
    lift = forms.BooleanField(required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "period" in self.errors:
            # A hidden field's sentence is said for the whole form.
            self.add_error(None, self.errors["period"][0])
        if cleaned.get("lift"):
            self.errors.pop("coins", None)
            cleaned["coins"] = None
        elif cleaned.get("coins") is None and "coins" not in self.errors:
            self.add_error("coins", f"Write how many coins; 0 is allowed. {STANDS}")
        return cleaned


class BreakForm(forms.Form):
    """How long, and that the player knows what it means."""

    length = forms.ChoiceField(label="How long")
    understood = forms.BooleanField(
        label="I understand that nobody can end this early: not I, not the staff",
        error_messages={"required": "Tick the box first: nobody can end it early. No break was started."},
    )
    kinds: ClassVar[dict[str, PlayBreak.Kind]] = {
        "break": PlayBreak.Kind.BREAK,
        "exclusion": PlayBreak.Kind.EXCLUSION,
    }

    def __init__(self, kind: str, data: Any = None) -> None:
        super().__init__(data, auto_id=f"id_{kind}_%s")
        field = self.fields["length"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [
            ("", "Choose"),
            *((name, each.label) for name, each in LENGTHS.items() if each.kind == self.kinds[kind]),
        ]
        wrong = "Choose how long it lasts. No break was started."
        field.error_messages.update({"required": wrong, "invalid_choice": wrong})
