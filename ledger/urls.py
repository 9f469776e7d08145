"""A player's coins."""

from django.urls import path

from ledger import views

app_name = "ledger"

urlpatterns = [
    path("coins/", views.coins, name="coins"),
    path("coins/daily/", views.daily, name="daily"),
]
