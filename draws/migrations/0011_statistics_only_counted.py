"""Statistics come from tickets and wins alone: functions with the owner's rights count them."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0010_playing_day_v1")]
    operations = [
        InstallSQL(
            "take_tickets",
            version=2,
            sha256="7b492737c236990780bf79a9359aa8e9b8e462192d4a3f967b220c5eeb288c55",
        ),
        InstallSQL(
            "count_wins_again",
            version=1,
            sha256="acc23535b289d26eed07113984e45484ae7b13d59b1eeac2a83a4a7d84eac553",
        ),
        InstallSQL(
            "count_tickets_again",
            version=1,
            sha256="808f85cd0f355cf6bb5b00b10aa09c276c61330cb88abb41f8c8c2d56e18ba68",
        ),
    ]
