"""The import as a whole: the order of its stages, and the check of the books afterwards."""

from common.progress import Progress
from lucky11.importing.coins import import_coins, refund_tickets
from lucky11.importing.decisions import Decisions
from lucky11.importing.history import import_draws, import_tickets, import_winners
from lucky11.importing.job import Choices, Import
from lucky11.importing.report import Report
from lucky11.importing.rows import RowFiles
from lucky11.importing.source import Source
from lucky11.importing.users import import_users
from lucky11.integrity.checks import find_defects


def import_old_site(
    source: Source,
    choices: Choices,
    progress: Progress,
    decisions: Decisions | None = None,
    rows: RowFiles | None = None,
) -> Report:
    """Import what is not here yet, each batch in its own database transaction: after a crash, call it again.

    `decisions` are obeyed as they are: check them first. Every row that is reported also goes into `rows`.

    Raises CannotRead if the source fails, or an earlier import decided otherwise about duplicate emails.
    """
    job = Import(source, choices, progress, decisions or Decisions(), rows)
    if source.zoneless:
        columns = ", ".join(source.zoneless)
        job.report.notes.append(f"Times without a time zone, read as {source.zone}: {columns}.")
    for stage in (import_users, import_draws, import_tickets, import_winners, import_coins):
        stage(job)
    if choices.refund or job.decisions.has("refund"):
        refund_tickets(job)
    if choices.apply:
        job.show("integrity", 0, 0)
        job.report.defects += [str(defect) for defect in find_defects().defects]
    return job.report
