"""Turns draws, tickets and winners of the old site into an archive here."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.db import transaction

from draws import old_site
from draws.models import OldDraw, OldTicket, OldWinner
from lucky11.importing import clean, queries
from lucky11.importing.job import Import

AT_ONCE = 2000
TABLES = {"ticket": "participations", "winner": "winners"}


def import_draws(job: Import) -> None:
    """Add the draws, and the wins that only the draw itself records."""
    source = job.source
    for batch in job.batches("draws", queries.draws(source), 500, source.count("draws")):
        for row in batch:
            _note_problems(row, job)
        job.count("draws read", len(batch))
        if job.choices.apply:
            with transaction.atomic():
                job.count("draws added", old_site.add_draws([_draw(row) for row in batch]))
                named = [_named_winner(row, job) for row in batch if _is_named_only(row)]
                job.count("wins added", old_site.add_winners(named))


def import_tickets(job: Import) -> None:
    """Add the tickets, without those whose user or draw is missing."""
    source = job.source
    for batch in job.batches("tickets", queries.tickets(source), AT_ONCE, source.count("participations")):
        good = [_ticket(row, job) for row in batch if _has_user_and_draw(row, "ticket", job)]
        job.count("tickets read", len(batch))
        if job.choices.apply:
            job.count("tickets added", old_site.add_tickets(good))


def import_winners(job: Import) -> None:
    """Add the winners, without those whose user or draw is missing, or who already won that draw."""
    source = job.source
    for batch in job.batches("winners", queries.winners(source), AT_ONCE, source.count("winners")):
        good = []
        for row in batch:
            if not _has_user_and_draw(row, "winner", job):
                continue
            if row.nth > 1:
                job.problem("duplicate winner", "winners", row.id, f"user {row.user_id}, draw {row.draw_id}")
                continue
            good.append(_winner(row, job))
        job.count("winners read", len(batch))
        if job.choices.apply:
            job.count("wins added", old_site.add_winners(good))


def _draw(row: Any) -> OldDraw:
    return OldDraw(
        pk=row.id,
        title=(row.title or "").strip() or f"Draw {row.id}",
        description=row.description or "",
        prize_amount=clean.money(row.prize_amount) or Decimal(0),
        entry_fee=clean.whole(row.entry_fee, least=0) or 0,
        draw_time=row.draw_time or row.created_at or clean.UNKNOWN_TIME,
        drawn=bool(row.wins) or row.winner_here,
    )


def _is_named_only(row: Any) -> bool:
    return row.winner_here and not row.wins


def _named_winner(row: Any, job: Import) -> OldWinner:
    return OldWinner(
        pk=-row.id - 1,
        draw_id=row.id,
        user_id=job.player_of(row.winner_id),
        prize_amount=clean.money(row.prize_amount) or Decimal(0),
        won_at=row.draw_time or row.created_at or clean.UNKNOWN_TIME,
    )


def _ticket(row: Any, job: Import) -> OldTicket:
    if row.participated_at is None:
        job.problem("ticket without time", "participations", row.id)
    taken_at = row.participated_at or row.draw_time or clean.UNKNOWN_TIME
    return OldTicket(
        pk=row.id,
        draw_id=row.draw_id,
        user_id=job.player_of(row.user_id),
        participated_at=taken_at,
        taken_on=taken_at.date(),
    )


def _winner(row: Any, job: Import) -> OldWinner:
    prize = clean.money(row.prize_amount)
    if prize is None:
        job.problem("impossible prize", "winners", row.id, row.prize_amount)
    if row.won_at is None:
        job.problem("winner without time", "winners", row.id)
    if not row.holds:
        job.problem("winner without ticket", "winners", row.id)
    return OldWinner(
        pk=row.id,
        draw_id=row.draw_id,
        user_id=job.player_of(row.user_id),
        prize_amount=prize or Decimal(0),
        won_at=row.won_at or row.draw_time or clean.UNKNOWN_TIME,
        celebration_video_url=clean.web_address(row.celebration_video_url),
    )


def _has_user_and_draw(row: Any, what: str, job: Import) -> bool:
    if not row.user_here:
        job.problem(f"{what} of nobody", TABLES[what], row.id, f"user {row.user_id}")
    elif not row.draw_here:
        job.problem(f"{what} of no draw", TABLES[what], row.id, f"draw {row.draw_id}")
    return bool(row.user_here and row.draw_here)


def _note_problems(row: Any, job: Import) -> None:
    def found(kind: str, values: object = "") -> None:
        job.problem(kind, "draws", row.id, values)

    if not (row.title or "").strip():
        found("draw without title")
    if row.draw_time is None:
        found("draw without time")
    if clean.whole(row.entry_fee, least=0) is None:
        found("impossible price", row.entry_fee)
    if clean.money(row.prize_amount) is None:
        found("impossible prize", row.prize_amount)
    if row.current_participants != row.tickets:
        found("wrong ticket count", f"{row.current_participants} of {row.tickets}")
    _note_winner(row, found)
    if row.tickets and not row.wins and not row.winner_here:
        found("draw not drawn, refunded" if job.choices.refund else "draw not drawn")


def _note_winner(row: Any, found: Callable[[str, object], None]) -> None:
    named = f"user {row.winner_id}"
    if _is_named_only(row):
        found("winner in the draw alone", named)
    if row.wins and row.winner_here and not row.named:
        found("winner in the draw disagrees", named)
    if row.winner_id is not None and not row.winner_here:
        found("winner in the draw missing", named)
