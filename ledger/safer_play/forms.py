"""The forms of safer play: a spending limit, and a confirmed break."""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import PlayBreak
from accounts.play.breaks import LENGTHS
from common.text import wording
from ledger.safer_play.limits import MOST, NO_PERIOD, UNCHANGED, Period

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _refusal(why: "str | _StrPromise") -> "_StrPromise":
    """Return a refusal, with what it means for the limits."""
    return format_lazy("{} {}", why, UNCHANGED)


def _most() -> str:
    return gettext("Enter at most %(coins)s, or lift the limit.") % {"coins": wording.coins(MOST)}


class LimitForm(forms.Form):
    """One limit; `lift` asks for none, whatever the number says."""

    period = forms.ChoiceField(
        choices=Period.choices,
        widget=forms.HiddenInput,
        error_messages={
            "required": _refusal(NO_PERIOD),
            "invalid_choice": _refusal(NO_PERIOD),
        },
    )
    coins = forms.IntegerField(
        required=False,
        min_value=0,
        max_value=MOST,
        error_messages={
            "invalid": _refusal(_("Enter a whole number of coins, for example 20.")),
            "min_value": _refusal(_("A limit cannot be below 0 coins.")),
            "max_value": _refusal(lazy(_most, str)()),
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
            self.add_error("coins", _refusal(_("Enter how many coins; 0 is allowed.")))
        return cleaned


class BreakForm(forms.Form):
    """How long, and that the player knows what it means."""

    length = forms.ChoiceField(label=_("How long"))
    understood = forms.BooleanField(
        label=_("I understand that nobody can end this early, neither I nor the staff"),
        error_messages={
            "required": _("Tick the box first, because nobody can end it early. No break was started.")
        },
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
            ("", _("Choose")),
            *((name, each.label) for name, each in LENGTHS.items() if each.kind == self.kinds[kind]),
        ]
        wrong = _("Choose how long the break lasts. No break was started.")
        field.error_messages.update({"required": wrong, "invalid_choice": wrong})
