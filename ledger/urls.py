"""A player's coins, and safer play."""

from django.urls import path

from ledger import views
from ledger.safer_play import views as safer_views

app_name = "ledger"

urlpatterns = [
    path("coins/", views.coins, name="coins"),
    path("coins/daily/", views.daily, name="daily"),
    path("safer-play/", safer_views.safer_play, name="safer_play"),
    path("safer-play/limits/", safer_views.set_limit, name="limits"),
    path("safer-play/break/", safer_views.take_break, name="take_break"),
]
