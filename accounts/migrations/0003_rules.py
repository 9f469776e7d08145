from django.db import migrations

from common.database.sql import InstallSQL


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_no_twin_indexes")]
    operations = [
        InstallSQL(
            "refuse_change",
            version=1,
            sha256="e907919b2b5e059b7b8ca56e9dee8952e429be68fa30f7109c5cced39c62cae4",
        ),
        InstallSQL(
            "approvals_triggers",
            version=1,
            sha256="e10712d4ffe89db0e4a6cf11d78ec9f789ccc63458d78c8695b6b0ea58438a09",
        ),
        InstallSQL(
            "excluded_addresses_triggers",
            version=1,
            sha256="42b42f18eaa805ecc5ada3f68807660fa2b052134fae0748b3083f7c7d104ad0",
        ),
        InstallSQL(
            "play_breaks_triggers",
            version=1,
            sha256="69474ad6167761a695b4a466cdfe06c9843f474849f00375296ba6ea93cfb3ca",
        ),
        InstallSQL(
            "rules_acceptances_triggers",
            version=1,
            sha256="40c5f7005a705e09631f6c6fa57ae373ad50e33f91507c150e818d1e2e6421a6",
        ),
    ]
