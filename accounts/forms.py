"""The form of the profile."""

import zoneinfo
from datetime import timedelta
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.play.rules_form import NAME_LENGTH
from common.database.clock import database_now
from common.text import wording

# The database holds this too: accounts/sql/users_time_zone_triggers.sql.
ZONE_KEPT = timedelta(days=7)


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
        help_text=_(
            "Used for the times you see, your daily visit and your streak. You can change it once a week."
        ),
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

    def clean_time_zone(self) -> str:
        """Refuse a second change in a week: days are counted in this zone."""
        zone, changed_at = str(self.cleaned_data["time_zone"]), self.instance.time_zone_changed_at
        if changed_at is None or zone == self.instance.time_zone or changed_at + ZONE_KEPT <= database_now():
            return zone
        said = gettext(
            "You can change your time zone once a week, because your days are counted in it. You can change "
            "it again from %(moment)s."
        )
        raise ValidationError(said % {"moment": wording.full_time(changed_at + ZONE_KEPT)})
