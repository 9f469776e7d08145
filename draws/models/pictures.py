"""The model of a prize's picture that staff uploaded."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from draws.models.draw import Draw

# Pixels across that a picture is kept in; a smaller one is kept as wide as it came.
WIDTHS = (480, 960, 1440)
LONGEST_ALT = 250


class PrizePicture(models.Model):
    """What a draw's prize looks like, and in words for those who do not see it.

    The files are named after what is in them; `draws.prize_image_url` is the address of the widest. Draws may
    share files: a copied draw keeps its picture.
    """

    draw = models.OneToOneField(Draw, models.CASCADE, primary_key=True, related_name="picture")
    name = models.TextField(help_text=_("32 hex digits: the files' fingerprint."))
    width = models.IntegerField(help_text=_("In pixels, of the widest file."))
    height = models.IntegerField()
    alt = models.TextField(help_text=_("What the picture shows, in words."))
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    uploaded_at = models.DateTimeField(default=timezone.now, db_default=Now())

    class Meta:
        db_table = "prize_pictures"
        verbose_name = _("prize picture")
        verbose_name_plural = _("prize pictures")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="prize_pictures_name", condition=models.Q(name__regex=r"^[0-9a-f]{32}$")
            ),
            models.CheckConstraint(
                name="prize_pictures_size",
                condition=models.Q(width__gte=1, width__lte=WIDTHS[-1], height__gte=1),
            ),
            models.CheckConstraint(name="prize_pictures_say_what", condition=models.Q(alt__regex=r"\S")),
        ]

    def __str__(self) -> str:
        return gettext("Picture of draw %(draw)s") % {"draw": self.draw_id}

    @property
    def widths(self) -> list[int]:
        """The pixels across of its files, the narrowest first."""
        return widths_of(self.width)


def widths_of(width: int) -> list[int]:
    """Return the widths, in pixels, in which a picture of this width is kept: never wider than it is."""
    return [each for each in WIDTHS if each < width] + [min(width, WIDTHS[-1])]
