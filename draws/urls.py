"""Draws, results and tickets."""

from django.urls import path

from draws.views import claims, detail, lists, verify

app_name = "draws"

urlpatterns = [
    path("", lists.open_draws, name="list"),
    path("draws/<int:draw_id>/", detail.detail, name="detail"),
    path("draws/<int:draw_id>/enter/", detail.enter, name="enter"),
    path("draws/<int:draw_id>/verify/", verify.verify, name="verify"),
    path("verify/lucky11_checker.html", verify.checker, name="checker"),
    path("winners/", lists.winners, name="winners"),
    path("winners/<int:winner_id>/claim/", claims.claim, name="claim"),
    path("tickets/", lists.tickets, name="tickets"),
    path("how-it-works/", lists.how, name="how"),
]
