"""What staff may write about a draw: everything while it is a draft, two texts afterwards."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import AdminRadioSelect, AdminTextareaWidget, AdminTextInputWidget
from django.core.validators import RegexValidator

from accounts.admin.base import ReasonedForm
from draws.admin.picture_forms import IllustrationField, PhotoForm
from draws.models import Draw
from draws.text_changes import FIELDS

MODES = {
    Draw.Mode.BEACON: "Public beacon: winners follow from a round of drand’s quicknet that does not exist "
    "yet when the ticket list is frozen. Nobody can know or steer them, not even you.",
    Draw.Mode.LOCAL: "Operator-run: players read, wherever the draw is shown, that the operator could know "
    "or influence the result.",
}
PICTURE = RegexValidator(r"^(https?:/)?/[^\s<>\"']+$", "Give an address that begins with https:// or with /.")


class Text(forms.CharField):
    """Several lines. Browsers send them with other line ends than were stored: that is no change."""

    widget = AdminTextareaWidget(attrs={"rows": 5})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "\n".join(line.rstrip() for line in text.splitlines()).strip()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class DraftForm(PhotoForm):
    """A draft; the rules that a draw must keep are the model's, with the model's sentences."""

    title = forms.CharField(max_length=200, widget=AdminTextInputWidget())
    description = Text(required=False)
    prize_details = Text(label="What the winner gets", required=False, help_text="One line an item.")
    prize_image_url = forms.CharField(
        label="Address of a picture",
        required=False,
        validators=[PICTURE],
        widget=AdminTextInputWidget(),
        help_text="Instead of a photo: an address on this site, such as /static/img/tram.webp. Pictures from "
        "elsewhere are not shown; the illustration is.",
    )
    illustration = IllustrationField()
    remove_photo = forms.BooleanField(label="Remove the photo", required=False, initial=False)

    fairness_mode = forms.ChoiceField(
        label="How winners are drawn",
        choices=list(MODES.items()),
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
        help_text="Sealed when the draw is published. One never stands in for the other.",
    )

    class Meta:
        model = Draw
        fields: ClassVar[list[str]] = [
            "title",
            "description",
            "prize_details",
            "prize_amount",
            "prize_coins",
            "illustration",
            "prize_image_url",
            "entry_fee",
            "max_participants",
            "max_per_player",
            "min_participants",
            "draw_time",
            "early_access_until",
            "vip_only",
            "winner_count",
            "reserve_count",
            "prize_policy",
            "fairness_mode",
        ]


class PublishedForm(PhotoForm, ReasonedForm):
    """A published draw: typo fixes in what is not sealed, shown to players with what stood there before."""

    description = Text(required=False)
    prize_details = Text(label="What the winner gets", required=False, help_text="One line an item.")

    field_order = ("description", "prize_details", "photo", "photo_alt", "reason")

    class Meta:
        model = Draw
        fields: ClassVar[list[str]] = list(FIELDS)
