"""PostgreSQL killed, or stopped at once, while tickets are sold: what a player was told stays true.

The server is one of its own, in a data folder of its own. It puts off writing its log as long as it can, so
that the control, which does not flush before it answers, is sure to lose something.
"""

import json
import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import psycopg
import pytest
from django.conf import settings

from lucky11.embedded import paths, processes
from tests.races.together import ROOT, program, wait_until

pytestmark = pytest.mark.slow

PROCESSES, THREADS = 4, 3
ENOUGH = 400  # acknowledged tickets before the kill
SELLER = ("-m", "tests.races.selling")
LAZY = {
    "wal_writer_delay": "10s",
    "wal_writer_flush_after": "1GB",
    "checkpoint_timeout": "1h",
    "autovacuum": "off",
}
SEED = """
from datetime import timedelta
from django.utils import timezone
from accounts.players import create_player
from draws.models import Draw
from draws.lifecycle.publish import publish_draw
from tests.support.coins import move
for n in range(12):
    player = create_player(f"player{n}@lucky11.example", None, confirmed=True, accepted_rules=True)
    move(player.pk, 1_000_000, f"test:{n}")
closes = timezone.now().replace(microsecond=0) + timedelta(hours=1)
terms = {"entry_fee": 5, "prize_coins": 100, "max_participants": 10**6, "max_per_player": 10**6}
for title in ("Lisbon for two", "A bicycle"):
    publish_draw(Draw.objects.create(title=title, draw_time=closes, **terms).pk)
"""


class Server:
    """A PostgreSQL server that can be killed, with the site's tables, players and draws in it."""

    def __init__(self, data, environment) -> None:
        self.folder = (data / "servers").resolve() / "postgres"
        self.environment = environment
        self.address = f"host={paths.runtime_folder(data)} user={paths.NAME} dbname={paths.NAME}"

    def manage(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, check=check, capture_output=True, text=True
        )

    def make_lazy(self) -> None:
        with psycopg.connect(self.address, autocommit=True) as connection:
            for name, value in LAZY.items():
                connection.execute(f"ALTER SYSTEM SET {name} = '{value}'")
            connection.execute("SELECT pg_reload_conf()")

    def settle_down(self) -> None:
        """All so far is on disk, and the next checkpoint is far away."""
        with psycopg.connect(self.address, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def stop(self, how: str) -> None:
        """End the whole server by SIGKILL, its leader first, so that nobody tidies up; or, `stopped at once`,
        as `pg_ctl stop -m immediate` does.
        """
        leader = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
        everyone = [leader, *leader.children(recursive=True)]
        if how == "stopped at once":
            leader.send_signal(signal.SIGQUIT)
            processes.wait([leader], 10)
            return
        for process in everyone:
            process.kill()
        processes.wait(everyone, 10)

    def answers(self) -> bool:
        try:
            with psycopg.connect(self.address, connect_timeout=5):
                return True
        except psycopg.OperationalError:
            return False

    def kept(self) -> set[tuple[str, ...]]:
        """Player, draw, number and request id of every ticket that is there."""
        query = """SELECT p.user_id, p.draw_id::text, p.ticket_number::text,
                          split_part(t.idempotency_key, ':', 4)
                   FROM participations p JOIN transactions t ON t.id = p.transaction_id"""
        with psycopg.connect(self.address) as connection:
            return set(connection.execute(query))


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder of our own that the account of the servers gets into: pytest's are closed to it."""
    with tempfile.TemporaryDirectory(prefix="lucky11-races-") as name:
        Path(name).chmod(0o755)
        yield Path(name).resolve()


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment = inherited | {
        "LUCKY11_DATA": str(folder),
        "LUCKY11_ENV_FILE": "",
        "DATABASE_URL": "embedded:",
        "REDIS_URL": "embedded:",
        "SECRET_KEY": secrets.token_hex(32),
        "ENCRYPTION_KEYS": settings.ENCRYPTION_KEYS[0],
        "DEBUG": "false",
        "DJANGO_SETTINGS_MODULE": "lucky11.settings",
        "LEDGER_SEALS_OPTIONS": json.dumps({"location": str(folder / "seals")}),
    }
    hold = ["-m", "lucky11.embedded", sys.executable, "-c", "print('up', flush=True); input()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with program(*hold, environment=environment, **pipes) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "up\n"
        server = Server(folder, environment)
        server.manage("migrate", "--skip-checks", "--verbosity", "0")
        server.manage("shell", "--verbosity", "0", "--command", SEED)
        server.make_lazy()
        yield server
        assert holder.stdin is not None
        holder.stdin.write("\n")
        holder.stdin.flush()
        holder.wait(60)


def sell_until_it_ends(server: Server, name: str, how: str, *options: str) -> list[tuple[str, ...]]:
    """The tickets that players were told they have, up to the moment when the server ended."""
    server.settle_down()
    with ExitStack() as stack:
        read, write = os.pipe()
        sellers = []
        for n in range(PROCESSES):
            arguments = [*SELLER, f"{name}-{n}", str(THREADS), *options]
            seller = program(*arguments, environment=server.environment, stdout=write)
            sellers.append(stack.enter_context(seller))
        os.close(write)
        lines = map(str.split, stack.enter_context(os.fdopen(read)))
        told = enough(lines)
        server.stop(how)
        # The pipe ends with the last seller, and each of them ends when an answer does not come.
        told += lines
        assert [seller.wait(30) for seller in sellers] == [0] * PROCESSES
    wait_until(server.answers, "the server is up again", 60)
    return [tuple(each) for each in told]


def enough(lines: Iterator[list[str]]) -> list[list[str]]:
    """The first tickets sold, when they are enough and all sellers are at work."""
    told: list[list[str]] = []
    ready = 0
    while ready < PROCESSES or len(told) < ENOUGH:
        line = next(lines)
        if line == ["ready"]:
            ready += 1
        else:
            told.append(line)
    return told


def assert_the_books_balance(server: Server) -> None:
    done = server.manage("check_integrity", "--json", check=False)
    assert (done.returncode, json.loads(done.stdout)["defects"]) == (0, [])


@pytest.mark.parametrize("how", ["killed", "stopped at once"])
def test_no_ticket_that_a_player_was_told_of_is_lost_when_the_server_ends(server, how):
    before = server.kept()
    told = sell_until_it_ends(server, how.replace(" ", "-"), how)
    kept = server.kept()
    assert Counter(told).most_common(1)[0][1] == 1
    assert set(told) - kept == set()
    print(f"told of {len(told)} tickets, {len(kept - before)} kept")
    # Committed in the last moment, and its player was not told any more: at most one a seller.
    assert len(kept - before - set(told)) <= PROCESSES * THREADS
    assert_the_books_balance(server)


def test_control_without_the_flush_players_are_told_of_tickets_that_are_lost(server):
    told = sell_until_it_ends(server, "control", "killed", "without-flush")
    lost = set(told) - server.kept()
    print(f"told of {len(told)} tickets, {len(lost)} lost")
    assert lost
    assert_the_books_balance(server)
