"""What happens to a draw and its prizes is dated by the database's clock."""

from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("draws", "0011_statistics_only_counted"), ("accounts", "0016_times_of_the_clock")]
    operations = [
        InstallSQL(
            "draws_times",
            version=1,
            sha256="81cf82a705d02a382e140ab22473c2d0e2de0041131d5884aba5c2861dc96839",
        ),
        InstallSQL(
            "winners_times",
            version=1,
            sha256="44096a4cc12ecee838ac16f8cf5df2a7c5f2212b12fe789bdd341d4d0d5a5933",
        ),
        InstallSQL(
            "claims_times",
            version=1,
            sha256="0147abf6989d3e7b4206cb8ab48aa367504b273b19550f7d0a496d0a8d1c27fa",
        ),
        InstallSQL(
            "redraws_times",
            version=1,
            sha256="f49459c57d8d0c5db6f86a145b3de9c4110e96ac88888aa232fd2b06dbdcdefd",
        ),
        InstallSQL(
            "draw_text_changes_times",
            version=1,
            sha256="1ded23cb1eac7f0a3b66ba26eff7fab296cf900c6d36f424cb4ca98721cb63a2",
        ),
        InstallSQL(
            "beacon_rounds_times",
            version=1,
            sha256="6b468815011a812b53d0b93d955c738bcd1eca8395d0d3e57b60c042ac1c1deb",
        ),
        InstallSQL(
            "fairness_log_times",
            version=1,
            sha256="ab1e1f3da7e6c3ac92a5d9608e6c713b12ba62c01f4b9386b910b45d0ff35daf",
        ),
    ]
