"""Four eyes: one staff member asks, another approves, and only then is it done, once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Permission
from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Approval, User
from accounts.notifications.approvals import notify_asked
from common.database.clock import database_now
from common.registry import Registry

CONFLICT = gettext_lazy(
    "You have a stake in this: it is about yourself, or about a draw in which you hold a ticket. Somebody "
    "else has to decide."
)


class ApprovalError(Exception):
    """An approval cannot be asked for or decided; the sentence says why. Nothing was changed."""


@dataclass(frozen=True)
class Act:
    """An act that needs approval: `do` gets the payload and both staff members, and says what it did."""

    permission: str
    do: Callable[[dict[str, Any], User, User], str]
    # What `do` raises if the act can no longer be done; staff see its sentence.
    refusals: tuple[type[Exception], ...] = ()
    # Whether somebody has a stake in what the payload is about, and so neither asks for it nor decides it.
    conflict: Callable[[dict[str, Any], User], bool] = lambda payload, staff: False
    # What the second staff member reads before deciding, as it stands at that moment.
    facts: Callable[[dict[str, Any]], list[tuple[str, object]]] = lambda payload: []
    # Those of the facts that may move meanwhile: they are kept as they were when the act was asked for.
    figures: Callable[[dict[str, Any]], list[tuple[str, str]]] = lambda payload: []
    # Why it can no longer be done, as things stand now; nothing if it can.
    why_not: Callable[[dict[str, Any]], str] = lambda payload: ""


# Under which a payload keeps the figures of the moment when it was asked for.
ASKED = "figures_when_asked"

# By the kind under which an approval is stored.
ACTS: Registry[Act] = Registry("acts that need approval")


def needed() -> bool:
    """Say whether this site requires a second staff member at all."""
    return bool(settings.STAFF_APPROVALS)


@transaction.atomic
def ask(
    kind: str, subject: str, *, summary: str, payload: dict[str, Any], reason: str, asked_by: User
) -> Approval:
    """Ask a second staff member for an act.

    Raises ApprovalError if the same act is already waiting, or if whoever asks has a stake in it.
    """
    _may(asked_by, ACTS[kind])
    if has_conflict(kind, payload, asked_by):
        raise ApprovalError(f"{CONFLICT} {_('Nothing was changed.')}")
    if not reason.strip():
        raise ApprovalError(_("Say why. The second staff member will read it. Nothing was changed."))
    try:
        with transaction.atomic():
            approval = Approval.objects.create(
                kind=kind,
                subject=subject,
                summary=summary,
                payload={**payload, ASKED: ACTS[kind].figures(payload)},
                reason=" ".join(reason.split()),
                asked_by=asked_by,
            )
    except IntegrityError:
        raise ApprovalError(_("This is already waiting for approval. Nothing was changed.")) from None
    notify_asked(approval, deciders_of(approval))
    return approval


def deciders_of(approval: Approval) -> list[User]:
    """Return who may decide a request: staff with the right who have no stake in it and did not ask."""
    app, _dot, codename = ACTS[approval.kind].permission.partition(".")
    right = models.Q(content_type__app_label=app, codename=codename)
    rights = Permission.objects.filter(right)
    may = models.Q(is_superuser=True) | models.Q(user_permissions__in=rights)
    staff = User.objects.filter(
        may | models.Q(groups__permissions__in=rights), is_staff=True, is_active=True
    ).exclude(pk=approval.asked_by_id)
    return [each for each in staff.distinct() if not has_conflict(approval.kind, approval.payload, each)]


def facts_now(approval: Approval) -> list[tuple[str, object]]:
    """Return what the act would do as things stand now, beside the figures when it was asked for."""
    asked = dict(map(tuple, approval.payload.get(ASKED, [])))
    beside = _("%(now)s (when it was asked for: %(then)s)")
    return [
        (label, beside % {"now": value, "then": asked[label]} if label in asked else value)
        for label, value in ACTS[approval.kind].facts(approval.payload)
    ]


@transaction.atomic
def approve(approval_id: int, *, by: User) -> str:
    """Do what was asked for, as its second staff member, and return a sentence that says what was done.

    Raises ApprovalError if it is already decided, not allowed, no longer possible, or their own request, or
    if one of the two has a stake in it.
    """
    approval = _waiting(approval_id)
    act = ACTS[approval.kind]
    if approval.asked_by_id == by.pk:
        raise ApprovalError(
            _("You asked for this yourself, so somebody else has to approve it. Nothing was changed.")
        )
    _may(by, act)
    if not _allowed(approval.asked_by, act):
        said = _(
            "%(asker)s is no longer allowed to do this. Refuse it, and ask for it yourself. Nothing was "
            "changed."
        )
        raise ApprovalError(said % {"asker": approval.asked_by})
    _refuse_conflict(approval, by)
    if has_conflict(approval.kind, approval.payload, approval.asked_by):
        said = _("%(asker)s has a stake in this and cannot ask for it. Refuse it. Nothing was changed.")
        raise ApprovalError(said % {"asker": approval.asked_by})
    _decide(approval, Approval.State.APPROVED, by)
    try:
        return act.do(approval.payload, approval.asked_by, by)
    except act.refusals as refusal:
        raise ApprovalError(str(refusal)) from refusal


@transaction.atomic
def refuse(approval_id: int, *, by: User, note: str) -> Approval:
    """Refuse an act, or withdraw one's own, with a note for the person who asked. Raises ApprovalError."""
    approval = _waiting(approval_id)
    own = approval.asked_by_id == by.pk
    if not own:
        _may(by, ACTS[approval.kind])
        _refuse_conflict(approval, by)
    return _decide(approval, Approval.State.WITHDRAWN if own else Approval.State.REFUSED, by, note)


def has_conflict(kind: str, payload: dict[str, Any], staff: User) -> bool:
    """Say whether somebody has a stake in an act: it is about themselves, or about a draw they are in."""
    return payload.get("user_id") == staff.pk or ACTS[kind].conflict(payload, staff)


def waiting_for(kind: str, subject: str) -> Approval | None:
    """Return the approval that this act is waiting for, if any."""
    waiting = Approval.objects.filter(kind=kind, subject=subject, state=Approval.State.WAITING)
    return waiting.select_related("asked_by").first()


def waiting_about(subject: str) -> list[Approval]:
    """Return every request about something that waits for a second staff member, the oldest first."""
    waiting = Approval.objects.filter(subject=subject, state=Approval.State.WAITING)
    return list(waiting.select_related("asked_by").order_by("pk"))


def kinds_of(user: User) -> list[str]:
    """Return the kinds of acts that this staff member may ask for and decide."""
    return [kind for kind, act in ACTS.items() if _allowed(user, act)]


def log(approval_by: User, row: models.Model, sentence: str) -> None:
    """Write what was done to a row into the staff log, in the name of the staff member who approved it."""
    rows = type(row)._default_manager.filter(pk=row.pk)
    LogEntry.objects.log_actions(approval_by.pk, rows, CHANGE, sentence, single_object=True)


def _waiting(approval_id: int) -> Approval:
    approval = Approval.objects.select_for_update(of=("self",)).filter(pk=approval_id).first()
    if approval is None or approval.state != Approval.State.WAITING:
        raise ApprovalError(_("This has already been decided. Nothing was changed."))
    return approval


def _allowed(user: User, act: Act) -> bool:
    return user.is_staff and user.has_perm(act.permission)


def _may(user: User, act: Act) -> None:
    if not _allowed(user, act):
        raise ApprovalError(_("You are not allowed to decide this. Nothing was changed."))


def _refuse_conflict(approval: Approval, by: User) -> None:
    if has_conflict(approval.kind, approval.payload, by):
        raise ApprovalError(f"{CONFLICT} {_('Nothing was changed.')}")


def _decide(approval: Approval, state: Approval.State, by: User, note: str = "") -> Approval:
    approval.state, approval.decided_by, approval.decided_at = state, by, database_now()
    approval.note = " ".join(note.split())
    approval.save(update_fields=["state", "decided_by", "decided_at", "note"])
    return approval
