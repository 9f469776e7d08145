"""The operators' longer procedures on the documented production, as the roles that the page names."""

from __future__ import annotations

import re
import subprocess
from functools import partial
from pathlib import Path

import httpx
import pytest

from tests.operations.documented import seed
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import back_up, site, steps, winners
from tests.operations.processes import eventually

__all__ = ["documented_servers", "site", "steps"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]


def swapped(site: Production, name: str, *, role: str = "owner") -> subprocess.CompletedProcess[str]:
    """Stop the site as the page says, restore and swap, and start it again."""
    site.stop()
    try:
        return site.manage(role, "db_restore", name, "--into", "lucky11_new", "--swap", check=False)
    finally:
        site.start()


def test_a_swapped_database_belongs_to_the_documented_roles(site: Production):
    before = winners(site)
    done = swapped(site, back_up(site))
    assert done.returncode == 0, done.stdout + done.stderr
    site.wait_until_ready()
    assert winners(site) == before
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


FAILED = "raised unexpected"
# Of a draw: a clock drew it; of an email: the worker sent it.
DRAWN = "SELECT drawn_at IS NOT NULL FROM draws WHERE id = %s"
SENT = "SELECT NOT EXISTS (SELECT FROM outbox_emails WHERE sent_at IS NULL)"


@pytest.mark.parametrize("server", ["postgres", "redis"])
@pytest.mark.parametrize("how", ["restart", "kill"])
def test_within_five_seconds_of_a_servers_return_tasks_succeed(site: Production, server: str, how: str):
    stopped = getattr(site, server)
    for _ in range(3):
        stopped.stop() if how == "restart" else stopped.kill()
        stopped.start()
        waited(5)
        said = len(site.log("worker").read_text())
        drawn = site.shell("site", seed.draw("Weekend in Porto", wait=False)).strip()
        assert eventually(partial(is_so, site, DRAWN, int(drawn)), 30)
        assert eventually(partial(is_so, site, SENT), 30)
        assert site.log("worker").read_text()[said:].count(FAILED) == 0
        with site.client() as browser:
            assert answer(browser) == 200
    site.wait_until_ready()


def is_so(site: Production, words: str, *values: int) -> bool:
    """What the database says to a question of yes or no."""
    return site.postgres.ask(words, *values) == [(True,)]


def answer(browser: httpx.Client) -> int:
    """The status of a page that asks the database."""
    try:
        return browser.get("/").status_code
    except httpx.HTTPError:
        return 0


def test_fifteen_seconds_without_a_database_are_a_few_lines_of_each_log(site: Production):
    sizes = {name: lines(site, name) for name in site.started}
    site.postgres.stop()
    with site.client() as browser:
        assert eventually(lambda: (answer(browser), sum(lines(site, "clock").values()))[0] in (500, 503), 15)
        waited(15)
    site.postgres.start()
    site.wait_until_ready()
    grown = {name: sum(lines(site, name).values()) - sum(sizes[name].values()) for name in site.started}
    assert max(grown.values()) < 100, grown


def lines(site: Production, name: str) -> dict[str, int]:
    """How many lines a process has written."""
    return {name: len(site.log(name).read_text().splitlines())}


def waited(seconds: float) -> None:
    """Let the outage last; there is no condition to wait for."""
    eventually(lambda: False, seconds)
