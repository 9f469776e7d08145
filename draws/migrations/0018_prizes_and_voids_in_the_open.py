"""What happens to prizes after the draw, and whose tickets a void draw had, is written down for everyone."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0017_sorted_lists")]
    operations = [
        InstallSQL(
            "fairness_log_triggers",
            version=2,
            sha256="0611264b89f65febe7a8a89226faeeb23c5857b258c6f153402c852e3ca47d6f",
        ),
        InstallSQL(
            "draws_void_listed",
            version=1,
            sha256="464e7afc3ffc4eddc7b75e659250dff9869fc6512f967676365c64dad7f90cba",
        ),
        InstallSQL(
            "draw_seals_listed",
            version=1,
            sha256="63152799efca721b848c453058973482cf6b198faa77592f33d9bdaad0834361",
        ),
        InstallSQL(
            "disqualifications_bound",
            version=1,
            sha256="a9304c1932a0b9539f68490fe21ea9c780ea804ec77c47d7fe9066aca03d92e3",
        ),
        InstallSQL(
            "fairness_log_passes",
            version=1,
            sha256="3e9647436202bce361cfcda0133b34311e890fa3285917c7a751746eb527e59d",
        ),
    ]
