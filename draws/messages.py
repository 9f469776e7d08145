"""What players are told about their draws, by the outbox: one mail a fact."""

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from accounts import outbox
from accounts.models import User
from draws.models import Draw, Winner


def tell_winner(user: User, winner: Winner) -> None:
    """Tell a winner what they won and with which ticket."""
    context = {"user": user, "winner": winner, "draw": winner.draw, "url": _url(winner.draw)}
    _send(f"won:{winner.draw_id}:{winner.place}", user, f"You won: {winner.draw.title}", "won", context)


def tell_refunded(draw: Draw, user_id: str, coins: int) -> None:
    """Tell a player that a draw has no winner, why, and how many coins came back."""
    user = User.objects.get(pk=user_id)
    context = {"user": user, "draw": draw, "coins": coins, "url": _url(draw)}
    _send(f"refunded:{draw.pk}:{user_id}", user, f"Your coins are back: {draw.title}", "refunded", context)


def _send(key: str, user: User, subject: str, template: str, context: dict[str, object]) -> None:
    if user.email:
        text, html = (render_to_string(f"draws/email/{template}.{kind}", context) for kind in ("txt", "html"))
        outbox.enqueue(key, user.email, subject, text, html)


def _url(draw: Draw) -> str:
    return f"{settings.SITE_ORIGIN}{reverse('draws:detail', args=[draw.pk])}"
