"""The servers that come with the packages: started once, shared, stopped with the last user."""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from lucky11 import embedded
from lucky11.embedded import account, paths, processes
from tests.operations.conftest import open_folder
from tests.operations.processes import belonging_to, eventually

pytestmark = pytest.mark.slow
ROOT_ONLY = pytest.mark.skipif(os.geteuid() != 0, reason="needs root to become somebody else")


@pytest.fixture
def use_folder(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """Make a folder this process's data folder."""

    def use(folder: Path) -> None:
        monkeypatch.setenv("LUCKY11_DATA", str(folder))

    return use


@pytest.fixture(scope="module")
def made_before() -> Iterator[Path]:
    """A data folder that servers have been started in once: making a cluster is the slow part."""
    with open_folder() as folder, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LUCKY11_DATA", str(folder / "data"))
        with joined():
            pass
        monkeypatch.undo()
        yield folder / "data"


@pytest.fixture
def new_folder(place: Path, use_folder: Callable[[Path], None]) -> Path:
    """A data folder that does not exist yet, in use by this process."""
    use_folder(place / "data")
    return place / "data"


@pytest.fixture
def folder(new_folder: Path, made_before: Path) -> Path:
    """A data folder with servers that are not running, in use by this process."""
    subprocess.run(["cp", "-Rp", str(made_before), str(new_folder)], check=True)
    return new_folder


@contextmanager
def joined() -> Iterator[embedded.users.Membership]:
    membership = embedded.join()
    try:
        yield membership
    finally:
        membership.leave()


@pytest.fixture(scope="module")
def running(made_before: Path) -> Iterator[psutil.Process]:
    """The keeper of running servers, for tests that only look."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("LUCKY11_DATA", str(made_before))
        with joined() as membership:
            assert membership.keeper is not None
            yield psutil.Process(membership.keeper.pid)


def sql(statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(embedded.database_url(), autocommit=True) as connection:
        cursor = connection.execute(statement)
        return cursor.fetchall() if cursor.description else []


def answers() -> bool:
    try:
        return bool(sql("SELECT 1") and redis.from_url(embedded.redis_url()).ping())
    except (psycopg.OperationalError, redis.RedisError):
        return False


def postgres_processes(folder: Path) -> list[psutil.Process]:
    return processes.working_in((folder / "servers/postgres").resolve(), "postgres")


def keeper_of(folder: Path) -> psutil.Process:
    """The process that keeps the folder's servers."""
    return next(
        parent for each in postgres_processes(folder) if (parent := each.parent()) and is_keeper(parent)
    )


def is_keeper(process: psutil.Process) -> bool:
    return "lucky11.embedded.keeper" in process.cmdline()


def start_other_user(folder: Path) -> subprocess.Popen[bytes]:
    """Another process that joins, says so, and stays until it is ended."""
    program = "from lucky11 import embedded; embedded.join(); print('in', flush=True); input()"
    user = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=paths.ROOT,
        env=os.environ | {"LUCKY11_DATA": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert user.stdout is not None
    assert user.stdout.readline() == b"in\n"
    return user


def test_naming_the_servers_starts_nothing_and_makes_no_folder(new_folder: Path) -> None:
    assert embedded.database_settings()["HOST"] == str(embedded.runtime_folder())
    assert embedded.redis_url().startswith("unix:///")
    assert embedded.celery_broker_url().startswith("redis+socket:///")
    assert not new_folder.exists()
    assert not embedded.runtime_folder().exists()


def test_the_servers_keep_what_they_promise_players(running: psutil.Process) -> None:
    names = ("fsync", "synchronous_commit", "full_page_writes", "timezone", "server_encoding")
    assert [sql(f"SHOW {name}")[0][0] for name in names] == ["on", "on", "on", "UTC", "UTF8"]
    assert sql("SELECT datlocale FROM pg_database WHERE datname = current_database()") == [("C.UTF-8",)]
    assert int(str(sql("SHOW max_connections")[0][0])) >= 200


def test_the_servers_listen_on_sockets_of_their_owner_only(running: psutil.Process) -> None:
    listening = [each for process in running.children() for each in process.net_connections("inet")]
    assert len(running.children()) == 2
    assert listening == []
    assert embedded.runtime_folder().stat().st_mode & 0o777 == 0o700


def test_ctrl_c_in_the_terminal_does_not_reach_the_servers(running: psutil.Process) -> None:
    for process in (running, *running.children()):
        assert os.getsid(process.pid) != os.getsid(0)


@pytest.mark.nightly
def test_two_data_folders_have_two_servers_at_the_same_time(
    place: Path, use_folder: Callable[[Path], None]
) -> None:
    use_folder(place / "one")
    with joined():
        sql("CREATE TABLE only_here (id int)")
        use_folder(place / "two")
        with joined():
            assert sql("SELECT count(*) FROM pg_tables WHERE tablename = 'only_here'") == [(0,)]
        use_folder(place / "one")
        assert sql("SELECT count(*) FROM only_here") == [(0,)]


def test_the_servers_stay_until_the_last_user_left_even_if_that_one_was_killed(folder: Path) -> None:
    first = embedded.join()
    other = start_other_user(folder)
    first.leave()
    assert answers()
    other.kill()
    other.communicate()
    assert eventually(lambda: not belonging_to(folder))
    assert not embedded.runtime_folder().exists()


@pytest.mark.nightly
def test_leaving_last_returns_when_the_servers_are_gone(folder: Path) -> None:
    with joined():
        assert answers()
    assert belonging_to(folder) == []


def test_killed_servers_come_back_with_their_data(folder: Path) -> None:
    with joined():
        sql("CREATE TABLE kept AS SELECT 11 AS lucky")
        valkey = processes.working_in((folder / "servers/valkey").resolve(), "valkey-server")
        processes.kill([*postgres_processes(folder), *valkey])
        assert eventually(answers)
        assert sql("SELECT lucky FROM kept") == [(11,)]
        assert redis.from_url(embedded.redis_url()).set("written", 1)


@pytest.mark.nightly
def test_a_start_after_everything_was_killed_finds_its_data(folder: Path) -> None:
    user = start_other_user(folder)
    sql("CREATE TABLE kept AS SELECT 11 AS lucky")
    runtime = embedded.runtime_folder()
    user.send_signal(signal.SIGSTOP)  # it cannot leave, so its keeper stays until it is killed
    keeper = keeper_of(folder)
    processes.kill([keeper, *keeper.children(recursive=True)])
    user.kill()
    user.communicate()
    assert (runtime / ".s.PGSQL.5432.lock").exists()
    assert (folder / "servers/postgres/postmaster.pid").exists()
    with joined():
        assert sql("SELECT lucky FROM kept") == [(11,)]


def test_servers_left_by_a_killed_keeper_make_way(folder: Path) -> None:
    user = start_other_user(folder)
    processes.kill([keeper_of(folder)])
    user.kill()
    user.communicate()
    assert postgres_processes(folder)
    with joined():
        assert answers()
    assert belonging_to(folder) == []


@pytest.mark.nightly
def test_a_lock_that_names_another_living_process_does_not_stop_the_start(folder: Path) -> None:
    with joined():
        pass
    cluster = (folder / "servers/postgres").resolve()
    runtime = embedded.runtime_folder()
    runtime.mkdir(mode=0o700)
    owner = cluster.stat()
    os.chown(runtime, owner.st_uid, owner.st_gid)
    for stale in (cluster / "postmaster.pid", runtime / ".s.PGSQL.5432.lock"):
        stale.write_text(f"{os.getpid()}\n{cluster}\n1\n5432\n{runtime}\n\n   1 1\nready\n")
        os.chown(stale, owner.st_uid, owner.st_gid)
    with joined():
        assert answers()


@pytest.mark.nightly
def test_a_deep_checkout_is_no_problem(place: Path, use_folder: Callable[[Path], None]) -> None:
    use_folder(place.joinpath(*["a-rather-long-name-of-a-folder"] * 7))
    assert len(str(embedded.data_folder())) > 200
    with joined():
        assert answers()


def test_a_socket_folder_that_others_may_write_is_refused(folder: Path) -> None:
    runtime = embedded.runtime_folder()
    runtime.mkdir(mode=0o777)
    runtime.chmod(0o777)
    try:
        with pytest.raises(embedded.EmbeddedError, match="open to others"):
            embedded.join()
    finally:
        runtime.rmdir()
    assert belonging_to(folder) == []


@pytest.mark.nightly
def test_a_runtime_folder_of_the_desktop_session_plays_no_part(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = embedded.database_url()
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/somewhere/else")
    monkeypatch.setenv("TMPDIR", "/another/place")
    assert embedded.database_url() == address
    with joined():
        assert answers()


@pytest.mark.nightly
def test_a_cluster_half_made_by_a_killed_start_is_made_again(folder: Path) -> None:
    with joined():
        pass
    cluster, part = (folder / "servers" / name for name in ("postgres", "postgres.part"))
    cluster.rename(part)
    (part / "PG_VERSION").unlink()
    with joined():
        assert answers()
    assert not part.exists()


def test_removing_the_data_folder_ends_its_servers(folder: Path) -> None:
    membership = embedded.join()
    assert membership.keeper is not None
    subprocess.run(["rm", "-rf", str(folder)], check=True)
    assert membership.keeper.wait(30) == 0
    with joined():
        assert answers()


def test_the_first_of_four_at_once_starts_the_servers_for_all(folder: Path) -> None:
    command = [sys.executable, "-m", "lucky11.embedded", "psql", "-Atc", "SELECT pg_postmaster_start_time()"]
    with joined():
        runs = [subprocess.Popen(command, cwd=paths.ROOT, stdout=subprocess.PIPE) for _ in range(4)]
        assert len({run.communicate()[0] for run in runs}) == 1
    runs = [subprocess.Popen(command, cwd=paths.ROOT, stdout=subprocess.PIPE) for _ in range(4)]
    assert all(run.communicate()[0].startswith(b"20") and run.returncode == 0 for run in runs)
    assert belonging_to(folder) == []


@ROOT_ONLY
def test_an_ordinary_account_can_use_them_on_a_machine_where_root_does_too(folder: Path, place: Path) -> None:
    daemon = account.Account(pwd.getpwnam("daemon").pw_uid, pwd.getpwnam("daemon").pw_gid)
    if not daemon.can_run(Path(sys.executable)):
        pytest.skip("this Python is closed to other accounts")
    theirs = place / "theirs"
    theirs.mkdir(mode=0o700)
    daemon.give(theirs)
    environment = os.environ | {"LUCKY11_DATA": str(theirs), "HOME": str(theirs)}
    options = daemon.options() | {"cwd": paths.ROOT, "env": environment}
    with joined():
        command = [sys.executable, "-m", "lucky11.embedded", "psql", "-Atc", "SELECT 'in'"]
        done = subprocess.run(command, capture_output=True, text=True, **options)
        assert (done.stdout, done.stderr) == ("in\n", "")


@ROOT_ONLY
def test_root_may_have_the_data_folder_where_no_other_account_is_let_in(
    place: Path, use_folder: Callable[[Path], None]
) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    use_folder(closed / "data")
    with joined():
        sql("CREATE TABLE kept AS SELECT 11 AS lucky")
    outside = (closed / "data/servers").resolve()
    try:
        assert not outside.is_relative_to(closed)
        with joined():
            assert sql("SELECT lucky FROM kept") == [(11,)]
    finally:
        subprocess.run(["rm", "-rf", str(outside)], check=True)


def test_the_socket_folder_is_short_enough_for_every_system() -> None:
    deepest = max(str(paths.postgres_socket()), str(paths.valkey_socket()), key=len)
    assert len(deepest) < 100
    with socket.socket(socket.AF_UNIX) as probe, pytest.raises(OSError, match="too long"):
        probe.bind("/" + "x" * 200)
