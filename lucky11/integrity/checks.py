"""The list of all checks of the books, and the functions that run them: in one snapshot, without locks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from django.db import connection, transaction

from common.progress import Progress, unseen
from draws.integrity import DRAW_CHECKS, check_streaks
from draws.proof import recompute
from draws.statistics import rewrite_statistics
from ledger.integrity import LEDGER_CHECKS, Defect, repair_coins, run
from ledger.proof_checks import PROOF_CHECKS
from ledger.seals import check_seals
from lucky11.integrity.foreign_keys import check_foreign_keys
from lucky11.operations import runs

Check = Callable[[], Defect | None]
# The kind of the recorded runs.
KIND = "check_integrity"
CHECKS: dict[str, Check] = {
    **{
        check.name: partial(run, check)
        for check in [*LEDGER_CHECKS, *PROOF_CHECKS, *DRAW_CHECKS, *recompute.LOG_CHECKS]
    },
    "streaks": check_streaks,
    "records": recompute.check_records,
    "rounds": recompute.check_newest_rounds,
    "foreign keys": check_foreign_keys,
}


@dataclass(frozen=True)
class Result:
    """What the checks found, and how many rows with a wrong derived value were repaired first."""

    checks: list[str]
    defects: list[Defect]
    repaired: int = 0


def selected(*, seals: bool = False, all_rounds: bool = False) -> dict[str, Check]:
    """Return the checks by name; on request also the ledger's seals, and all rounds, not just the newest."""
    checks = dict(CHECKS)
    if all_rounds:
        checks["rounds"] = recompute.check_all_rounds
    if seals:
        checks["seals"] = check_seals
    return checks


def run_checks(
    checks: Mapping[str, Check] = CHECKS, progress: Progress = unseen
) -> Iterator[tuple[str, Defect | None]]:
    """Run the checks one by one in one read-only snapshot; yield each one's name and its first defect.

    `progress` is called as each check begins.
    """
    with transaction.atomic(durable=not connection.in_atomic_block):
        if not connection.savepoint_ids:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        for number, (name, check) in enumerate(checks.items(), 1):
            progress(name, number, len(checks))
            yield name, check()


def find_defects(
    checks: Mapping[str, Check] = CHECKS, *, repair: bool = False, progress: Progress = unseen
) -> Result:
    """Run the checks, after repairing derived columns if `repair` is true; nothing is recorded."""
    repaired = _repair() if repair else 0
    defects = [defect for _, defect in run_checks(checks, progress) if defect]
    return Result(list(checks), defects, repaired)


def record_defects(
    checks: Mapping[str, Check] = CHECKS, *, repair: bool = False, progress: Progress = unseen
) -> Result:
    """Find defects and record the run for the alerts and the metrics; a run with defects has failed.

    A check that cannot run is recorded as a failure with its reason, and its error is raised.
    """
    with runs.record(KIND) as record:
        result = find_defects(checks, repair=repair, progress=progress)
        found = [str(defect) for defect in result.defects]
        record.details["defects"] = found
        record.summary = found[0] if found else f"{len(result.checks)} checks passed."
        record.ok = not found
    return result


@transaction.atomic
def _repair() -> int:
    return repair_coins() + rewrite_statistics()
