"""Draws, results and tickets."""

from django.urls import path

from draws.views import claims, detail, lists

app_name = "draws"

urlpatterns = [
    path("", lists.open_draws, name="list"),
    path("draws/<int:draw_id>/", detail.detail, name="detail"),
    path("draws/<int:draw_id>/enter/", detail.enter, name="enter"),
    path("winners/", lists.winners, name="winners"),
    path("winners/<int:winner_id>/claim/", claims.claim, name="claim"),
    path("winners/old-site/", lists.old_winners, name="old_winners"),
    path("tickets/", lists.tickets, name="tickets"),
    path("tickets/old-site/", lists.old_tickets, name="old_tickets"),
    path("how-it-works/", lists.how, name="how"),
]
