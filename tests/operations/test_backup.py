"""Backups: whole or not there, encrypted when there is a key, kept as long as they are needed."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from lucky11.embedded import paths
from lucky11.models import OperationRun
from lucky11.operations import OperationError, postgres_programs
from lucky11.operations.backups import create, encryption, stores
from tests.operations.backups import connect, contents
from tests.operations.processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()
OTHER_KEY = base64.urlsafe_b64encode(bytes(32)).decode()


def back_up(**options) -> str:
    call_command("db_backup", **options)
    return stores.names()[0]


def test_a_backup_says_what_it_is_and_what_is_in_it(played, store, capsys):
    name = back_up()
    manifest = stores.manifest(name)
    assert manifest.rows["users"] == 2
    assert manifest.rows["participations"] == 6
    assert manifest.postgres == connection.pg_version // 10_000
    assert "0001_initial" in manifest.migrations["draws"]
    assert not manifest.encrypted
    assert sorted(path.name for path in store.iterdir()) == [f"{name}.dump", f"{name}.json"]
    assert oct(os.stat(store / f"{name}.dump").st_mode)[-3:] == "600"
    assert OperationRun.objects.get(kind="db_backup").ok
    call_command("db_backups")
    assert f"{name}" in capsys.readouterr().out


def test_what_is_written_meanwhile_is_in_neither_the_dump_nor_the_counts(played, store, beside):
    """The counts are of the dump's snapshot: a player who comes in between is in none of both."""
    with connect() as database:
        snapshot = create._snapshot(database)
        with connect() as other:
            other.execute("INSERT INTO users (id, email) VALUES ('late', 'late@lucky11.example')")
        program = postgres_programs.find("pg_dump", snapshot.postgres)
        dump = b"".join(create._dumped(program, snapshot))
    assert snapshot.rows["users"] == 2
    restore = postgres_programs.find("pg_restore", snapshot.postgres)
    table = subprocess.run([restore, "--table=users", "--data-only", "-f-"], input=dump, capture_output=True)
    assert b"ana" in table.stdout
    assert b"late@" not in table.stdout


def test_no_password_is_on_a_command_line(played, store, monkeypatch):
    seen: list[str] = []
    start = subprocess.Popen

    def watched(command, **options):
        seen.append(" ".join(map(str, command)))
        return start(command, **options)

    connection.settings_dict["PASSWORD"] = "open-sesame"
    monkeypatch.setattr(subprocess, "Popen", watched)
    try:
        back_up()
    finally:
        connection.settings_dict["PASSWORD"] = ""
    assert any("pg_dump" in command for command in seen)
    assert not any("open-sesame" in command for command in seen)


@pytest.mark.nightly
def test_with_a_key_the_file_tells_nothing_and_restores_with_that_key_only(
    played, store, beside, settings, monkeypatch
):
    settings.BACKUP_KEYS = [KEY]
    name = back_up()
    stored = (store / f"{name}.dump").read_bytes()
    assert stores.manifest(name).encrypted
    assert b"PGDMP" not in stored
    settings.BACKUP_KEYS = [OTHER_KEY]
    with pytest.raises(CommandError, match="None of BACKUP_KEYS decrypts this backup"):
        call_command("db_restore", name, into=beside)
    settings.BACKUP_KEYS = [OTHER_KEY, KEY]
    before = contents()
    call_command("db_restore", name, into=beside)
    assert contents(beside) == before


@pytest.mark.parametrize("length", [0, 1, encryption.CHUNK - 1, encryption.CHUNK, 2 * encryption.CHUNK + 5])
def test_an_encrypted_stream_comes_back_and_no_byte_of_it_can_be_changed_or_cut_off(length):
    plain = os.urandom(length)
    sealed = b"".join(encryption.encrypted(iter([plain[:7], plain[7:]]), KEY))
    assert b"".join(decrypted(sealed)) == plain
    places_to_change = {0, 20, 60, len(sealed) // 2, len(sealed) - 1}
    for place in places_to_change:
        changed = bytearray(sealed)
        changed[place] ^= 1
        with pytest.raises(OperationError):
            list(decrypted(bytes(changed)))
    ends = {len(sealed) - 1, len(sealed) - encryption.TAG, 57 + encryption.CHUNK + encryption.TAG, 57}
    for end in ends:
        if end < len(sealed):
            with pytest.raises(OperationError):
                list(decrypted(sealed[:end]))


def test_chunks_of_an_encrypted_stream_cannot_change_places():
    sealed = b"".join(encryption.encrypted([os.urandom(3 * encryption.CHUNK)], KEY))
    head, size = 57, encryption.CHUNK + encryption.TAG
    swapped = sealed[:head] + sealed[head + size : head + 2 * size] + sealed[head : head + size]
    with pytest.raises(OperationError, match="changed or cut off"):
        list(decrypted(swapped + sealed[head + 2 * size :]))


def decrypted(sealed: bytes) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        file.write(sealed)
        file.seek(0)
        yield from encryption.decrypted(file, [KEY])


def test_a_key_that_is_none_stops_the_backup_with_a_sentence(played, store, settings):
    settings.BACKUP_KEYS = ["short"]
    with pytest.raises(CommandError, match="not a key"):
        call_command("db_backup")
    assert list(store.iterdir()) == []
    assert OperationRun.objects.get(kind="db_backup").ok is False


def test_old_backups_go_but_never_the_newest_one_that_was_verified(played, store):
    first, second = back_up(), back_up()
    stores.mark_verified(first, "restored\n")
    third = back_up(keep=1)
    assert stores.names() == sorted({first, third}, reverse=True)
    assert second not in {path.stem for path in store.iterdir()}
    stores.mark_verified(third, "restored\n")
    fourth = back_up(keep=1)
    assert stores.names() == sorted({third, fourth}, reverse=True)
    with pytest.raises(CommandError, match="Keep at least one"):
        call_command("db_backup", keep=0)


def test_a_backup_killed_halfway_leaves_nothing_that_looks_like_one(played, store, server_environment):
    """A lock holds pg_dump where the file is begun; then the whole process is killed."""
    with connect() as holder:
        holder.execute("BEGIN; LOCK TABLE participations IN ACCESS EXCLUSIVE MODE")
        environment = server_environment | {"BACKUP_FOLDER": str(store)}
        command = [sys.executable, "-c", KILLED]
        child = subprocess.Popen(command, cwd=paths.ROOT, env=environment, start_new_session=True)
        assert eventually(lambda: store.is_dir() and any(store.glob("*.part")))
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        holder.execute("ROLLBACK")
    assert stores.names() == []
    name = back_up()
    assert sorted(path.name for path in store.iterdir()) == [f"{name}.dump", f"{name}.json"]


# The counting would wait for the lock before any file is there.
KILLED = """
import django; django.setup()
from lucky11.operations.backups import create
create.count_rows = lambda database: {}
create.back_up(reason="killed")
"""


def test_a_dump_that_fails_at_its_end_is_no_backup(played, store, manage):
    """A role that may read every table but no sequence: only pg_dump finds out."""
    with connect() as owner:
        owner.execute("CREATE ROLE lucky11_reader LOGIN")
        owner.execute("GRANT SELECT ON ALL TABLES IN SCHEMA public TO lucky11_reader")
        try:
            done = manage("db_backup", BACKUP_DATABASE_URL=as_role("lucky11_reader"))
        finally:
            owner.execute("DROP OWNED BY lucky11_reader; DROP ROLE lucky11_reader")
    assert done.returncode == 1
    assert "pg_dump failed, so there is no new backup" in done.stderr
    assert "user may lack SELECT privilege" in done.stderr
    assert stores.names() == []


def test_a_role_that_sees_only_some_rows_makes_no_backup_at_all(played, store, manage):
    with connect() as owner:
        owner.execute("CREATE ROLE lucky11_reader LOGIN")
        owner.execute("GRANT pg_read_all_data TO lucky11_reader")
        owner.execute("ALTER TABLE users ENABLE ROW LEVEL SECURITY")
        try:
            done = manage("db_backup", BACKUP_DATABASE_URL=as_role("lucky11_reader"))
            assert done.returncode == 1
            assert "row-level security" in done.stderr
            owner.execute("ALTER ROLE lucky11_reader BYPASSRLS")
            assert stores.names() == []
            assert manage("db_backup", BACKUP_DATABASE_URL=as_role("lucky11_reader")).returncode == 0
        finally:
            owner.execute("ALTER TABLE users DISABLE ROW LEVEL SECURITY")
            owner.execute("DROP OWNED BY lucky11_reader; DROP ROLE lucky11_reader")
    assert stores.manifest(stores.names()[0]).rows["users"] == 2


def as_role(name: str) -> str:
    given = connection.settings_dict
    return f"postgres://{name}@/{given['NAME']}?" + urlencode({"host": given["HOST"], "port": given["PORT"]})


@pytest.fixture
def small_disk(tmp_path) -> Iterator[Path]:
    """A disk of one megabyte; only root can make one, so others skip."""
    folder = tmp_path / "small"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "tmpfs", str(folder)]
    if os.geteuid() or subprocess.run(command, check=False).returncode:
        pytest.skip("this machine lets nobody make a small disk")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def fill(ballast: Path) -> None:
    with contextlib.suppress(OSError), open(ballast, "wb", buffering=0) as file:
        while file.write(bytes(4096)):
            pass


@pytest.mark.nightly
def test_a_full_disk_makes_no_backup_and_no_migration_and_leaves_the_earlier_backup(
    played, small_disk, manage, copy
):
    assert manage("db_backup", BACKUP_FOLDER=str(small_disk)).returncode == 0
    earlier = sorted(path.name for path in small_disk.iterdir())
    ballast = small_disk / "ballast"
    fill(ballast)
    done = manage("db_backup", BACKUP_FOLDER=str(small_disk))
    assert done.returncode == 1
    assert "is full. Earlier backups are unchanged." in done.stderr
    assert sorted(path.name for path in small_disk.iterdir()) == ["ballast", *earlier]
    with connect(copy) as database:
        there = {"PGDATABASE": copy, "BACKUP_FOLDER": str(small_disk)}
        assert manage("migrate", "lucky11", "zero", **there).returncode == 0
        done = manage("db_migrate", **there)
        assert done.returncode == 1
        assert "So the migration did not happen" in done.stderr
        assert database.execute("SELECT to_regclass('operation_runs')").fetchone() == (None,)
        ballast.unlink()
        done = manage("db_migrate", **there)
        assert done.returncode == 0, done.stderr
        assert database.execute("SELECT count(*) FROM operation_runs").fetchone() is not None


def test_a_program_older_than_the_server_is_refused_with_what_to_install():
    with pytest.raises(OperationError, match="Install the PostgreSQL 99 client programs"):
        postgres_programs.find("pg_dump", 99)
    server = connection.pg_version // 10_000
    assert postgres_programs.version(postgres_programs.find("pg_dump", server)) >= server


def test_the_list_as_json_is_for_machines_and_names_a_damaged_manifest(played, store, capsys):
    good, bad = back_up(), back_up()
    (store / f"{bad}.json").write_text("{}")
    capsys.readouterr()
    call_command("db_backups", json=True)
    told = capsys.readouterr()
    assert [each["name"] for each in json.loads(told.out)] == [good]
    assert bad in told.err
