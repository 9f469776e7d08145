"""The form of the profile."""

import zoneinfo
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.play.rules_form import NAME_LENGTH


def time_zones() -> list[tuple[str, Any]]:
    """Return every time zone, grouped by region, for a select element."""
    regions: dict[str, list[tuple[str, str]]] = {}
    for name in sorted(zoneinfo.available_timezones()):
        region, _, city = name.partition("/")
        if city and region not in {
            "Etc",
            "posix",
            "right",
            "SystemV",
            "US",
            "Brazil",
            "Canada",
            "Chile",
            "Mexico",
        }:
            regions.setdefault(region, []).append((name, city.replace("_", " ").replace("/", ", ")))
    return [("UTC", "UTC"), *regions.items()]


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Names and time zone; everything else about a player is kept by the site."""

    first_name = forms.CharField(
        label=_("First name"),
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        help_text=_("Used for the times you see, your daily visit and your streak."),
        choices=time_zones,
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["first_name", "last_name", "time_zone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        current = self.instance.time_zone
        # A zone stored under an older name stays choosable.
        if current not in {
            name for __, group in time_zones() for name, __ in (group if isinstance(group, list) else [])
        }:
            self.fields["time_zone"].choices = [(current, current), *time_zones()]  # type: ignore[attr-defined]
