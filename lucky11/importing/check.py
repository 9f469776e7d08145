"""Checks a file of decisions as a whole, against this site and the old one, before anything is changed."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from psycopg import sql

from accounts.addresses import validate_address
from accounts.models import User
from accounts.old_site import holders_of
from common.progress import Progress
from ledger.models import Transaction
from lucky11.importing import queries
from lucky11.importing.decisions import Decision, Decisions, Key, Refused
from lucky11.importing.job import Choices
from lucky11.importing.run import import_old_site
from lucky11.importing.source import Source
from lucky11.models import OperationRun

KIND = "import_decisions"


def check_decisions(source: Source, choices: Choices, decisions: Decisions, progress: Progress) -> None:
    """Raise Refused unless every decision fits a row that is open and says what it said in the report.

    It makes a dry run, which reads everything once. A file that was begun before may go on: what it has done
    is no longer open.
    """
    begun = was_begun(decisions.sha256)
    wrong = [*_players(decisions), *_emails(source, decisions, begun=begun)]
    if not wrong:
        import_old_site(source, replace(choices, apply=False), progress, decisions)
        wrong = decisions.unmet(begun=begun)
        decisions.met.clear()
    if wrong:
        raise Refused(sorted(wrong, key=_line))


def was_begun(sha256: str) -> bool:
    """Return whether an import with the very file was begun before."""
    return OperationRun.objects.filter(kind=KIND, details__sha256=sha256).exists()


def _line(sentence: str) -> int:
    return int(sentence.split(maxsplit=2)[1].rstrip(":"))


def _players(decisions: Decisions) -> Iterator[str]:
    named = list(decisions.with_action("link", "give"))
    open_ones = _in_lots(
        [decision.argument for _, decision in named],
        lambda lot: User.objects.filter(pk__in=lot, is_active=True).values_list("pk", flat=True),
    )
    keys = {f"import:tx:{key[2]}": decision for key, decision in named if decision.action == "give"}
    posted = dict(
        _in_lots(
            list(keys),
            lambda lot: Transaction.objects.filter(idempotency_key__in=lot).values_list(
                "idempotency_key", "user_id"
            ),
        )
    )
    for key, decision in named:
        if decision.argument not in open_ones:
            yield f"Line {decision.line}: there is no open account of player {decision.argument} here."
        elif posted.get(f"import:tx:{key[2]}", decision.argument) != decision.argument:
            yield f"Line {decision.line}: the transaction was given to another player before."


def _emails(source: Source, decisions: Decisions, *, begun: bool) -> Iterator[str]:
    given: list[tuple[Key, Decision]] = list(decisions.with_action("email"))
    emails = [decision.argument for _, decision in given]
    here = set() if begun else _in_lots(emails, holders_of)
    # One query for all: the old site's own addresses, as the import reads them.
    query = sql.SQL("WITH {} SELECT usable FROM people WHERE usable = ANY({})").format(
        queries.people(source, merge=True), sql.Literal(emails)
    )
    there = {row.usable for row in source.rows(query)} if emails else set()
    for _, decision in given:
        try:
            validate_email(decision.argument)
            validate_address(decision.argument)
        except ValidationError:
            yield f"Line {decision.line}: {decision.argument} is not an email address."
            continue
        if decision.argument in here | there:
            yield f"Line {decision.line}: another account has the email {decision.argument}."


def _in_lots(values: Sequence[str], find: Any) -> set[Any]:
    found: set[Any] = set()
    for start in range(0, len(values), 1000):
        found |= set(find(values[start : start + 1000]))
    return found
