"""Finds players by the domain of their address, and by a part of it."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Func, Value

from common.database.sql import InstallSQL

PARTS = "USING gin (address_parts(email))"
USERS = f"INDEX CONCURRENTLY idx_users_address_parts ON users {PARTS}"
OTHERS = f'INDEX CONCURRENTLY idx_account_address_parts ON account_emailaddress {PARTS} WHERE NOT "primary"'


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0022_threads_and_ways_out")]
    operations = [
        InstallSQL(
            "address_parts",
            version=1,
            sha256="434405bfbdde71525cdf719bbed40e32d4f8e7ec7d15ecbc2257715c5a36273a",
        ),
        migrations.RunSQL(f"CREATE {USERS}", migrations.RunSQL.noop),
        migrations.RunSQL(f"CREATE {OTHERS}", migrations.RunSQL.noop),
        InstallSQL(
            "users_address_parts",
            version=1,
            sha256="785a77d320ac4761778e39befb60db54038aeb178c4833d68920f59c5b3dbd2a",
        ),
        AddIndexConcurrently(
            "user",
            models.Index(
                Func("email", Value("@"), Value(2), function="split_part", output_field=models.TextField()),
                models.F("created_at").desc(),
                models.F("id").desc(),
                name="idx_users_domain",
            ),
        ),
    ]
