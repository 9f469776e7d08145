"""Make demo players and draws through the services, as players and staff would."""

import time
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from accounts.approvals import approve
from accounts.models import Approval, User
from accounts.notifications.inbox import items_of, read_up_to
from accounts.players import create_player
from common.database.clock import database_now
from draws.entries.take import take_tickets
from draws.exceptions import EntryRefused
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, Winner
from draws.notifications.sweeps import send_receipts, send_results
from ledger.approvals import adjust
from lucky11.development.demo import (
    DAILY_AT,
    DAILY_TITLE,
    DRAWS,
    FINISHED,
    PASSWORD,
    PLAYER,
    PLAYERS,
    QUICK_TITLE,
    SECOND_GROUPS,
    SECOND_STAFF,
    STAFF,
    DemoDraw,
)
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting

COINS_EACH = 450
FINISHES_IN = timedelta(seconds=3)
# A newcomer needs a minute to enter, and waits three for the winner at the most.
QUICK_LASTS, QUICK_OVERLAP = timedelta(minutes=3), timedelta(minutes=1)
SOONEST_DAILY = timedelta(hours=1)
LOOK_EVERY = 5  # seconds
UNREAD = 3


class Command(Operation):
    roles = (acting.APP, acting.OWNER)
    help = (
        "Fill an empty site with demo players and draws. Running it again adds only what is missing, and the "
        "draws that have closed since, with fresh dates. With --keep, repeat that for the quick draw and the "
        "daily one until stopped, on a site that has the demo players."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--force", action="store_true", help="even if DEBUG is off (known passwords!)")
        parser.add_argument("--keep", action="store_true", help="keep a draw open that closes soon")

    def operate(self, *args: Any, force: bool, keep: bool, **options: Any) -> None:
        if not settings.DEBUG and not force:
            raise CommandError(
                "DEBUG is off, so this is a production configuration, and demo accounts have a known "
                "password. Nothing was changed. To seed anyway: manage.py seed --force"
            )
        if keep:
            self._keep()
            return
        staff = self._staff(STAFF, first_name="Sam", last_name="Staff", is_superuser=True)
        second = self._staff(SECOND_STAFF, first_name="Sofia", last_name="Second")
        second.groups.set(Group.objects.filter(name__in=SECOND_GROUPS))
        players = [self._player(staff, second, email, fields) for email, fields in PLAYERS.items()]
        finished = [draw for demo in FINISHED if (draw := self._finished(demo, players))]
        self._open_draws(players)
        self._quick_draw(players)
        send_receipts()
        self._finish(finished)
        self._send_messages(players[0])
        self.stdout.write(
            f"{User.objects.count()} accounts, {Draw.objects.count()} draws. "
            f"Sign in as {PLAYER} (player), {STAFF} or {SECOND_STAFF} (staff), password {PASSWORD}."
        )

    def _staff(self, email: str, **fields: Any) -> User:
        staff = User.objects.filter(email=email).first()
        known = {"confirmed": True, "accepted_rules": True, "is_staff": True}
        return staff or create_player(email, PASSWORD, **known, **fields)

    def _player(self, staff: User, second: User, email: str, fields: dict[str, Any]) -> User:
        player = User.objects.filter(email=email).first()
        player = player or create_player(email, PASSWORD, confirmed=True, accepted_rules=True, **fields)
        # One member of staff may not give so much to so many alone: the second one approves.
        asked = adjust(player, COINS_EACH, "Coins for the demo", by=staff, key=f"seed:{player.pk}")
        if isinstance(asked, Approval):
            approve(asked.pk, by=second)
        return player

    def _keep(self) -> None:
        """Give the draws fresh dates now, and then always have a draw that closes soon, and one for today."""
        started = False
        while True:
            players = list(User.objects.filter(email__in=PLAYERS, closed_at=None).order_by("created_at"))
            if len(players) == len(PLAYERS):
                self._open_draws(players, only=DAILY_TITLE if started else "")
                self._quick_draw(players)
                started = True
            time.sleep(LOOK_EVERY)

    def _open_draws(self, players: list[User], only: str = "") -> None:
        for demo in DRAWS:
            known = Draw.objects.filter(title=demo.title)
            again = not (demo.is_draft or demo.cancelled_because)
            if demo.title == (only or demo.title) and not (known.open() if again else known).exists():
                closes = _next_daily() if demo.title == DAILY_TITLE else _in(demo.closes_in)
                self._draw(demo, players, closes)

    def _finished(self, demo: DemoDraw, players: list[User]) -> Draw | None:
        if Draw.objects.filter(title=demo.title).exists():
            return None
        return self._draw(demo, players, _in(FINISHES_IN))

    def _draw(self, demo: DemoDraw, players: list[User], closes: datetime) -> Draw:
        """Make a demo draw, with the tickets that players take in it."""
        draw = Draw.objects.create(title=demo.title, draw_time=closes, **demo.fields)
        if demo.is_draft:
            return draw
        _publish(draw)
        order = list(zip(players, demo.tickets, strict=False))
        first = draw.pk % len(players)
        for player, count in order[first:] + order[:first]:
            _take(player, draw, count)
        if demo.cancelled_because:
            cancel_draw(draw.pk, reason=demo.cancelled_because)
        self.stdout.write(f"  {draw}")
        return draw

    def _quick_draw(self, players: list[User]) -> None:
        """Make a draw that closes three minutes from now, so that a newcomer sees a winner being drawn."""
        soon = timezone.now() + QUICK_OVERLAP
        if Draw.objects.open().filter(title=QUICK_TITLE, draw_time__gt=soon).exists():
            return
        draw = Draw.objects.create(
            title=QUICK_TITLE,
            description="A small draw that closes three minutes after it opens. Take a ticket and watch.",
            prize_coins=111,
            entry_fee=1,
            max_participants=111,
            max_per_player=11,
            illustration="coins",
            draw_time=_in(QUICK_LASTS),
        )
        _publish(draw)
        for player, count in zip(players[1:5], (3, 1, 2, 4), strict=True):
            _take(player, draw, count)

    def _finish(self, draws: list[Draw]) -> None:
        """Let the past draws end as any draw does: when they reach their closing time."""
        if draws:
            latest = max(draw.draw_time for draw in draws)
            while database_now() <= latest:
                time.sleep(0.2)
        close_due_draws()
        for winner in Winner.objects.filter(draw__in=draws).select_related("user"):
            public = bool(winner.user.last_name)
            Winner.objects.filter(pk=winner.pk).update(
                is_public=public, public_name=winner.user.first_name if public else ""
            )

    def _send_messages(self, reader: User) -> None:
        """Send everyone the results of their tickets; one player has read all but the newest few messages."""
        send_results()
        items = items_of(reader, size=UNREAD + 1)
        if len(items) > UNREAD:
            read_up_to(reader, items[-1].newest.pk)


def _in(wait: timedelta) -> datetime:
    return (timezone.now() + wait).replace(microsecond=0)


def _publish(draw: Draw) -> None:
    """Open a demo draw, also one that closes within seconds."""
    publish_draw(draw.pk, shortest=timedelta(0))


def _next_daily() -> datetime:
    """Return the next time of the daily draw that leaves players an hour."""
    earliest = timezone.now() + SOONEST_DAILY
    closes = datetime.combine(earliest.date(), DAILY_AT, UTC)
    return closes if closes > earliest else closes + timedelta(days=1)


def _take(player: User, draw: Draw, count: int) -> None:
    """Take tickets as a player does; skip a demo player who is not allowed to or cannot pay."""
    if count:
        try:
            take_tickets(player.pk, draw.pk, count, "seed-request")
        except EntryRefused:
            return
