"""Disqualifying a winner: told at once, with time to object; only then the prize goes to the next reserve.

While something is held against a winner the prize stays where it is: it is not sent, not claimed, and the
time to claim it stands still. `pass_on.py` moves the prize once the disqualification stands.
"""

import unicodedata
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from common.database.clock import database_now
from common.text import wording
from common.text.hidden import hidden_sign
from draws.conflicts import refuse_stake
from draws.exceptions import ClaimInvalid, ClaimNotYours, NotDecidable, NotPassable
from draws.models import Disqualification, Seal, Winner
from draws.prizes import notifications

State, Reason, HandOver = Disqualification.State, Disqualification.Reason, Winner.HandOver
TEXT_LENGTH = 2_000
LEAST_LETTERS = 3


@transaction.atomic
def disqualify(
    winner_id: int, reason: str, evidence: str, *, asked_by: User, approved_by: User | None = None
) -> Disqualification:
    """Hold something against a winner and tell them, with DISQUALIFICATION_OBJECTION_DAYS days to object.

    `evidence` is what staff know; the winner reads it, the public does not. Raises NotPassable (sent, passed
    on, already held against, one more than the seal allows), ClaimInvalid or ConflictOfInterest; then nothing
    was changed.
    """
    winner = _locked(winner_id)
    if winner is None or winner.hand_over not in (HandOver.TO_CLAIM, HandOver.CLAIMED):
        raise NotPassable(_("Only a prize to claim or claimed can be passed on. Nothing was changed."))
    if open_against(winner_id):
        raise NotPassable(_("The winner has already been told. Nothing was changed."))
    if reason not in Reason.values:
        raise ClaimInvalid(_("Choose a reason from the list."), "reason")
    for staff in (asked_by, approved_by):
        refuse_stake(staff, winner.draw_id)
    _refuse_beyond_seal(winner)
    now = database_now()
    made = Disqualification.objects.create(
        winner=winner,
        reason=reason,
        evidence=checked(evidence, "evidence"),
        asked_by=asked_by,
        approved_by=approved_by,
        told_at=now,
        object_by=now + timedelta(days=settings.DISQUALIFICATION_OBJECTION_DAYS),
    )
    notifications.notify_disqualified(made)
    return made


@transaction.atomic
def object_to(winner_id: int, player_id: str, text: str) -> Disqualification:
    """Take a winner's objection, once and in time by the database's clock; the prize then waits for staff.

    Raises ClaimNotYours, ClaimInvalid, or NotDecidable when nothing is held against them or it is too late.
    """
    winner = _locked(winner_id)
    if winner is None or winner.user_id != player_id:
        raise ClaimNotYours(_("There is no such prize to claim."))
    against = open_against(winner_id)
    if against is None or against.state != State.TOLD:
        raise NotDecidable(_("There is nothing to object to, or you have already objected."))
    if against.object_by <= database_now():
        raise NotDecidable(_("The time to object has passed. Nothing was changed."))
    against.objection, against.objected_at = checked(text, "objection"), database_now()
    against.state = State.OBJECTED
    against.save(update_fields=["objection", "objected_at", "state"])
    return against


@transaction.atomic
def decide(winner_id: int, *, uphold: bool, why: str, by: User) -> Disqualification:
    """Decide about an objection, or drop what is held against a winner; they read `why`.

    Only an objection is upheld, and only by somebody else than who asked for the disqualification. Whoever
    keeps the prize gets back the time to claim that passed meanwhile. Raises NotDecidable, ClaimInvalid or
    ConflictOfInterest.
    """
    winner, against = _locked(winner_id), open_against(winner_id)
    if winner is None or against is None or against.state == State.UPHELD:
        raise NotDecidable(_("There is nothing to decide. Nothing was changed."))
    if uphold and against.state != State.OBJECTED:
        raise NotDecidable(_("The winner can still object. Nothing was changed."))
    if uphold and against.asked_by_id == by.pk:
        raise NotDecidable(
            _("You asked for this, so somebody else has to decide the objection. Nothing was changed.")
        )
    refuse_stake(by, winner.draw_id)
    against.decision, against.decided_by, against.decided_at = checked(why, "why"), by, database_now()
    against.state = State.UPHELD if uphold else State.DROPPED
    against.save(update_fields=["decision", "decided_by", "decided_at", "state"])
    if not uphold:
        _give_time_back(winner, against)
    notifications.notify_decided(against)
    return against


def open_against(winner_id: int) -> Disqualification | None:
    """Return what is held against a winner now, if anything."""
    rows = Disqualification.objects.filter(winner=winner_id, state__in=Disqualification.OPEN)
    return rows.select_related("winner__user", "winner__draw", "asked_by").first()


def may_object(against: Disqualification) -> bool:
    """Say whether the winner can still object, by this machine's clock; `object_to` asks the database's."""
    return against.state == State.TOLD and against.object_by > timezone.now()


def with_disputes(wins: QuerySet[Winner]) -> QuerySet[Winner]:
    """Annotate each win with `disputed`: whether something is held against its winner now."""
    held = Disqualification.objects.filter(winner=OuterRef("pk"), state__in=Disqualification.OPEN)
    return wins.annotate(disputed=Exists(held))


def checked(text: str, field: str) -> str:
    """Return a text whose letters can be seen, trimmed. Raises ClaimInvalid."""
    text = text.replace("\r\n", "\n").strip()
    letters = sum(unicodedata.category(character)[0] == "L" for character in text)
    if letters < LEAST_LETTERS or "\x00" in text:
        raise ClaimInvalid(_("Say it in words. Nothing was changed."), field)
    if sign := hidden_sign(text.replace("\n", " ")):
        said = _("There is a sign in it that nobody sees (%(sign)s). Type it again without that sign.")
        raise ClaimInvalid(said % {"sign": sign}, field)
    if len(text) > TEXT_LENGTH:
        said = _("Use at most %(most)s characters. Nothing was changed.") % {"most": TEXT_LENGTH}
        raise ClaimInvalid(said, field)
    return text


def _locked(winner_id: int) -> Winner | None:
    """Lock the winner's player, then the prize, as every service does that moves it."""
    named = Winner.objects.filter(pk=winner_id).values_list("user_id", flat=True).first()
    list(User.objects.select_for_update(no_key=True).filter(pk=named))
    rows = Winner.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "draw")
    return rows.filter(pk=winner_id).first()


def _refuse_beyond_seal(winner: Winner) -> None:
    """Refuse one more than the draw's seal allows (sql/disqualifications_bound.sql holds it too)."""
    most = Seal.objects.get(pk=winner.draw_id).most_disqualified
    held = Disqualification.objects.filter(winner__draw=winner.draw_id).exclude(state=State.DROPPED).count()
    if most is not None and held >= most:
        said = ngettext(
            "The seal of this draw lets staff take %(most)s prize back. Nothing was changed.",
            "The seal of this draw lets staff take %(most)s prizes back. Nothing was changed.",
            most,
        )
        raise NotPassable(said % {"most": wording.grouped(most)})


def _give_time_back(winner: Winner, against: Disqualification) -> None:
    stood_still = database_now() - against.told_at
    waits = Winner.objects.filter(pk=winner.pk, hand_over=HandOver.TO_CLAIM, claim_by__isnull=False)
    waits.update(claim_by=F("claim_by") + stood_still)
