"""Claims: where a prize that is not coins goes, whether its winner is named, and that it was sent."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat, Now
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_variables

from accounts.models import Message, User
from common.database.clock import database_now
from common.database.sweeps import sweep
from common.encryption import decrypt, encrypt
from common.text import wording
from common.text.hidden import hidden_sign
from draws.conflicts import refuse_stake
from draws.exceptions import (
    AlreadyClaimed,
    ClaimInvalid,
    ClaimLapsed,
    ClaimNotYours,
    ClaimStopped,
    NothingToClaim,
    NotSendable,
)
from draws.models import Claim, Disqualification, Winner
from draws.prizes import notifications
from draws.prizes.disqualify import open_against

HandOver = Winner.HandOver
NAME_LENGTH, ADDRESS_LENGTH, NOTE_LENGTH, ALIAS_LENGTH, TRACKING_LENGTH = 100, 1_000, 1_000, 40, 200
LABELS = {
    "name": _("Name"),
    "address": _("Address"),
    "note": _("Note"),
    "alias": _("Name to show"),
    "publicity": _("Name to show"),
    "tracking": _("Tracking"),
}
UNCHANGED = _("Nothing was changed.")


@dataclass(frozen=True)
class HandOverDetails:
    """Where a prize goes: a name, an address with its line breaks, and a note."""

    name: str
    address: str
    note: str = ""


@dataclass(frozen=True)
class Publicity:
    """Whether the winner is named: `choice` is hidden, alias (shows `alias`) or name (the first name)."""

    choice: str
    alias: str = ""


@sensitive_variables("details", "given")
@transaction.atomic
def claim_prize(winner_id: int, player_id: str, details: HandOverDetails, publicity: Publicity) -> Winner:
    """Take a winner's claim, once, before its time is over by the database's clock; tell them it is in.

    Raises ClaimNotYours, AlreadyClaimed, ClaimLapsed, ClaimStopped, NothingToClaim or ClaimInvalid.
    """
    winner = _locked_win(winner_id, player_id)
    _refuse_late(winner)
    given = _checked(details)
    _set_publicity(winner, publicity)
    winner.hand_over = HandOver.CLAIMED
    winner.save(update_fields=["hand_over", "is_public", "public_name"])
    token = encrypt(json.dumps(asdict(given), ensure_ascii=False))
    Claim.objects.create(winner=winner, details=token, claimed_at=database_now())
    notifications.notify_claimed(winner)
    return winner


def _locked_win(winner_id: int, player_id: str) -> Winner:
    # The player first: an account that is being deleted leaves nothing that a late choice could name.
    player = User.objects.select_for_update(no_key=True).filter(pk=player_id, closed_at=None).first()
    rows = Winner.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "draw")
    winner = rows.filter(pk=winner_id, user=player).first() if player else None
    if winner is None:
        raise ClaimNotYours(gettext("There is no such prize to claim."))
    return winner


def _refuse_late(winner: Winner) -> None:
    """Refuse a claim that comes too late. The row's lock keeps a claim and a lapse from both happening."""
    if winner.hand_over == HandOver.NONE:
        coins = gettext("This prize is coins, which are already in your purse. You do not need to claim it.")
        raise NothingToClaim(f"{coins} {UNCHANGED}")
    if winner.forfeited_at is not None:
        lost = gettext("You can no longer claim this prize. Nothing was changed. Reason: %(reason)s")
        raise ClaimLapsed(lost % {"reason": winner.why_forfeited})
    if winner.hand_over != HandOver.TO_CLAIM:
        again = gettext("You have already claimed this prize, and your claim stands.")
        raise AlreadyClaimed(f"{again} {UNCHANGED}")
    if open_against(winner.pk):
        waits = gettext("Staff want to pass this prize on, so it waits until that is decided.")
        raise ClaimStopped(f"{waits} {UNCHANGED}")
    if winner.claim_by is not None and winner.claim_by <= database_now():
        raise ClaimLapsed(gettext("The time to claim this prize has passed. Your coins have not changed."))


@sensitive_variables("details")
def _checked(details: HandOverDetails) -> HandOverDetails:
    return HandOverDetails(
        name=_line("name", details.name, NAME_LENGTH, needed=gettext("Enter the recipient’s name.")),
        address=_lines(
            "address",
            details.address,
            ADDRESS_LENGTH,
            needed=gettext("Enter the address the prize should go to."),
        ),
        note=_lines("note", details.note, NOTE_LENGTH),
    )


def _line(field: str, text: str, most: int, needed: str = "") -> str:
    text = text.strip()
    if "\n" in text or "\r" in text:
        said = gettext("%(field)s: use one line only.") % {"field": LABELS[field]}
        raise ClaimInvalid(said, field)
    return _lines(field, text, most, needed)


@sensitive_variables("text")
def _lines(field: str, text: str, most: int, needed: str = "") -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if needed and not text:
        raise ClaimInvalid(needed, field)
    if len(text) > most:
        said = gettext("%(field)s: use at most %(most)s characters. This has %(count)s. Nothing was saved.")
        counts = {"most": wording.grouped(most), "count": wording.grouped(len(text))}
        raise ClaimInvalid(said % {"field": LABELS[field], **counts}, field)
    if sign := hidden_sign(text.replace("\n", " ")):
        said = gettext(
            "%(field)s: one of the characters cannot be read or printed (%(sign)s). Type it again without "
            "that character."
        )
        raise ClaimInvalid(said % {"field": LABELS[field], "sign": sign}, field)
    return text


def claim_state(winner: Winner) -> str:
    """Return what its winner can do about a prize.

    That is to_claim, late, disputed (something is held against them), claimed, sent, passed_on or coins.
    """
    if winner.hand_over == HandOver.NONE:
        return "coins"
    if winner.forfeited_at is not None:
        return "passed_on"
    if winner.hand_over != HandOver.SENT and open_against(winner.pk):
        return "disputed"
    late = winner.claim_by is not None and winner.claim_by <= timezone.now()
    return "late" if late and winner.hand_over == HandOver.TO_CLAIM else winner.hand_over


@transaction.atomic
def choose_publicity(winner_id: int, player_id: str, publicity: Publicity) -> Winner:
    """Change, at any time, whether a winner is named; coins or not. Raises ClaimNotYours or ClaimInvalid."""
    winner = _locked_win(winner_id, player_id)
    _set_publicity(winner, publicity)
    winner.save(update_fields=["is_public", "public_name"])
    return winner


def publicity_of(winner: Winner) -> Publicity:
    """Return what the winner chose about being named; an alias equal to their first name counts as that."""
    if not winner.is_public:
        return Publicity("hidden")
    named = winner.public_name == winner.user.first_name
    return Publicity("name") if named else Publicity("alias", winner.public_name)


def _set_publicity(winner: Winner, publicity: Publicity) -> None:
    if publicity.choice == "hidden":
        winner.is_public, winner.public_name = False, ""
        return
    if publicity.choice == "alias":
        text, field = publicity.alias, "alias"
        needed = gettext("Type the name to show, or choose not to be named.")
    elif publicity.choice == "name":
        text, field = winner.user.first_name, "publicity"
        needed = gettext("Your account has no first name. Type a name to show, or choose not to be named.")
    else:
        raise ClaimInvalid(gettext("Choose whether you want to be named."), "publicity")
    winner.public_name = _line(field, text, ALIAS_LENGTH, needed)
    winner.is_public = True


@transaction.atomic
def mark_sent(winner_id: int, tracking: str, actor: User) -> Winner:
    """Record that a claimed prize is on its way, once, and tell its winner.

    Raises NotSendable, ClaimInvalid, or ConflictOfInterest when whoever sends it holds a ticket in the draw.
    """
    rows = Winner.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "draw")
    winner = rows.filter(pk=winner_id).first()
    if winner is None or winner.hand_over != HandOver.CLAIMED:
        only = gettext("Only a prize that is claimed, and not sent yet, can be sent.")
        raise NotSendable(f"{only} {UNCHANGED}")
    if open_against(winner.pk):
        waits = gettext("Something is held against its winner, so the prize waits until that is decided.")
        raise NotSendable(f"{waits} {UNCHANGED}")
    refuse_stake(actor, winner.draw_id)
    tracking = _line("tracking", tracking, TRACKING_LENGTH)
    Winner.objects.filter(pk=winner.pk).update(hand_over=HandOver.SENT)
    # An old prize may have been claimed by telephone, before there was a page for it.
    now = database_now()
    sent = {"tracking": tracking, "sent_at": now, "sent_by": actor}
    if not Claim.objects.filter(winner=winner).update(**sent):
        Claim.objects.create(winner=winner, claimed_at=now, **sent)
    notifications.notify_sent(winner, tracking)
    winner.hand_over = HandOver.SENT
    return winner


@sensitive_variables()
def details_of(claim: Claim) -> HandOverDetails | None:
    """Return where a claimed prize goes; None when nothing is kept. Raises common.encryption.InvalidToken.

    Only the page that logs who reads it may call this.
    """
    return HandOverDetails(**json.loads(decrypt(claim.details))) if claim.details else None


def remind_of_claims() -> int:
    """Remind each winner, once, some days before the time to claim is over. Returns how many were told."""
    soon = Now() + timedelta(days=settings.CLAIM_REMINDER_DAYS)
    waiting = Winner.objects.filter(
        hand_over=HandOver.TO_CLAIM, claim_by__gt=Now(), claim_by__lte=soon, user__closed_at__isnull=True
    ).exclude(disqualifications__state__in=Disqualification.OPEN)
    return sweep(_not_reminded(waiting), remind_of_claim)


def _not_reminded(winners: QuerySet[Winner]) -> QuerySet[Winner]:
    number = Cast(OuterRef("pk"), CharField())
    told = Message.objects.filter(key=Concat(Value(notifications.REMINDER), number))
    return winners.exclude(Exists(told)).order_by("claim_by", "pk")


@transaction.atomic
def remind_of_claim(winner_id: int) -> bool:
    """Remind one winner; False when that is done, or no longer needed."""
    rows = Winner.objects.select_for_update(no_key=True, of=("self",), skip_locked=True)
    winner = rows.select_related("user", "draw").filter(pk=winner_id, hand_over=HandOver.TO_CLAIM).first()
    # Asked again under the lock, in a statement that sees what another worker has just committed.
    if winner is None or not _not_reminded(Winner.objects.filter(pk=winner_id)).exists():
        return False
    notifications.notify_reminder(winner)
    return True
