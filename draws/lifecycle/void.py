"""End a draw without winners: by staff before its closing time, or by rule at closing."""

from django.db.models.functions import Now

from accounts.models import User
from common.database.service_flag import as_service
from draws import fairness
from draws.models import Draw, Seal
from draws.proof import log


def void(draw: Draw, code: Draw.VoidCode, reason: str, by: User | None = None) -> None:
    """Record in the surrounding database transaction that a locked, published draw has no winners, and why.

    `by` is the member of staff who cancelled it. The refunds follow: the sweep sees a draw that ended and is
    not settled.
    """
    record = Seal.objects.get(pk=draw.pk)
    frozen = bytes(record.freeze_hash) if record.freeze_hash else None
    digest = fairness.void_hash(bytes(record.open_hash), frozen, fairness.VoidCode(code), reason)
    Seal.objects.filter(pk=draw.pk).update(void_hash=digest)
    with as_service("void"):
        Draw.objects.filter(pk=draw.pk).update(
            cancelled_at=Now(), is_active=False, void_code=code, void_reason=reason, cancelled_by=by
        )
    log.append(draw, "void", digest)
