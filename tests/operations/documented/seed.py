"""Code for a production's shell: players and draws, made through the services as the site's role."""

PLAYERS = """
from accounts.players import create_player
from ledger.services import adjust
staff = create_player("sam@lucky11.example", "{password}", confirmed=True, accepted_rules=True, is_staff=True)
staff.is_superuser = True
staff.save()
for name in {names}:
    fields = {{"first_name": name.title(), "confirmed": True, "accepted_rules": True}}
    player = create_player(f"{{name}}@lucky11.example", "{password}", **fields)
    adjust(player.pk, 150, "For the test", actor=staff, key=f"test:{{name}}")
"""
# A draw that closes within seconds, with tickets of these players; the clock draws it.
DRAW = """
import time
from datetime import timedelta
from django.utils import timezone
from accounts.models import User
from draws.entries.take import take_tickets
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.publish import publish_draw
from draws.models import Draw
closes = timezone.now().replace(microsecond=0) + timedelta(seconds={seconds})
draft = Draw.objects.create(
    title="{title}", entry_fee=5, prize_coins=100, max_participants=50, max_per_player=5, draw_time=closes
)
draw = publish_draw(draft.pk, shortest=timedelta(0))
for number, player in enumerate(User.objects.filter(email__in={emails}).order_by("email")):
    take_tickets(player.pk, draw.pk, number % 3 + 1, f"request-{{draw.pk}}-{{number}}")
while {wait} and not Draw.objects.filter(pk=draw.pk, drawn_at__isnull=False).exists():
    close_due_draws()
    time.sleep(0.1)
print(draw.pk)
"""
PASSWORD = "correct-horse-battery"
NAMES = ["ana", "ben", "cem"]


def players(names: list[str] = NAMES) -> str:
    """Players with coins, and a member of staff."""
    return PLAYERS.format(names=names, password=PASSWORD)


def draw(title: str, *, seconds: int = 2, wait: bool = True) -> str:
    """A draw that closes in so many seconds, with tickets; wait until it is drawn."""
    emails = [f"{name}@lucky11.example" for name in NAMES]
    return DRAW.format(title=title, seconds=seconds, wait=wait, emails=emails)
