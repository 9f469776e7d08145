"""A copy of a player's own data: requested on the site, made by a sweep, downloaded while it is kept."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import DataExport, User
from accounts.notifications import notify
from accounts.privacy import export_archive
from accounts.privacy.export_archive import Part
from common.registry import Registry
from common.text import wording

logger = logging.getLogger(__name__)

READY = notify.Kind(
    "data_ready", _("Your data"), _("When the copy of your data that you asked for is ready."), needed=True
)
ASK_EVERY = timedelta(hours=1)


class ExportRefused(Exception):
    """Nothing was asked for; the sentence says why. `status` is the HTTP status."""

    def __init__(self, message: str, status: int) -> None:
        super().__init__(message)
        self.status = status


# By the name of the file, in the order of the download's own list.
PARTS: Registry[Part] = Registry("parts of the data export")


@transaction.atomic
def ask(user: User) -> DataExport:
    """Ask for a download. Raises ExportRefused when one waits, or the last was asked for just now."""
    # Behind this lock a second click finds the first one's row.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    last = DataExport.objects.filter(user=user).defer("content").order_by("-id").first()
    if last is not None and last.made_at is None:
        raise ExportRefused(
            gettext("We are already preparing your data. We will email you when it is ready."), 409
        )
    if last is not None and last.asked_at > timezone.now() - ASK_EVERY:
        again = timezone.localtime(last.asked_at + ASK_EVERY)
        said = gettext(
            "You asked for a copy less than an hour ago. Download that one, or ask again at %(time)s."
        )
        raise ExportRefused(said % {"time": date_format(again, "TIME_FORMAT")}, 429)
    return DataExport.objects.create(user=user)


def make_data_exports(limit: int = 20) -> int:
    """Pack up to `limit` downloads that wait, a database transaction each; returns how many were packed."""
    waiting = DataExport.objects.filter(made_at__isnull=True).order_by("id").values_list("pk", flat=True)
    made = 0
    for export_id in list(waiting[:limit]):
        try:
            made += _make(export_id)
        except Exception:
            # It waits on; the others need not wait for it.
            logger.exception("Download %s could not be packed", export_id)
    return made


@transaction.atomic
def _make(export_id: int) -> bool:
    """Pack one download, unless another worker does or did; a worker killed on the way leaves it waiting."""
    export = (
        DataExport.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
        .select_related("user")
        .filter(pk=export_id, made_at__isnull=True)
        .first()
    )
    if export is None:
        return False
    export.content = export_archive.write_archive(export.user, PARTS.values())
    export.made_at = timezone.now()
    export.expires_at = export.made_at + timedelta(days=settings.DATA_EXPORT_DAYS)
    export.save(update_fields=["content", "made_at", "expires_at"])
    notify.send(
        export.user,
        READY,
        f"data:{export.pk}",
        title=gettext("Your data is ready"),
        body=_kept_for(settings.DATA_EXPORT_DAYS),
        url=reverse("accounts:data"),
        template="accounts/email/data_ready",
        context={"export": export, "days": settings.DATA_EXPORT_DAYS},
    )
    return True


def _kept_for(days: int) -> str:
    said = ngettext("The download is kept for %(days)s day.", "The download is kept for %(days)s days.", days)
    return said % {"days": wording.grouped(days)}


def purge_data_exports() -> int:
    """Remove the content of downloads whose time is over; returns how many."""
    over = DataExport.objects.filter(expires_at__lte=timezone.now(), content__isnull=False)
    return over.update(content=None)
