"""The operators' longer procedures on the documented production with a year's data, as the page's roles."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.operations.documented import seed
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import back_up, steps, winners
from tests.operations.documented.year import COUNTED, site
from tests.operations.processes import eventually

__all__ = ["documented_servers", "site", "steps"]
# The first of them waits for the year.
pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(1500)]


def test_the_site_has_a_year_behind_it_and_every_coin_in_its_place(site: Production):
    """Draws of twelve months, with prizes sent, lapsed and passed on, and accounts that have left."""
    ((players, draws, transactions, wins, claims, passed_on, days),) = site.postgres.ask(COUNTED)
    assert (players >= 40, draws >= 60, transactions > 1000, days > 350) == (True,) * 4
    assert (wins > 40, claims > 20, passed_on > 5) == (True,) * 3
    states = site.postgres.ask("SELECT DISTINCT hand_over::text FROM winners")
    assert {state for (state,) in states} >= {"none", "to_claim", "sent", "lapsed"}
    assert site.manage("site", "check_integrity", "--seals").stdout.startswith("Clean: ")
    assert "operation_runs" in site.manage("site", "db_purge").stdout


def test_a_backup_of_the_year_is_drilled(site: Production):
    name = back_up(site)
    said = site.manage("backup", "backup_drill").stdout
    assert f"{name} was restored, its books balance" in said


def swapped(site: Production, name: str, *, role: str = "owner") -> subprocess.CompletedProcess[str]:
    """Stop the site as the page says, restore and swap, and start it again."""
    site.stop()
    try:
        return site.manage(role, "db_restore", name, "--into", "lucky11_new", "--swap", check=False)
    finally:
        site.start()


def test_a_swapped_database_belongs_to_the_documented_roles(site: Production):
    before, counted = winners(site), site.postgres.ask(COUNTED)
    done = swapped(site, back_up(site))
    assert done.returncode == 0, done.stdout + done.stderr
    site.wait_until_ready()
    assert (winners(site), site.postgres.ask(COUNTED)) == (before, counted)
    said = site.manage("owner", "db_roles", "--check", check=False).stdout
    assert "Every role has the rights it needs, and no others." in said, said[-600:]
    ((owner,),) = site.postgres.ask("SELECT tableowner FROM pg_tables WHERE tablename = 'draws'")
    assert owner == "lucky11_owner"


def test_a_restored_database_shows_no_drift(site: Production):
    done = swapped(site, back_up(site))
    assert done.returncode == 0, done.stdout + done.stderr
    compared = site.manage("owner", "db_drift", check=False)
    assert compared.stdout.startswith("No drift: "), (compared.stdout + compared.stderr)[-900:]
    assert site.manage("site", "check_integrity").stdout.startswith("Clean: ")


def test_a_swap_while_the_site_is_at_work_is_refused_in_a_sentence(site: Production):
    name, before = back_up(site), site.postgres.databases()
    done = site.manage("owner", "db_restore", name, "--into", "lucky11_new", "--swap", check=False)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert site.postgres.databases() - before <= {"lucky11_new"}
    site.wait_until_ready()
    site.postgres.ask("DROP DATABASE IF EXISTS lucky11_new WITH (FORCE)", database="postgres")


def test_a_disconnecting_swap_ends_the_sites_sessions_or_names_the_role_that_may(site: Production):
    name = back_up(site)
    options = ["--into", "lucky11_new", "--swap", "--disconnect"]
    done = site.manage("owner", "db_restore", name, *options, check=False)
    said = done.stdout + done.stderr
    assert "Traceback" not in said
    assert done.returncode == 0 or re.search(r"lucky11_owner|superuser|pg_signal_backend", said), said
    site.wait_until_ready()


def test_a_migration_goes_back_and_forward_with_a_backup_each_time(site: Production):
    latest = site.manage("owner", "showmigrations", "lucky11").stdout.split()[-1]
    earlier = f"{int(latest[:4]) - 1:04}"
    said = site.manage("owner", "db_rollback", "lucky11", earlier).stdout
    assert "1 migrations rolled back" in said
    assert "Nothing to migrate." not in site.manage("owner", "db_migrate").stdout
    assert site.manage("owner", "db_migrate").stdout.strip().endswith("Nothing to migrate.")
    said = site.manage("owner", "db_roles", "--check", check=False).stdout
    assert "Every role has the rights it needs, and no others." in said, said[-600:]


def test_a_moment_comes_back_from_the_base_backup_and_the_archive(site: Production):
    """As the page says: weekly as the backup role, and a script that ends without a password asked."""
    bases = Path(site.settings["PITR_BASES"])
    done = site.manage("backup", "db_pitr", "--base", check=False)
    assert (done.returncode, "verified" in done.stdout) == (0, True), done.stderr
    site.shell("site", seed.draw("Weekend in Porto"))
    before = winners(site)
    ((moment,),) = site.postgres.ask("SELECT clock_timestamp()::text")
    # The log has to reach past the moment, as that of a site at work does.
    site.postgres.ask("SELECT txid_current()", database="lucky11")
    ((name,),) = site.postgres.ask("SELECT pg_walfile_name(pg_switch_wal())")
    assert eventually(lambda: (site.postgres.archive / name).exists())
    into = bases / "restored"
    said = site.manage("backup", "db_pitr", "--to", moment, "--into", str(into)).stdout
    script = site.place / "restore.sh"
    script.write_text(said)
    # The script is run by who owns the backups, which is not root on a real machine.
    give(site, bases.parent, script)
    try:
        done = subprocess.run(
            ["sh", str(script)],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            **site.postgres.who.options(),
        )
        assert done.returncode == 0, done.stderr
        assert "Restored to " in done.stdout
        socket = next(iter(into.parent.glob("restored*socket")), site.postgres.sockets)
        words = "SELECT draw_id, user_id, prize_coins FROM winners ORDER BY id"
        options = ["-XAtw", f"--host={socket}", "--port=5499", "--username=postgres", "--dbname=lucky11"]
        rows = site.postgres.tool("psql", *options, "--csv", f"--command={words}").stdout.decode()
        assert len(rows.splitlines()) == len(before)
    finally:
        stop = [str(site.postgres.programs / "pg_ctl"), f"--pgdata={into}", "--mode=immediate", "stop"]
        subprocess.run(stop, capture_output=True, **site.postgres.who.options())


def give(site: Production, *places: Path) -> None:
    """Give files to the account that runs PostgreSQL."""
    for place in places:
        for each in (place, *place.rglob("*")):
            site.postgres.who.give(each)
