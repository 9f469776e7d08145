"""Every address of the site, but the entry form looks, takes its time, and then sells: a control."""

from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from accounts.players import player_of
from draws.models import Draw, Participation
from ledger.models import Transaction
from lucky11.urls import handler400, handler403, handler404, handler500

__all__ = ["enter", "handler400", "handler403", "handler404", "handler500", "urlpatterns"]


def enter(request: HttpRequest, draw_id: int) -> HttpResponse:
    """Sell a ticket when some are left; nothing holds the draw between looking and selling."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
    player, seen = player_of(request), Draw.objects.get(pk=draw_id)
    if player is None:
        return HttpResponse(status=403)
    if seen.current_participants >= seen.max_participants:
        return HttpResponse(status=409)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.02)")
    paid = Transaction.objects.create(user=player, type="entry", amount=-5, user_seq=9)
    Participation.objects.create(user=player, draw=seen, ticket_number=paid.pk, transaction=paid)
    Draw.objects.filter(pk=draw_id).update(current_participants=seen.current_participants + 1)
    return HttpResponse(status=303)


urlpatterns = [path("draws/<int:draw_id>/enter/", enter), path("", include("lucky11.urls"))]
