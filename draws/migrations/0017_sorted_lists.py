"""The front page's orders, each along an index of its own."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

OPEN = models.Q(is_active=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("draws", "0016_terms_that_hold")]
    operations = [
        AddIndexConcurrently(
            "draw", models.Index(fields=["entry_fee", "id"], name="idx_draws_by_price", condition=OPEN)
        ),
        AddIndexConcurrently(
            "draw", models.Index(fields=["-prize_amount", "id"], name="idx_draws_by_value", condition=OPEN)
        ),
        AddIndexConcurrently(
            "draw",
            models.Index(
                models.F("max_participants") / models.F("winner_count"),
                "id",
                name="idx_draws_by_odds",
                condition=OPEN,
            ),
        ),
    ]
