"""End a draw without winners: by staff before its closing time, or by rule at closing."""

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.service_flag import as_service
from draws import fairness
from draws.exceptions import NotCancellable
from draws.models import Draw, Seal
from draws.proof import log, seals
from draws.proof.sealed_secrets import secrets_of


def void(draw: Draw, code: Draw.VoidCode, reason: str, by: User | None = None) -> None:
    """Record in the surrounding database transaction that a locked, published draw has no winners, and why.

    Its tickets are listed, frozen or not: whoever reads the list and the seed sees whom the void hit. `by` is
    the member of staff who cancelled it. The refunds follow: the sweep sees a draw that ended and is not
    settled. Raises NotCancellable when a draw to be cancelled has reached its closing time meanwhile.
    """
    record = Seal.objects.get(pk=draw.pk)
    # With the list the seed is published, so that anyone can compute whom the void hit.
    seed = secrets_of(record).server_seed if draw.current_participants else None
    listed = bytes(record.freeze_hash) if record.freeze_hash else None
    if seed is not None and listed is None:
        listed = _list_tickets(draw, record, seed)
    # A long list takes a while, and so may the log's lock: what counts is when the record is written.
    if code == Draw.VoidCode.CANCELLED and log.next_time() >= record.closes_at:
        raise NotCancellable(_("Only a draw that is still open can be cancelled. Nothing was changed."))
    digest = fairness.void_hash(bytes(record.open_hash), listed, fairness.VoidCode(code), reason)
    Seal.objects.filter(pk=draw.pk).update(void_hash=digest, server_seed=seed)
    with as_service("void"):
        Draw.objects.filter(pk=draw.pk).update(
            cancelled_at=Now(), is_active=False, void_code=code, void_reason=reason, cancelled_by=by
        )
    log.append(draw, "void", digest)


def _list_tickets(draw: Draw, record: Seal, seed: bytes) -> bytes:
    """Publish a list that was never frozen; return the freeze hash that it would have had."""
    tree = seals.write_list(draw, record)
    root = tree.root()
    Seal.objects.filter(pk=draw.pk).update(root=root, total=tree.total)
    return seals.list_hash(draw, record, root, tree.total, seed)
