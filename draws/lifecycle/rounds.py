"""Obtain the rounds that draws wait for, from any courier, and keep each once it is verified.

The network is asked while no database transaction is open and no lock is held.
"""

import threading
import time

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from common.database.clock import database_now
from common.database.sweeps import sweep
from draws import fairness
from draws.beacon import chain, folder, relays
from draws.beacon.answers import BadAnswer, read_round
from draws.exceptions import RoundRefused
from draws.lifecycle import close
from draws.models import Draw, Round, Seal
from draws.proof import standing

LONGEST_PAUSE = 30.0

_turn = threading.Lock()
_next_asked: dict[int, float] = {}


def fetch_rounds() -> int:
    """Freeze beacon draws that are due, after asking whether their round is known already; then obtain the
    rounds that frozen draws wait for. Returns how many steps were made.

    May run twice, late, or in several places at once; a slow relay holds up nothing but this.
    """
    if not _turn.acquire(blocking=False):
        return 0
    try:
        if not standing.is_whole():
            return 0
        return _read_folder() + _freeze_due() + _ask_for_waiting()
    finally:
        _turn.release()


def reset() -> None:
    """Ask for every round again at once."""
    _next_asked.clear()


def keep(number: int, signature: bytes, source: str) -> bool:
    """Write down a round of the accepted chain once its signature is verified; False when it was there.

    Raises fairness.BadRound.
    """
    fairness.verify_round(chain.CHAIN, number, signature)
    return _write(number, signature, source)


def paste(draw: Draw, text: str, *, actor: User) -> Round:
    """Keep the round of one draw as a member of staff pasted it: drand's JSON, or the signature in hex.

    Raises RoundRefused with a sentence; then nothing was changed.
    """
    seal = Seal.objects.filter(pk=draw.pk).first()
    if seal is None or seal.round is None or draw.has_ended:
        raise RoundRefused(_("This draw waits for no round of the beacon. Nothing was changed."))
    try:
        number, signature = read_round(text.encode("utf-8", "replace"))
        if number not in (None, seal.round):
            other = _("It is round %(given)s, but this draw is waiting for round %(awaited)s.")
            raise BadAnswer(other % {"given": number, "awaited": seal.round})
        keep(seal.round, signature, f"staff: {actor.pk}")
    except (BadAnswer, fairness.FairnessError) as error:
        raise RoundRefused(_("%(why)s Nothing was changed.") % {"why": error}) from None
    return Round.objects.get(chain_hash=seal.chain_hash, round=seal.round)


def _write(number: int, signature: bytes, source: str) -> bool:
    accepted = chain.CHAIN.chain_hash
    if Round.objects.filter(chain_hash=accepted, round=number).exists():
        return False
    row = Round(chain_hash=accepted, round=number, signature=signature, source=source)
    Round.objects.bulk_create([row], ignore_conflicts=True)
    return True


def _missing(draws: QuerySet[Draw]) -> list[int]:
    """Return the rounds of these draws that are not obtained yet, the earliest first."""
    same = Round.objects.filter(chain_hash=OuterRef("chain_hash"), round=OuterRef("round"))
    seals = Seal.objects.filter(~Exists(same), draw__in=draws, chain_hash=chain.CHAIN.chain_hash)
    return [number for number in seals.values_list("round", flat=True).distinct().order_by("round") if number]


def _read_folder() -> int:
    if not settings.BEACON_FOLDER:
        return 0
    wanted = _missing(Draw.objects.filter(Q(pk__in=_due()) | Q(pk__in=Draw.objects.undrawn())))
    rounds = folder.read_rounds() if wanted else {}
    kept = 0
    for number in wanted:
        for signature, name in rounds.get(number, ()):
            try:
                kept += keep(number, signature, f"file: {name}")
                break
            except fairness.FairnessError as error:
                folder.refused(name, str(error))
    return kept


def _due() -> QuerySet[Draw]:
    return Draw.objects.due().filter(fairness_mode=Draw.Mode.BEACON)


def _freeze_due() -> int:
    """Freeze what is due now; a round that a relay has already is written down first, and voids its draws."""
    due = Draw.objects.filter(pk__in=list(_due().values_list("pk", flat=True)))
    until = time.monotonic() + settings.BEACON_TIMEOUT_SECONDS
    for number in _missing(due):
        if time.monotonic() >= until:
            break
        _fetch(number)
    return sweep(due.order_by("draw_time", "pk"), close.freeze_draw)


def _ask_for_waiting() -> int:
    """Ask for the rounds whose time has come: at once, and the longer nobody has one, the less often."""
    waiting = _missing(Draw.objects.undrawn())
    for number in set(_next_asked) - set(waiting):
        del _next_asked[number]
    now, kept = database_now(), 0
    until = time.monotonic() + 2 * settings.BEACON_TIMEOUT_SECONDS
    for number in waiting:
        late = (now - chain.round_time(number)).total_seconds()
        if late < -relays.ASK_AHEAD or time.monotonic() >= until:
            break
        if time.monotonic() < _next_asked.get(number, 0):
            continue
        kept += _fetch(number)
        _next_asked[number] = time.monotonic() + min(max(late / 20, 0.5), LONGEST_PAUSE)
    return kept


def _fetch(number: int) -> bool:
    found = relays.fetch(number)
    return found is not None and _write(number, *found)
