"""Draws, tickets and winners of the old site become its archive here."""

from decimal import Decimal
from typing import Any

from django.db import transaction

from draws import old_site
from draws.models import OldDraw, OldTicket, OldWinner
from lucky11.importing import clean, queries
from lucky11.importing.report import Report
from lucky11.importing.source import Source, batches
from lucky11.importing.users import People

AT_ONCE = 2000


def bring_draws(source: Source, report: Report, people: People, *, refund: bool) -> None:
    """Bring the draws over, and the wins that only the draw itself knows of."""
    rows = source.rows(queries.draws(source))
    for batch in report.followed("draws", source.count("draws"), batches(rows, 500)):
        for row in batch:
            _find_dirt(row, report, refund=refund)
        report.counts["draws read"] += len(batch)
        if report.applied:
            with transaction.atomic():
                report.counts["draws added"] += old_site.add_draws([_draw(row) for row in batch])
                alone = [_winner_of(row, people) for row in batch if _only_named(row)]
                report.counts["wins added"] += old_site.add_winners(alone)


def bring_tickets(source: Source, report: Report, people: People) -> None:
    """Bring the tickets over, without those of nobody or of no draw."""
    rows = source.rows(queries.tickets(source))
    for batch in report.followed("tickets", source.count("participations"), batches(rows, AT_ONCE)):
        good = [_ticket(row, people, report) for row in batch if _has_both(row, "ticket", report)]
        report.counts["tickets read"] += len(batch)
        if report.applied:
            report.counts["tickets added"] += old_site.add_tickets(good)


def bring_winners(source: Source, report: Report, people: People) -> None:
    """Bring the winners over, without those of nobody, of no draw, or twice of one draw."""
    rows = source.rows(queries.winners(source))
    for batch in report.followed("winners", source.count("winners"), batches(rows, AT_ONCE)):
        good = []
        for row in batch:
            if not _has_both(row, "winner", report):
                continue
            if row.nth > 1:
                report.find("duplicate winner", f"winner {row.id}")
                continue
            good.append(_winner(row, people, report))
        report.counts["winners read"] += len(batch)
        if report.applied:
            report.counts["wins added"] += old_site.add_winners(good)


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


def _only_named(row: Any) -> bool:
    return row.winner_here and not row.wins


def _winner_of(row: Any, people: People) -> OldWinner:
    return OldWinner(
        pk=-row.id - 1,
        draw_id=row.id,
        user_id=people.player_of(row.winner_id),
        prize_amount=clean.money(row.prize_amount) or Decimal(0),
        won_at=row.draw_time or row.created_at or clean.UNKNOWN_TIME,
    )


def _ticket(row: Any, people: People, report: Report) -> OldTicket:
    if row.participated_at is None:
        report.find("ticket without time", f"participation {row.id}")
    taken_at = row.participated_at or row.draw_time or clean.UNKNOWN_TIME
    return OldTicket(
        pk=row.id,
        draw_id=row.draw_id,
        user_id=people.player_of(row.user_id),
        participated_at=taken_at,
        taken_on=taken_at.date(),
    )


def _winner(row: Any, people: People, report: Report) -> OldWinner:
    prize = clean.money(row.prize_amount)
    if prize is None:
        report.find("impossible prize", f"winner {row.id}: {row.prize_amount}")
    if row.won_at is None:
        report.find("winner without time", f"winner {row.id}")
    if not row.holds:
        report.find("winner without ticket", f"winner {row.id}")
    return OldWinner(
        pk=row.id,
        draw_id=row.draw_id,
        user_id=people.player_of(row.user_id),
        prize_amount=prize or Decimal(0),
        won_at=row.won_at or row.draw_time or clean.UNKNOWN_TIME,
        celebration_video_url=clean.web_address(row.celebration_video_url),
    )


def _has_both(row: Any, what: str, report: Report) -> bool:
    if not row.user_here:
        report.find(f"{what} of nobody", f"{what} {row.id}: user {row.user_id}")
    elif not row.draw_here:
        report.find(f"{what} of no draw", f"{what} {row.id}: draw {row.draw_id}")
    return bool(row.user_here and row.draw_here)


def _find_dirt(row: Any, report: Report, *, refund: bool) -> None:
    named = f"draw {row.id}"
    if not (row.title or "").strip():
        report.find("draw without title", named)
    if row.draw_time is None:
        report.find("draw without time", named)
    if clean.whole(row.entry_fee, least=0) is None:
        report.find("impossible price", f"{named}: {row.entry_fee}")
    if clean.money(row.prize_amount) is None:
        report.find("impossible prize", f"{named}: {row.prize_amount}")
    if row.current_participants != row.tickets:
        report.find("wrong ticket count", f"{named}: {row.current_participants} of {row.tickets}")
    if _only_named(row):
        report.find("winner in the draw alone", f"{named}: user {row.winner_id}")
    if row.wins and row.winner_here and not row.named:
        report.find("winner in the draw disagrees", f"{named}: user {row.winner_id}")
    if row.winner_id is not None and not row.winner_here:
        report.find("winner in the draw missing", f"{named}: user {row.winner_id}")
    if row.tickets and not row.wins and not row.winner_here:
        report.find("draw not drawn, refunded" if refund else "draw not drawn", named)
