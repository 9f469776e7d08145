"""Tickets sold by pgbench: the service's own statement without Python, so what the database alone can do."""

import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from statistics import mean

from benchmarks.fixtures import PLAYER_SQL
from draws.entries.take import TAKE_DURABLY

THREADS = 2
# pgbench's connections are new in every run: in the first second they compile and plan, which is not counted.
WARMING = 1
EACH_SECOND = re.compile(r"^progress: ([\d.]+) s, ([\d.]+) tps", re.MULTILINE)


def sell(players: int, draw: int, clients: int, seconds: float) -> float:
    """Tickets a second that pgbench sold in one draw to players picked at random, once it was warm."""
    call = TAKE_DURABLY % (PLAYER_SQL.format(":n"), draw, 1, "gen_random_uuid()::text")
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "ticket.sql"
        script.write_text(f"\\set n random(0, {players - 1})\n{call};\n")
        options = ["-n", "-c", str(clients), "-j", str(THREADS), "-P", "1"]
        options += ["-T", str(WARMING + max(2, round(seconds)))]
        done = subprocess.run([program(), *options, "-f", str(script)], capture_output=True, text=True)
    rates = [float(rate) for at, rate in EACH_SECOND.findall(done.stderr) if float(at) > WARMING + 0.5]
    if done.returncode or not rates:
        raise RuntimeError(f"pgbench: {done.stderr.strip() or done.stdout.strip()}")
    return mean(rates)


def program() -> str:
    """Where pgbench is: beside the embedded server, or else on PATH or where pg_config says."""
    from lucky11.embedded import account, data_folder, runtime_folder

    if os.environ.get("PGHOST") == str(runtime_folder()):
        ours = account.server_account(data_folder())
        home = account.servers_home(data_folder(), ours)
        return str(account.programs(home, ours).postgres / "pgbench")
    found = shutil.which("pgbench")
    if found is None and (config := shutil.which("pg_config")):
        told = subprocess.run([config, "--bindir"], capture_output=True, text=True, check=True)
        found = shutil.which("pgbench", path=told.stdout.strip())
    if found is None:
        raise SystemExit("bin/bench: there is no pgbench; on Debian the package postgresql-contrib has it.")
    return found
