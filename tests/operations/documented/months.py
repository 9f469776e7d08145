"""A month of a site's life through its services, played in the production's shell by its database's clock."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

import time_machine
from celery import current_app
from django.contrib.auth.models import Group

from accounts import approvals
from accounts.models import Approval, User
from accounts.play import breaks, suspension
from accounts.players import create_player
from accounts.privacy import account_deletion, data_export
from common.database.clock import database_now
from draws.entries.take import take_tickets
from draws.exceptions import EntryRefused
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, Winner
from draws.prizes.claims import HandOverDetails, Publicity, claim_prize, mark_sent
from draws.prizes.disqualify import disqualify
from ledger import approvals as adjustments
from ledger.bonuses import claim_daily_bonus
from ledger.exceptions import LedgerError
from ledger.safer_play.limits import set_limit
from lucky11.schedule import SWEEPS

MONTHS = 12
FIRST_PLAYERS, NEW_PLAYERS = 10, 3
# A draw closes as the next month begins: its list is frozen then, or never.
OPEN = timedelta(days=30)
KINDS = (
    {"title": "Coins of the month", "prize_coins": 60, "winner_count": 2, "entry_fee": 2},
    {"title": "A weekend away", "prize_amount": Decimal("240.00"), "entry_fee": 4, "reserve_count": 2},
    {"title": "A kettle", "prize_amount": Decimal("45.00"), "entry_fee": 1, "reserve_count": 1},
    {"title": "Too few will come", "prize_coins": 900, "entry_fee": 3, "min_participants": 150},
    {"title": "A boat trip", "prize_amount": Decimal("120.00"), "entry_fee": 3, "reserve_count": 1},
)
CANCELLED = KINDS[4]["title"]
# What belongs to a whole site at work, or reads it from without.
NOT_SWEPT = {"lucky11.tasks.check_alerts", "lucky11.tasks.maintain", "draws.tasks.fetch_rounds"}


def play(month: int) -> None:
    """What happened since the month before ends, its prizes are handed over, and this month's draws open."""
    with time_machine.travel(database_now(), tick=True):
        players = _players(month)
        _sweep()
        _hand_over(month)
        if month < MONTHS:
            _play_safer(month, players)
            _coins(month, players)
            _draws(month, players)
        _sweep()


def _staff() -> tuple[User, User]:
    """Who runs the site: one who asks, and one who approves."""
    found = []
    for name in ("rita", "otto"):
        email = f"{name}@lucky11.example"
        person = User.objects.filter(email=email).first()
        if person is None:
            person = create_player(email, confirmed=True, accepted_rules=True, is_staff=True)
            person.groups.set(Group.objects.filter(name__in=("Draws", "Prizes", "Coins")))
        found.append(person)
    return found[0], found[1]


def _players(month: int) -> list[User]:
    """Everybody who may play, with those who came this month."""
    _staff()
    new = FIRST_PLAYERS if month == 0 else NEW_PLAYERS if month < MONTHS else 0
    for number in range(new):
        name = f"player-{month}-{number}"
        fields: dict[str, Any] = {"first_name": name.title(), "last_name": "Year", "is_vip": number == 0}
        create_player(f"{name}@lucky11.example", confirmed=True, accepted_rules=True, **fields)
    return list(User.objects.filter(is_staff=False, is_active=True, email__contains="player-").order_by("pk"))


def _sweep() -> None:
    """Everything that beat has a worker do within a day."""
    current_app.loader.import_default_modules()
    for entry in SWEEPS.values():
        if entry["task"] not in NOT_SWEPT:
            current_app.tasks[entry["task"]](*entry.get("args", ()))


def _hand_over(month: int) -> None:
    """Some winners claim, some are sent their prize, one is disqualified, and the others let it lapse."""
    staff, other = _staff()
    waiting = Winner.objects.filter(hand_over=Winner.HandOver.TO_CLAIM).select_related("user").order_by("pk")
    for number, winner in enumerate(waiting):
        if (number + month) % 3 == 2 or winner.user.closed_at:
            continue
        where = HandOverDetails(winner.user.first_name, f"{number + 1} Long Street\nLisbon")
        claim_prize(winner.pk, winner.user_id, where, Publicity("name" if number % 2 else "hidden"))
        if (number + month) % 3 == 0:
            mark_sent(winner.pk, f"post-{winner.pk}", staff)
        elif month == 8:
            why = "The address does not exist."
            disqualify(winner.pk, "undeliverable", why, asked_by=staff, approved_by=other)


def _play_safer(month: int, players: list[User]) -> None:
    """Limits, breaks, a suspension that ends, an export, and accounts that are deleted."""
    staff, _ = _staff()
    if month == 2:
        set_limit(players[1].pk, "week", 40)
        breaks.take_break(players[2], "month")
    if month == 4:
        suspension.suspend(players[3].pk, "Two accounts with one card.", staff)
        breaks.take_break(players[4], "exclusion-year")
    if month == 5:
        suspension.end_suspension(players[3].pk, "It was a sister's.", staff)
    if month in (6, 9):
        data_export.ask(players[5])
        account_deletion.delete_account(players.pop().pk)


def _coins(month: int, players: list[User]) -> None:
    """The month's visits, and what staff correct: alone, or with a second person's approval."""
    first, second = _staff()
    for number, player in enumerate(players):
        try:
            claim_daily_bonus(player)
        except LedgerError:
            continue
        if number % 5 == month % 5:
            adjustments.adjust(player, 30, "A parcel came late", by=first, key=f"late:{month}:{player.pk}")
    key = f"large:{month}"
    asked = adjustments.adjust(players[0], 20_000, "An evening was paid in coins", by=first, key=key)
    assert isinstance(asked, Approval)
    approvals.approve(asked.pk, by=second)


def _draws(month: int, players: list[User]) -> None:
    """A draw of each kind, with tickets of half of the players; twice a year, staff cancel one."""
    closes = (database_now() + OPEN).replace(microsecond=0)
    for nth, kind in enumerate(KINDS):
        terms = {"max_participants": 200, "max_per_player": 5, **kind}
        draft = Draw.objects.create(**terms | {"title": f"{kind['title']} ({month + 1})"}, draw_time=closes)
        draw = publish_draw(draft.pk)
        for number, player in enumerate(islice(players, (month + nth) % 2, None, 2)):
            try:
                take_tickets(player.pk, draw.pk, number % 3 + 1, f"year-{draw.pk}-{number}")
            except EntryRefused:
                continue
        if kind["title"] == CANCELLED and month % 6 == 3:
            cancel_draw(draw.pk, reason="The boat is broken.")
