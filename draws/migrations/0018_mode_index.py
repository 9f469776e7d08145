from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("draws", "0017_picture_rules")]

    operations = [
        AddIndexConcurrently(
            model_name="draw",
            index=models.Index(fields=["fairness_mode", "id"], name="idx_draws_mode"),
        ),
    ]
