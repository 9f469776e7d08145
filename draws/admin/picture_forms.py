"""The picture in the draw's form: a photo with its description, or one of the illustrations."""

from collections.abc import Iterator
from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminRadioSelect, AdminTextInputWidget
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.admin.versions import VersionedForm
from accounts.models import User
from common.text.hidden import validate_shown
from draws.exceptions import PictureRefused
from draws.models import Draw
from draws.models.pictures import LONGEST_ALT
from draws.pictures import files, uploads

PHOTO, ALT, REMOVE = "photo", "photo_alt", "remove_photo"
EITHER = _("Upload a photo or enter an address, not both.")
KEEP_OR_GO = _("Upload a new photo or remove the current one, not both.")
WORDS_ALONE = _("There is no photo for this description. Upload one too, or leave the description empty.")


class Drawn(str):
    """A choice of illustration; the page shows the illustration beside its name."""

    address: str

    def __html__(self) -> SafeString:
        return format_html('<img src="{}" width="96" height="72" alt=""> {}', self.address, str(self))


class PhotoForm(VersionedForm):
    """A form for a draw's photo, as far as the draw allows changes."""

    photo = forms.FileField(
        label=_("Photo"),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp", "data-picture": ""}),
        help_text=_(
            "JPEG, PNG or WebP, ideally at least 1,440 pixels wide and about 4:3. The place and time it "
            "was taken are removed. The photo replaces the illustration."
        ),
    )
    photo_alt = forms.CharField(
        validators=[validate_shown],
        label=_("What the photo shows"),
        required=False,
        max_length=LONGEST_ALT,
        widget=AdminTextInputWidget(),
        help_text=_(
            "Required with a photo. Screen readers read it to players who cannot see the photo. Describe "
            "the prize, without “photo of”. Example: “A red city bicycle with a basket, leaning on a blue "
            "door.”"
        ),
    )

    class Media:
        js = ("js/admin-picture.js",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has, kept = has_photo(self.instance), offered(self.instance)
        self.initial[REMOVE] = False
        if has:
            self.initial[ALT] = self.instance.picture.alt
        for name in (PHOTO, ALT, REMOVE):
            if name not in kept:
                self.fields.pop(name, None)
        if "prize_image_url" in self.fields and has:
            self.fields["prize_image_url"].disabled = True
            self.fields["prize_image_url"].help_text = gettext(
                "Set by the photo. Remove the photo to enter another address."
            )
        self.stamp()

    def clean_photo(self) -> files.Files | None:
        given = self.cleaned_data[PHOTO]
        if given is None:
            return None
        try:
            return files.read(given)
        except PictureRefused as refusal:
            raise forms.ValidationError(refusal.message) from refusal

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        data = self.cleaned_data
        photo, removed = data.get(PHOTO), data.get(REMOVE)
        if photo and removed:
            self.add_error(REMOVE, KEEP_OR_GO)
        if photo and "prize_image_url" in self.changed_data and data.get("prize_image_url"):
            self.add_error("prize_image_url", EITHER)
        elif self._is_copy() and uploads.find_picture(data["prize_image_url"]) is None:
            self.add_error("prize_image_url", uploads.NOT_FOUND)
        if ALT in data:
            self._check_words(data[ALT], bool(photo), has_photo(self.instance) and not removed)
        return cleaned

    def _check_words(self, alt: str, has_upload: bool, keeps: bool) -> None:
        if not alt and (has_upload or keeps):
            self.add_error(ALT, uploads.NO_ALT)
        elif alt and not (has_upload or PHOTO in self.errors or has_photo(self.instance)):
            self.add_error(ALT, WORDS_ALONE)

    def _is_copy(self) -> bool:
        """Say whether the address, typed or copied with another draw, is that of an uploaded picture."""
        address = self.cleaned_data.get("prize_image_url") or ""
        return not has_photo(self.instance) and address.startswith(uploads.PREFIX)

    def save_photo(self, draw: Draw, actor: User) -> None:
        """Save, replace or remove the photo of a saved draw, as the form asks."""
        data = self.cleaned_data
        if data.get(PHOTO):
            uploads.set_picture(draw.pk, data[PHOTO], data[ALT], actor=actor)
        elif data.get(REMOVE):
            uploads.remove_picture(draw.pk)
        elif self._is_copy():
            uploads.copy_picture(draw.pk, data["prize_image_url"], actor=actor)
        elif ALT in self.changed_data and data.get(ALT):
            uploads.describe_picture(draw.pk, data[ALT])


class IllustrationField(forms.TypedChoiceField):
    """A choice of one of the illustrations, or none."""

    widget = AdminRadioSelect(attrs={"class": "radiolist drawings"})

    def __init__(self) -> None:
        super().__init__(label=_("Illustration"), choices=_illustrations, required=False, empty_value="")


def _illustrations() -> Iterator[tuple[str, str]]:
    # Built with each form: the addresses of static files are not known earlier.
    yield "", gettext("None (without a photo, one is generated from the number and the title)")
    for value, label in Draw.Illustration.choices:
        named = Drawn(label)
        named.address = static(f"img/art/{value}.svg")
        yield value, named


def has_photo(draw: Draw) -> bool:
    """Say whether an uploaded picture belongs to the draw."""
    return draw.pk is not None and getattr(draw, "picture", None) is not None


def offered(draw: Draw | None) -> tuple[str, ...]:
    """Return the photo fields that the draw's form offers; a published draw keeps its picture."""
    has = draw is not None and has_photo(draw)
    if draw is None or draw.published_at is None:
        return (PHOTO, ALT, REMOVE) if has else (PHOTO, ALT)
    if has:
        return (ALT,)
    had = draw.illustration or draw.prize_image_url or draw.photo_taken_down
    return () if had else (PHOTO, ALT)
