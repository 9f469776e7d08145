"""The import as a whole: in which order it goes, and how it is known that the books are right afterwards."""

from collections.abc import Callable
from dataclasses import dataclass

from lucky11.importing.coins import bring_coins, refund_tickets
from lucky11.importing.history import bring_draws, bring_tickets, bring_winners
from lucky11.importing.report import Report
from lucky11.importing.source import Source
from lucky11.importing.users import People, bring_users
from lucky11.integrity.checks import CHECKS


@dataclass(frozen=True)
class Choices:
    """What the operator decided; without `apply` nothing is changed."""

    apply: bool = False
    merge: bool = True
    settle: bool = False
    refund: bool = False


def bring_over(source: Source, choices: Choices, progress: Callable[[str, int, int], None]) -> Report:
    """Import what is not here yet, each batch in its own database transaction: after a crash, call it again.

    Raises CannotRead when the source fails, or an earlier import decided otherwise about duplicate e-mails.
    """
    report, people = Report(choices.apply, progress), People(choices.merge)
    if source.zoneless:
        report.notes.append(f"Times without zone, read as {source.zone}: {', '.join(source.zoneless)}.")
    bring_users(source, report, people)
    bring_draws(source, report, people, refund=choices.refund)
    bring_tickets(source, report, people)
    bring_winners(source, report, people)
    bring_coins(source, report, people, settle=choices.settle)
    if choices.refund:
        refund_tickets(source, report, people)
    if choices.apply:
        report.progress("integrity", 0, 0)
        report.defects += [str(defect) for defect in (check() for check in CHECKS.values()) if defect]
    return report
