"""What staff may write about a draw: everything while it is a draft, two texts afterwards."""

from typing import Any, ClassVar

from django import forms
from django.contrib.admin.widgets import (
    AdminRadioSelect,
    AdminSplitDateTime,
    AdminTextareaWidget,
    AdminTextInputWidget,
)
from django.core.validators import RegexValidator
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReasonedForm
from draws.admin.picture_forms import IllustrationField, PhotoForm
from draws.lifecycle.text_changes import FIELDS
from draws.models import Draw

MODES = {
    Draw.Mode.BEACON: _(
        "Public beacon: winners follow from a round of drand’s quicknet that does not exist "
        "yet when the ticket list is frozen. Nobody can know or steer them, not even you."
    ),
    Draw.Mode.LOCAL: _(
        "Operator-run: players read, wherever the draw is shown, that the operator could know "
        "or influence the result."
    ),
}
EXPLAINED = {
    "prize_amount": _(
        "What each prize is worth in money. Winners say where it goes, and staff send it. "
        "0: the prize is coins."
    ),
    "prize_coins": _("Credited to each winner as soon as the draw is drawn."),
    "entry_fee": _("What a player pays for each ticket."),
    "max_participants": _(
        "How many tickets there are. When all are taken, the draw is full and waits for its closing time."
    ),
    "max_per_player": _("How many of them one player may take."),
    "min_participants": _("With fewer tickets at closing the draw is void and every coin goes back."),
    "draw_time": _("The draw closes at this second, and winners are drawn right after it."),
    "vip_only": _("Only VIP players may enter."),
    "early_access_until": _(
        "Until then only VIP players may enter, then everybody. Empty: everybody at once."
    ),
    "winner_count": _("How many tickets win a prize; every prize is the same."),
    "reserve_count": _(
        "How many more are drawn, in order. A prize that is not claimed goes to the next one."
    ),
    "prize_policy": _("Whether one player can win several of the prizes."),
}
PICTURE = RegexValidator(
    r"^(https?:/)?/[^\s<>\"']+$", _("Give an address that begins with https:// or with /.")
)


class Text(forms.CharField):
    """Several lines. Browsers send them with other line ends than were stored: that is no change."""

    widget = AdminTextareaWidget(attrs={"rows": 5})

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "\n".join(line.rstrip() for line in text.splitlines()).strip()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class Moment(AdminSplitDateTime):
    """A date and a time, each with a name of its own for who hears the page."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(
            context["widget"]["subwidgets"], (gettext("Date"), gettext("Time")), strict=True
        ):
            part["attrs"]["aria-label"] = label
        return context


class DraftForm(PhotoForm):
    """A draft; the rules that a draw must keep are the model's, with the model's sentences."""

    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        widget=AdminTextInputWidget(),
        help_text=_("What can be won, in a few words."),
    )
    description = Text(
        label=_("Description"),
        required=False,
        help_text=_("On the draw’s own page. Typos can be corrected after publishing."),
    )
    prize_details = Text(label=_("What the winner gets"), required=False, help_text=_("One line an item."))
    prize_image_url = forms.CharField(
        label=_("Address of a picture"),
        required=False,
        validators=[PICTURE],
        widget=AdminTextInputWidget(),
        help_text=_(
            "Instead of a photo: an address on this site, such as /static/img/tram.webp. Pictures from "
            "elsewhere are not shown; the illustration is."
        ),
    )
    illustration = IllustrationField()
    remove_photo = forms.BooleanField(label=_("Remove the photo"), required=False, initial=False)

    fairness_mode = forms.ChoiceField(
        label=_("How winners are drawn"),
        choices=list(MODES.items()),
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
        help_text=_("Sealed when the draw is published. One never stands in for the other."),
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
        help_texts: ClassVar[dict[str, Any]] = EXPLAINED


class PublishedForm(PhotoForm, ReasonedForm):
    """A published draw: typo fixes in what is not sealed, shown to players with what stood there before."""

    description = Text(label=_("Description"), required=False)
    prize_details = Text(label=_("What the winner gets"), required=False, help_text=_("One line an item."))

    field_order = ("description", "prize_details", "photo", "photo_alt", "reason")

    class Meta:
        model = Draw
        fields: ClassVar[list[str]] = list(FIELDS)
