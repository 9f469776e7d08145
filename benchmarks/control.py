"""What `draws.entries.take.take_tickets` is compared with: the same service as it is usually written.

It locks the draw with `select_for_update()`, checks, and writes with ORM statements. It refuses the same,
answers a repeated request the same, and writes the same rows through the same triggers.
"""

from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.players import has_confirmed_email
from common.database.service_flag import as_service
from draws import exceptions as refused
from draws.entries.take import Entry
from draws.models import Draw, Participation
from ledger.models import Transaction


@transaction.atomic
def take_tickets(player_id: str, draw_id: int, count: int, request_id: str) -> Entry:
    """Take tickets as the service does. Raises EntryRefused when nothing was charged."""
    draw = Draw.objects.select_for_update().filter(pk=draw_id, published_at__isnull=False).first()
    if draw is None:
        raise refused.DrawNotFound("There is no such draw.")
    player = User.objects.select_for_update().get(pk=player_id)
    key = f"entry:{player_id}:{draw_id}:{request_id}"
    paid = Transaction.objects.filter(idempotency_key=key).first()
    if paid is not None:
        return _first_answer(paid, count)
    _refuse(draw, player, count)
    cost = count * draw.entry_fee
    paid = Transaction.objects.create(
        user=player,
        type=Transaction.Type.ENTRY,
        amount=-cost,
        description=f"{count} {'ticket' if count == 1 else 'tickets'}: {draw.title}",
        idempotency_key=key,
        reference=f"draw:{draw.pk}",
    )
    _count_day(player, count)
    numbers = _write_tickets(draw, player, paid, count)
    return Entry(draw.pk, numbers, cost, player.coins - cost, replayed=False)


def _first_answer(paid: Transaction, count: int) -> Entry:
    tickets = list(
        Participation.objects.filter(transaction=paid, user=paid.user_id).order_by("ticket_number")
    )
    if len(tickets) != count:
        raise refused.RequestConflict("This form was sent before with another number of tickets.")
    numbers = [ticket.ticket_number for ticket in tickets]
    return Entry(tickets[0].draw_id, numbers, -paid.amount, paid.balance_after, replayed=True)


def _refuse(draw: Draw, player: User, count: int) -> None:
    if draw.cancelled_at is not None:
        raise refused.DrawCancelled("This draw was cancelled.")
    if not draw.is_active or timezone.now() >= draw.draw_time:
        raise refused.DrawClosed("This draw has closed.")
    if draw.tickets_left < count:
        raise refused.DrawFull("Not enough tickets are left.", draw.tickets_left)
    if not player.is_active:
        raise refused.PlayerSuspended("This account may not take tickets.")
    if not has_confirmed_email(player):
        raise refused.EmailNotConfirmed("Confirm your email address first.")
    if not player.is_vip and (draw.vip_only or draw.is_early_access):
        raise refused.VipOnly("For now only VIP players may enter this draw.")
    held = Participation.objects.filter(user=player, draw=draw).count()
    if held + count > draw.max_per_player:
        raise refused.TicketLimitReached("Ticket limit reached.", held, draw.max_per_player)
    if player.coins < count * draw.entry_fee:
        raise refused.NotEnoughCoins("Not enough coins.", player.coins, count * draw.entry_fee)


def _count_day(player: User, count: int) -> None:
    today, last, grace = player.today(), player.last_ticket_on, player.grace_used_on
    missed = (today - last).days - 1 if last else None
    streak = max(player.current_streak, 1)
    if missed is None or missed > 1:
        streak = 1
    elif missed == 0:
        streak += 1
    elif missed == 1:
        forgiven = grace is None or (today - grace).days > 7
        streak = streak + 1 if forgiven else 1
        grace = today - timedelta(days=1) if forgiven else grace
    User.objects.filter(pk=player.pk).update(
        total_participations=F("total_participations") + count,
        current_streak=streak,
        grace_used_on=grace,
        last_ticket_on=max(last or today, today),
    )


def _write_tickets(draw: Draw, player: User, paid: Transaction, count: int) -> list[int]:
    first = draw.current_participants + 1
    numbers = list(range(first, first + count))
    with as_service("take_tickets"):
        Draw.objects.filter(pk=draw.pk).update(current_participants=F("current_participants") + count)
    Participation.objects.bulk_create(
        Participation(
            user=player,
            draw=draw,
            ticket_number=number,
            transaction=paid,
            taken_on=player.today(),
            participated_at=Now(),
        )
        for number in numbers
    )
    return numbers
