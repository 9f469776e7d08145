"""Breaks from playing. A player takes one for themselves; it can be made longer, and nobody ends it early."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.mailboxes import addresses_at, spellings
from accounts.models import ExcludedAddress, PlayBreak, User


@dataclass(frozen=True)
class Length:
    """One length of a break on offer; without days it is for good."""

    label: str | Promise
    kind: PlayBreak.Kind
    days: int | None


_BREAK, _EXCLUSION = PlayBreak.Kind.BREAK, PlayBreak.Kind.EXCLUSION
LENGTHS: dict[str, Length] = {
    "day": Length(_("1 day"), _BREAK, 1),
    "week": Length(_("1 week"), _BREAK, 7),
    "month": Length(_("1 month (30 days)"), _BREAK, 30),
    "three-months": Length(_("3 months (90 days)"), _BREAK, 90),
    "six-months": Length(_("6 months (180 days)"), _BREAK, 180),
    "exclusion-six-months": Length(_("6 months (180 days)"), _EXCLUSION, 180),
    "exclusion-year": Length(_("1 year (365 days)"), _EXCLUSION, 365),
    "exclusion-five-years": Length(_("5 years (1,826 days)"), _EXCLUSION, 1826),
    "exclusion-for-good": Length(_("For good"), _EXCLUSION, None),
}


class BreakRefused(Exception):
    """The break was not started, and any earlier break still lasts. `status` is the HTTP status."""

    def __init__(self, message: str, status: int = 409) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


@transaction.atomic
def take_break(user: User, length: str) -> PlayBreak:
    """Start a break now, for one of LENGTHS; from its commit on the player takes no ticket until it ends.

    Raises BreakRefused for an unknown length, and when a break that lasts as long or longer has begun.
    """
    wanted = LENGTHS.get(length)
    if wanted is None:
        raise BreakRefused(gettext("Choose how long the break lasts. No break was started."), 400)
    # Behind this lock an entry under way ends first, and the next one finds the break.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    earlier = current_break(user)
    ends_at = None if wanted.days is None else Now() + timedelta(days=wanted.days)
    row = PlayBreak(user=user, kind=wanted.kind, starts_at=Now(), ends_at=ends_at)
    row.save(force_insert=True)
    row.refresh_from_db()
    if earlier and (earlier.ends_at is None or (row.ends_at and row.ends_at <= earlier.ends_at)):
        said = gettext(
            "You are already on a break %(until)s. You can make it longer, but not shorter. Nothing "
            "was changed."
        )
        raise BreakRefused(said % {"until": until(earlier)})
    remember_exclusion(user)
    return row


def current_break(user: User) -> PlayBreak | None:
    """Return the break that holds now (the one that ends last), or None when the player may play."""
    return _lasting().filter(user=user).order_by(F("ends_at").desc(nulls_first=True)).first()


def is_on_break(user_id: str) -> bool:
    """Return whether the player is on a break now; then nothing shown or sent invites them to play."""
    return _lasting().filter(user=user_id).exists()


def on_break(user_ids: Iterable[str]) -> set[str]:
    """Return those of these players who are on a break now, in one query."""
    return set(_lasting().filter(user__in=list(user_ids)).values_list("user_id", flat=True))


def until(rest: PlayBreak) -> str:
    """Return when a break ends, as `ends` puts it."""
    return ends(rest.ends_at)


def ends(moment: datetime | None) -> str:
    """Return an end in words, on the page's clock: "until 3 May 2027, 14:30 UTC" or "for good"."""
    if moment is None:
        return gettext("for good")
    here = timezone.localtime(moment)
    # In whole minutes, never earlier than it is.
    shown = here + timedelta(minutes=bool(here.second or here.microsecond))
    values = {"moment": date_format(shown, "j F Y, H:i")}
    if timezone.get_current_timezone_name() == "UTC":
        return gettext("until %(moment)s UTC") % values
    return gettext("until %(moment)s") % values


def remember_exclusion(user: User) -> None:
    """Keep the fingerprints of the player's emails and mailboxes for as long as the present break lasts.

    Called when a break begins and before an account's emails are deleted, so that neither leaving nor
    changing the email and joining again ends a break. Without a break it does nothing.
    """
    rest = current_break(user)
    if rest is None:
        return
    addresses = {*EmailAddress.objects.filter(user=user).values_list("email", flat=True), user.email or ""}
    for address in spellings(addresses):
        row, made = ExcludedAddress.objects.select_for_update().get_or_create(
            digest=_fingerprint(address), defaults={"ends_at": rest.ends_at}
        )
        if not made and row.ends_at and (rest.ends_at is None or row.ends_at < rest.ends_at):
            row.ends_at = rest.ends_at
            row.save(update_fields=["ends_at"])


def is_excluded_address(email: str) -> bool:
    """Return whether a player of this email's mailbox is, or was when they left, on a break that still lasts.

    Fingerprints of an earlier version are of addresses alone, so players who are here are looked up as well.
    """
    lasting = Q(ends_at__isnull=True) | Q(ends_at__gt=Now())
    digests = [_fingerprint(spelling) for spelling in spellings([email])]
    if ExcludedAddress.objects.filter(lasting, digest__in=digests).exists():
        return True
    return _lasting().filter(user__in=addresses_at([email]).filter(verified=True).values("user")).exists()


def purge_ended_exclusions() -> int:
    """Remove the fingerprints whose break has ended; returns how many."""
    return ExcludedAddress.objects.filter(ends_at__lte=Now()).delete()[0]


def _lasting() -> QuerySet[PlayBreak]:
    # By the database's clock, as the tickets are sold.
    return PlayBreak.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=Now()), starts_at__lte=Now())


def _fingerprint(email: str) -> bytes:
    # Slow instead of keyed: keys are changed now and then, and no break may end with a key.
    return hashlib.scrypt(
        email.strip().lower().encode(), salt=b"lucky11:excluded", n=2**14, r=8, p=1, dklen=32
    )
