from django.db import migrations

# Django gives each text key a second index for LIKE searches that nobody makes here.
NO_TWINS = (
    "DROP INDEX CONCURRENTLY sessions_sid_24a2b381_like",
    "DROP INDEX CONCURRENTLY users_id_605f60ff_like",
)
TWINS = (
    "CREATE INDEX CONCURRENTLY users_id_605f60ff_like ON users (id text_pattern_ops)",
    "CREATE INDEX CONCURRENTLY sessions_sid_24a2b381_like ON sessions (sid varchar_pattern_ops)",
)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("accounts", "0001_initial")]
    operations = [migrations.RunSQL(NO_TWINS, TWINS)]
