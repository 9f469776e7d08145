"""The form of the profile."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts import time_zones
from accounts.models import User
from accounts.play.rules_form import NAME_LENGTH, validate_name
from common.database.clock import database_now
from common.text import wording


class CityInput(forms.TextInput):
    """A field that browsers complete from the list of all cities; what is stored is the zone's name."""

    def format_value(self, value: Any) -> str | None:
        return time_zones.label_of(value) if value in time_zones.names() else value

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        cities = format_html_join(
            "", '<option value="{}"></option>', ((city,) for city in time_zones.labels())
        )
        listed = format_html('<datalist id="{}-cities" translate="no">{}</datalist>', name, cities)
        own = {**(attrs or {}), "list": f"{name}-cities", "autocomplete": "off"}
        return super().render(name, value, own, renderer) + listed


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """Names and time zone; everything else about a player is kept by the site."""

    first_name = forms.CharField(
        label=_("First name"),
        required=False,
        max_length=NAME_LENGTH,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
    )
    last_name = forms.CharField(
        label=_("Last name"),
        required=False,
        max_length=NAME_LENGTH,
        validators=[validate_name],
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
    )
    time_zone = forms.CharField(
        label=_("Time zone"),
        help_text=_(
            "Type the name of a large city near you. Used for the times you see, your daily visit and your "
            "streak. You can change it once a week."
        ),
        error_messages={"required": _("Choose the city whose time you want to see, for example Lisbon.")},
        widget=CityInput,
    )

    class Meta:
        model = User
        fields: ClassVar[list[str]] = ["first_name", "last_name", "time_zone"]

    def clean_time_zone(self) -> str:
        """Refuse what is no city of the list, and a second change in a week: days are counted in it."""
        typed, changed_at = str(self.cleaned_data["time_zone"]), self.instance.time_zone_changed_at
        zone = time_zones.find(typed)
        if not zone:
            said = gettext("“%(city)s” is not in our list of cities. Choose one that is, such as Lisbon.")
            raise ValidationError(said % {"city": typed[:60]})
        if changed_at is None or zone == self.instance.time_zone:
            return zone
        if changed_at + time_zones.ZONE_KEPT <= database_now():
            return zone
        said = gettext(
            "You can change your time zone once a week, because your days are counted in it. You can change "
            "it again from %(moment)s."
        )
        raise ValidationError(said % {"moment": wording.full_time(changed_at + time_zones.ZONE_KEPT)})
