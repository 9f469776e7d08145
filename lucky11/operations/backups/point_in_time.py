"""Point-in-time recovery: base backups, the archive of the write-ahead log, and a plan that is a script.

The server archives each finished piece of its log with `bin/archive-wal`; a base backup and the log after it
give the state of any moment since. The plan restores into a cluster of its own, beside the live one.
"""

import hashlib
import json
import os
import shlex
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote, urlencode

from psycopg.conninfo import make_conninfo

from lucky11.operations import OperationError, database_server, postgres_programs
from lucky11.operations.backups import base_backup_checks, stores

SCRIPT = """\
#!/bin/sh
# Restores {base} and the log after it, up to {to}, into {into}.
# Run it as the account that took the base backup (PostgreSQL refuses root). The live server is not touched.
set -eu

# It asks its own server alone, over a socket that no other account reaches: there is no password to ask for.
unset PGHOST PGHOSTADDR PGPORT PGUSER PGDATABASE PGPASSWORD PGSERVICE PGSSLMODE PGOPTIONS
PGPASSFILE=/dev/null
export PGPASSFILE

# 1. The base backup, in a folder of its own.
test ! -e {into} || {{ echo {into}' already exists. Nothing was changed.' >&2; exit 1; }}
cp -a {base} {into}
chmod 700 {into}

# 2. Read the archived log up to the moment, and not the moment itself; never write into the archive.
cat >> {into}/postgresql.auto.conf <<'CONF'
archive_mode = 'off'
restore_command = 'cp "{archive}/%f" "%p"'
recovery_target_time = '{to}'
recovery_target_inclusive = 'off'
recovery_target_action = 'promote'
recovery_target_timeline = 'current'
listen_addresses = ''
unix_socket_directories = '"{socket}"'
unix_socket_permissions = '0700'
hba_file = '{folder}/pg_hba.restored.conf'
port = '{port}'
ssl = 'off'
hot_standby = 'off'
CONF
touch {into}/recovery.signal
# A base backup has only what is in the data folder; some systems keep this one elsewhere.
test -e {into}/postgresql.conf || touch {into}/postgresql.conf
echo 'local all all trust' > {into}/pg_hba.restored.conf

# 3. Start it, and wait until it is there. A log that ends before the moment is an error ({into}.log says so).
failed() {{
    echo "The server in "{into}" $1. The live server was not touched. Its log, "{into}".log, ends so:" >&2
    tail {into}.log >&2
    exit 1
}}
mkdir -p -m 700 {socket_folder}
{pg_ctl} --pgdata={into} --log={into}.log --wait --timeout=86400 start || failed 'did not recover'
tries=0
until test "$({psql} -wXAtd {conninfo} -c 'SELECT pg_is_in_recovery()' 2>> {into}.log)" = f; do
    {pg_ctl} --pgdata={into} status > /dev/null || failed 'has stopped'
    tries=$((tries + 1))
    test $tries -lt 60 || failed 'recovers, and does not answer after a minute'
    sleep 1
done

# 4. Back the restored server up with the command below. Then compare and repair the live database
#    (manage.py db_recover --from BACKUP), or put all of it in its place (manage.py db_restore BACKUP --into
#    NAME --swap). After that, manage.py after_restore says what was published since and is lost.
cat <<'END'
Restored to {to}:  {psql} -d {conninfo}
To back it up:  BACKUP_DATABASE_URL= DATABASE_URL={url} manage.py db_backup
When you are done:  {pg_ctl} --pgdata={into} --mode=fast stop
END
"""
LONGEST_SOCKET = 107 - len("/.s.PGSQL.65535")  # bytes of the name of a Unix socket


@dataclass(frozen=True)
class Base:
    """A base backup: the log replayed over it gives any moment after it is complete."""

    folder: Path
    whole_at: datetime


def take_base(folder: Path) -> Base:
    """Take a base backup into `folder`, verified, under the name of its end.

    Raises OperationError if the server or the role is not prepared, or it failed; then there is none.
    """
    base_backup_checks.refuse_unprepared()
    version = database_server.version()
    part = folder / f"base{stores.PART}"
    shutil.rmtree(part, ignore_errors=True)
    folder.mkdir(parents=True, exist_ok=True)
    options = ["--wal-method=stream", "--checkpoint=fast", "--manifest-checksums=SHA256", "--no-password"]
    _run([postgres_programs.find("pg_basebackup", version), f"--pgdata={part}", *options], part)
    _verify(part)
    with database_server.connect() as database:
        now = database.execute("SELECT clock_timestamp()").fetchone()[0]  # type: ignore[index]
    whole_at = now.astimezone(UTC)
    base = Base(folder / f"base-{whole_at:%Y%m%dT%H%M%S.%fZ}", whole_at)
    part.rename(base.folder)
    stores.sync_folder(folder)
    return base


def bases(folder: Path) -> list[Base]:
    """Return the base backups in the folder, oldest first."""
    found = []
    for each in sorted(folder.glob("base-*Z")) if folder.is_dir() else []:
        whole_at = datetime.strptime(each.name, "base-%Y%m%dT%H%M%S.%fZ").replace(tzinfo=UTC)
        found.append(Base(each, whole_at))
    return found


def script(to: datetime, folder: Path, archive: Path, into: Path, *, port: int) -> str:
    """Return the plan for restoring to just before the moment `to`, as a script for sh.

    Raises OperationError if no base backup is older, the archive is empty, or `into` already exists.
    """
    base = _base_before(to, folder)
    if not archive.is_dir() or not any(archive.iterdir()):
        raise OperationError(f"There is no archived log in {archive}. Nothing was changed.")
    if into.exists():
        raise OperationError(f"{into} already exists. Nothing was changed.")
    socket = into.with_name(f"{into.name}.socket")
    for path in (folder, archive, into):
        # Dollar and backquote mean something to the shell of restore_command, a comma to clients (two hosts).
        if any(letter in str(path) for letter in "'\"\\\n%$`,"):
            raise OperationError(
                f"The path {str(path)!r} has a character that PostgreSQL's settings cannot contain. Nothing "
                "was changed. Name a folder without quotes, commas, backslashes, %, $ and line ends."
            )
    if len(os.fsencode(socket)) > LONGEST_SOCKET:
        raise OperationError(
            f"{socket} is too long for a socket: choose a shorter --into. Nothing was changed."
        )
    pg_ctl, psql = _programs()
    user = database_server.parameters().get("user", "")
    database, address = database_server.live(), {"host": str(socket), "port": str(port)}
    words = make_conninfo("", dbname=database, user=user, host=str(socket), port=port)
    return SCRIPT.format(
        base=shlex.quote(str(base.folder)),
        into=shlex.quote(str(into)),
        archive=archive,
        socket=socket,
        socket_folder=shlex.quote(str(socket)),
        folder=into,
        port=port,
        to=to.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f+00"),
        pg_ctl=shlex.quote(str(pg_ctl)),
        psql=shlex.quote(str(psql)),
        conninfo=shlex.quote(words),
        url=shlex.quote(f"postgres://{quote(user)}@/{quote(database)}?{urlencode(address)}"),
    )


def _base_before(to: datetime, folder: Path) -> Base:
    """Return the newest base backup completed before the moment. Raises OperationError if there is none."""
    usable = [base for base in bases(folder) if base.whole_at < to]
    if usable:
        return usable[-1]
    found = (f"the oldest is from {base.whole_at:%Y-%m-%d %H:%M:%S}Z" for base in bases(folder))
    oldest = next(found, "there are none")
    raise OperationError(
        f"There is no base backup in {folder} from before {to.isoformat()} ({oldest}). Nothing was "
        "changed. Restore the newest dump from before it instead: manage.py db_restore."
    )


def _programs() -> tuple[Path, Path]:
    """Return pg_ctl of exactly the live server's version, as no other reads its files, and a psql."""
    version = database_server.version()
    control = postgres_programs.find("pg_ctl", version)
    if postgres_programs.version(control) != version:
        raise OperationError(f"pg_ctl of exactly PostgreSQL {version} is required. Nothing was changed.")
    # They need not be in the same folder.
    return control, postgres_programs.find("psql", version)


def _verify(part: Path) -> None:
    """Check every file against the server's own list of what it sent, and flush it.

    Raises OperationError if one is missing or differs. (As pg_verifybackup does, which some packages lack.)
    """
    told = json.loads((part / "backup_manifest").read_bytes())
    for each in told["Files"]:
        path = part / os.fsdecode(each["Path"] if "Path" in each else bytes.fromhex(each["Encoded-Path"]))
        try:
            with open(path, "rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                os.fsync(file.fileno())
        except FileNotFoundError:
            digest = "missing"
        if digest != each["Checksum"]:
            shutil.rmtree(part)
            raise OperationError(f"{path.name} did not arrive complete, so there is no new base backup.")


def _run(command: list[str | os.PathLike[str]], part: Path) -> None:
    done = subprocess.run(command, env=database_server.environment(), capture_output=True, text=True)
    if done.returncode:
        shutil.rmtree(part, ignore_errors=True)
        raise OperationError(
            f"{Path(command[0]).name} failed, so there is no new base backup: {done.stderr.strip()[-1500:]}"
        )
