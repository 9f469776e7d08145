"""Checks of PostgreSQL as the site reaches it: version, role, rights, TLS, migrations, pooler."""

from typing import Any

import psycopg
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from lucky11 import checks
from lucky11.operations import connection_budget
from lucky11.operations.doctor.machine import OLDEST_POSTGRES
from lucky11.operations.doctor.results import Result, from_messages, ok, problem, some_of, warning
from lucky11.operations.roles import roles

AS_OWNER = "LUCKY11_ENV_FILE=/etc/lucky11/owner.env:/etc/lucky11/site.env .venv/bin/python manage.py migrate"


def server() -> Result:
    """Check that the server answers, is new enough, and is the one that can be written to."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT current_setting('server_version'), current_setting('server_version_num')::int / 10000,
                      current_setting('server_encoding'), pg_is_in_recovery()"""
        )
        version, major, encoding, is_standby = cursor.fetchone()
    given = connection.settings_dict
    where = f"{given['HOST'] or 'a Unix socket'}{':' if given['PORT'] else ''}{given['PORT']}"
    found = f"PostgreSQL {version} at {where}, database {given['NAME']}."
    if major < OLDEST_POSTGRES:
        return problem(found, f"Upgrade it to PostgreSQL {OLDEST_POSTGRES} or newer.")
    if is_standby:
        return problem(
            f"{found} It is a standby, which takes no tickets.", "Name the primary in DATABASE_URL."
        )
    if encoding != "UTF8":
        said = f"{found} The database's encoding is {encoding}."
        return problem(said, "Create it again with `createdb --encoding=UTF8 --template=template0`.")
    return ok(found)


def role() -> Result:
    """Check that the site's role is neither a superuser nor the owner, and is the one that is meant."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user::text")
        (name,) = cursor.fetchone()
    result = from_messages(checks.database_role(None, ["default"]), f"The site works as {name}.")
    meant = roles.name("app")
    if result.state == "ok" and name != meant:
        said = (
            f"The site works as {name}, which is not the role {meant} that `manage.py db_roles` looks after."
        )
        return warning(said, checks.ROLE_HINT.format(role=meant))
    return result


def rights() -> Result:
    """Compare the rights of the roles with those they need, as `manage.py db_roles --check` does."""
    found = [str(each) for each in roles.differences()]
    if not found:
        return ok("Every role has the rights it needs, and no others.")
    said = f"{len(found)} rights differ: {some_of(found)}."
    return problem(said, "`manage.py db_roles` as a superuser puts them right; with --check it lists them.")


def tls() -> Result:
    """Check that the connection is encrypted and verified: as it is set up, and as it is."""
    if checks.is_local(str(connection.settings_dict["HOST"])):
        return ok("A Unix socket, which does not leave this machine.")
    with connection.cursor() as cursor:
        cursor.execute("SELECT ssl, version, cipher FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        encrypted, version, cipher = cursor.fetchone() or (connection.connection.pgconn.ssl_in_use, "", "")
    if not settings.DATABASE_TLS:
        return ok(
            f"DATABASE_TLS=false says that another layer encrypts (TLS here: {'on' if encrypted else 'off'})."
        )
    if not encrypted and not checks.database_tls(None):
        said = "The connection to the database is not encrypted, although it is set up to be."
        return problem(said, "Something between ends TLS. Reach the server itself.")
    return from_messages(checks.database_tls(None), f"Verified, {version} with {cipher}.")


def migrations() -> Result:
    """Check that this version's migrations are applied, and no newer version's."""
    loader = MigrationLoader(connection)
    pending = [".".join(each) for each in sorted(set(loader.graph.nodes) - set(loader.applied_migrations))]
    if pending:
        said = f"{len(pending)} migrations are not applied: {some_of(pending)}."
        return problem(said, f"As the owner: `{AS_OWNER}`.")
    unknown = [".".join(each) for each in sorted(_unknown(loader))]
    if unknown:
        said = f"The database has migrations of another version: {some_of(unknown)}."
        return problem(said, "Install that version, or roll back with it: `manage.py db_rollback`.")
    return ok(f"All {len(loader.graph.nodes)} migrations are applied.")


def _unknown(loader: MigrationLoader) -> set[tuple[str, str]]:
    replaced = {name for each in loader.disk_migrations.values() for name in each.replaces}
    ours = {app for app, _ in loader.disk_migrations}
    known = set(loader.disk_migrations) | replaced
    return {each for each in loader.applied_migrations if each[0] in ours and each not in known}


def pooler() -> Result:
    """Look for a pooler in transaction mode: two connections of it that are open share one backend."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (backend,) = cursor.fetchone()
    direct = backend == connection.connection.info.backend_pid
    with _another() as first, _another() as second:
        asked = [each.execute("SELECT pg_backend_pid()").fetchone() for each in (first, second)]
    if asked[0] == asked[1]:
        said = "A pooler in transaction mode is before PostgreSQL: advisory locks do not hold there."
        return problem(said, "Set its pool_mode to session for this site, or reach the server itself.")
    return ok("No pooler is between." if direct else "A pooler is between, in session mode.")


def connections() -> Result:
    """Compare the most connections that the site opens, by its settings, with what the server lets in.

    The figures alone are never a problem: other sites may share the server, and a part may run elsewhere.
    Raises ImproperlyConfigured for a setting that is not a number.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT current_setting('max_connections')::int,
                      current_setting('superuser_reserved_connections')::int"""
        )
        most, kept = cursor.fetchone()
    return judge_connections(connection_budget.total(), most, kept)


def judge_connections(needed: int, most: int, kept: int) -> Result:
    """Judge the site's need by the server's `max_connections` and what it keeps for superusers of them."""
    said = (
        f"The site opens at most {needed} connections; PostgreSQL lets in {most - kept} ({most} less {kept})."
    )
    if needed > most - kept:
        parts = ", ".join(f"{each.name} {each.connections}" for each in connection_budget.parts())
        return warning(
            f"{said} By part: {parts}.",
            f"Set max_connections to {needed + kept} or more, or lower WEB_WORKERS, WEB_POOL_SIZE or "
            "WORKER_THREADS: docs/deployment.md, Connections.",
        )
    return ok(said)


def _another() -> psycopg.Connection[Any]:
    return psycopg.connect(**connection.get_connection_params(), autocommit=True)
