"""Forms for a draw: staff may write everything while it is a draft, and add to two texts afterwards."""

from collections.abc import Iterable
from copy import copy
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib.admin.widgets import (
    AdminRadioSelect,
    AdminSplitDateTime,
    AdminTextareaWidget,
    AdminTextInputWidget,
)
from django.core.validators import RegexValidator
from django.utils.timezone import get_current_timezone_name
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.base import ReasonedForm
from accounts.admin.versions import Difference
from common.text.hidden import validate_shown
from draws.admin.picture_forms import IllustrationField, PhotoForm
from draws.lifecycle.terms import LONGEST_TEXT, LONGEST_TITLE
from draws.lifecycle.text_changes import FIELDS, why_not_text
from draws.models import Draw

MODES = {
    Draw.Mode.BEACON: _(
        "Public beacon: a round of drand’s quicknet that does not exist yet when the ticket list is frozen "
        "decides the winners. Nobody can predict or influence them, not even you."
    ),
    Draw.Mode.LOCAL: _(
        "Operator-run: wherever the draw is shown, players read that the operator could know or influence "
        "the result."
    ),
}
EXPLAINED = {
    "prize_amount": _(
        "The value of each prize in money. Winners say where to send it, and staff send it. Enter 0 if the "
        "prize is coins."
    ),
    "prize_coins": _("Each winner gets these coins as soon as the winners are drawn."),
    "entry_fee": _("The price of each ticket in coins."),
    "max_participants": _(
        "The number of tickets in the draw, 1,000,000 at most. Once all are taken, the draw is full and "
        "waits for its closing time."
    ),
    "max_per_player": _("How many tickets one player can take."),
    "min_participants": _(
        "If fewer tickets are taken by closing time, the draw is void and every coin is refunded."
    ),
    "draw_time": _("The draw closes at this second, and the winners are drawn right after."),
    "vip_only": _("Only VIP players can enter."),
    "early_access_until": _(
        "Until then, only VIP players can enter. Leave this empty to let everyone enter from the start."
    ),
    "winner_count": _("How many tickets win a prize. Every prize is the same."),
    "reserve_count": _(
        "How many more tickets are drawn, in order. An unclaimed prize goes to the next of them."
    ),
    "prize_policy": _("Choose whether one player can win more than one prize."),
}
MOMENTS = ("draw_time", "early_access_until")
DATE, TIME, SHORT_TIME = "%Y-%m-%d", "%H:%M:%S", "%H:%M"
TYPED = _("Type it as 2026-11-30 and 20:30, in the time zone %(zone)s.")
PUBLISHED = _(
    "This draw was published while you were editing it, so nothing was saved. You can now only add to its "
    "two texts. Below is what you typed."
)
PICTURE = RegexValidator(
    r"^(https?:/)?/[^\s<>\"']+$", _("Enter an address that begins with https:// or with /.")
)


class Text(forms.CharField):
    """Several lines of text. Browsers send different line ends than were stored: that is not a change."""

    widget = AdminTextareaWidget(attrs={"rows": 5})

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validators=[validate_shown], **kwargs)

    def to_python(self, value: Any) -> str:
        text = super().to_python(value) or ""
        return "\n".join(line.expandtabs(4).rstrip() for line in text.splitlines()).strip()

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.to_python(initial) != self.to_python(data)


class Moment(AdminSplitDateTime):
    """A date and a time, in one order for every language, each with a label for screen readers."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.widgets[0].format, self.widgets[1].format = DATE, TIME

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for part, label in zip(
            context["widget"]["subwidgets"], (gettext("Date"), gettext("Time")), strict=True
        ):
            part["attrs"]["aria-label"] = label
        return context


class MomentField(forms.SplitDateTimeField):
    """A moment, typed in one order only: 11/12/2026 would be two different days."""

    widget = Moment
    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid_date": _("Enter the date as year-month-day, such as 2026-11-30."),
        "invalid_time": _("Enter the time as hours and minutes, such as 20:30."),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_date_formats=[DATE], input_time_formats=[TIME, SHORT_TIME], **kwargs)


class DraftForm(PhotoForm):
    """A form for a draft; the model has the rules that a draw must keep, and their sentences."""

    watched = ("published_at", "prize_image_url")

    title = forms.CharField(
        label=_("Title"),
        max_length=LONGEST_TITLE,
        validators=[validate_shown],
        widget=AdminTextInputWidget(),
        help_text=_("The prize, in a few words."),
    )
    description = Text(
        label=_("Description"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("Shown on the draw’s own page. After publishing it can be added to."),
    )
    prize_details = Text(
        label=_("What the winner gets"),
        required=False,
        max_length=LONGEST_TEXT,
        help_text=_("One item per line."),
    )
    prize_image_url = forms.CharField(
        label=_("Picture address"),
        required=False,
        validators=[PICTURE],
        widget=AdminTextInputWidget(),
        help_text=_(
            "Use this instead of a photo: an address on this site, such as /static/img/tram.webp. Pictures "
            "from other sites are not shown; players see the illustration instead."
        ),
    )
    illustration = IllustrationField()
    remove_photo = forms.BooleanField(label=_("Remove the photo"), required=False, initial=False)

    fairness_mode = forms.ChoiceField(
        label=_("How winners are drawn"),
        choices=list(MODES.items()),
        widget=AdminRadioSelect(attrs={"class": "radiolist"}),
        help_text=_("Sealed when the draw is published. One method never replaces the other."),
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in set(MOMENTS) & set(self.fields):
            typed = TYPED % {"zone": get_current_timezone_name()}
            self.fields[name].help_text = f"{EXPLAINED[name]} {typed}"
        if "prize_amount" in self.fields:
            label = gettext("Prize value (%(currency)s)") % {"currency": settings.PRIZE_CURRENCY}
            self.fields["prize_amount"].label = label


class PublishedForm(PhotoForm, ReasonedForm):
    """A form for a published draw: what is added behind its texts. What stands there stays."""

    add_description = Text(label=_("Add to the description"), required=False)
    add_prize_details = Text(
        label=_("Add to what the winner gets"), required=False, help_text=_("One item per line.")
    )

    field_order = ("add_description", "add_prize_details", "photo", "photo_alt", "reason")

    # A photo has its own rule: it goes to a published draw once.
    watched = ("published_at", "description", "prize_details")

    class Meta:
        model = Draw
        fields: ClassVar[list[str]] = []

    def why_stale(self) -> str:
        return str(PUBLISHED) if self._draft() else super().why_stale()

    def differences(self) -> Iterable[Difference]:
        draft = self._draft()
        return draft.differences() if draft else self._additions()

    def _additions(self) -> Iterable[Difference]:
        for field, more in self.additions().items():
            yield Difference(str(FIELDS[field]), getattr(self.instance, field), more)

    def _draft(self) -> DraftForm | None:
        """Return what was typed into the form of the draft, before somebody published it."""
        if "title" not in self.data:
            return None
        draft = DraftForm(self.data, instance=copy(self.instance))
        for name in MOMENTS:
            draft.fields[name] = MomentField(label=draft.fields[name].label, required=False)
        draft.full_clean()
        return draft

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        for field in FIELDS:
            more = self.cleaned_data.get(f"add_{field}")
            problem = why_not_text(field, f"{getattr(self.instance, field)}\n{more}") if more else ""
            if problem:
                self.add_error(f"add_{field}", problem)
        return cleaned

    def additions(self) -> dict[str, str]:
        """Return what to add, by the draw's field."""
        given = {field: self.cleaned_data.get(f"add_{field}", "") for field in FIELDS}
        return {field: more for field, more in given.items() if more}
