"""The shipped units under systemd: they start the site, keep it in its bounds, and start what ends again."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from lucky11.processes import NAMES
from tests.operations.documented import seed
from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.systemd import ACCOUNT, Systemd, missing, systemd
from tests.operations.processes import eventually

__all__ = ["documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]


@pytest.fixture(scope="module")
def units(documented: Production) -> Iterator[Systemd]:
    """The site at work as units of systemd, with players."""
    lacking = missing()
    if lacking:
        pytest.skip(lacking)
    documented.shell("site", seed.players())
    with systemd(documented) as made:
        assert eventually(documented.is_ready, 120), made.said()
        yield made


def status(units: Systemd, name: str) -> dict[str, str]:
    """What the kernel says about the main process of a unit."""
    text = Path(f"/proc/{units.process(name).pid}/status").read_text()
    return {line.partition(":")[0]: line.partition(":")[2].strip() for line in text.splitlines()}


@pytest.mark.parametrize("name", NAMES)
def test_a_process_works_as_its_account_without_rights_and_behind_a_filter(units: Systemd, name: str):
    found = status(units, name)
    assert set(found["Uid"].split()) == {str(ACCOUNT)}
    assert {int(found[each], 16) for each in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {0}
    assert (found["NoNewPrivs"], found["Seccomp"]) == ("1", "2")
    mounts = Path(f"/proc/{units.process(name).pid}/mounts").read_text().splitlines()
    options = {line.split()[1]: set(line.split()[3].split(",")) for line in mounts}
    assert "ro" in options["/"] & options["/srv"]
    assert "rw" in options["/var/lib/lucky11"] & options["/var/backups/lucky11"]


def is_restarted(units: Systemd, name: str, before: int) -> bool:
    """Whether systemd has started a unit once more than before."""
    restarts, state = units.shown(name, "NRestarts"), units.shown(name, "ActiveState")
    return (int(restarts), state) == (before + 1, "active")


def draw_and_its_emails(site: Production) -> None:
    """Fail unless a draw closes, is drawn, and its winner's email is sent."""
    before = len(site.mail.accepted)
    number = int(site.shell("site", seed.draw("Weekend in Porto", wait=False)))
    words = "SELECT drawn_at IS NOT NULL FROM draws WHERE id = %s"
    assert eventually(lambda: site.postgres.ask(words, number) == [(True,)], 60)
    assert eventually(lambda: len(site.mail.accepted) > before, 60)


def test_the_bounds_let_the_site_draw_send_and_back_up(units: Systemd, documented: Production):
    assert documented.get("/").status_code == 200, units.said()
    draw_and_its_emails(documented)
    documented.shell("site", "from lucky11.tasks import back_up; back_up.delay()")
    backups = units.path("/var/backups/lucky11")
    assert eventually(lambda: list(backups.glob("*.json")), 90), units.said()
    assert [units.shown(name, "NRestarts") for name in NAMES] == ["0"] * len(NAMES), units.said()


def test_what_is_killed_is_started_again_and_the_site_works_as_before(units: Systemd, documented: Production):
    for name in NAMES:
        killed, before = units.process(name), int(units.shown(name, "NRestarts"))
        killed.send_signal(signal.SIGKILL)
        assert eventually(partial(is_restarted, units, name, before), 30), units.said()
        documented.wait_until_ready()
        assert units.process(name).pid != killed.pid
    draw_and_its_emails(documented)


def test_the_target_restarts_and_stops_all_of_them(units: Systemd, documented: Production):
    def states() -> set[str]:
        return {units.shown(name, "ActiveState") for name in NAMES}

    before = {name: units.process(name) for name in NAMES}
    units.systemctl("restart", "lucky11.target")
    assert eventually(lambda: not any(each.is_running() for each in before.values()), 60), units.said()
    assert eventually(lambda: states() == {"active"}, 60), units.said()
    documented.wait_until_ready(120)
    units.systemctl("stop", "lucky11.target")
    assert eventually(lambda: states() == {"inactive"}, 60), units.said()
