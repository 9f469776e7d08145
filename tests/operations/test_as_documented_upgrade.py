"""A site that 1.0.0 left behind is upgraded by the page's own blocks, as its owner."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from lucky11 import __version__
from tests.operations.documented.documents import later
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import steps
from tests.operations.documented.steps import Step, Steps
from tests.operations.processes import eventually
from tests.operations.test_releases import BACK, DUMPS

__all__ = ["documented_servers", "steps"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly, pytest.mark.timeout(1200)]

RELEASE = "1.0.0"
AT = "SELECT details ->> 'step' FROM operation_runs WHERE kind = 'upgrade' AND ended_at IS NULL"
# Once the site runs, it settles what was due meanwhile: rows come after these, and none of them changes.
LEDGER = "SELECT id, user_id, amount, hash FROM transactions WHERE id <= %s ORDER BY id"


@pytest.fixture(scope="module")
def of_before(steps: Steps) -> Iterator[Production]:
    """The documented production with the database of the release, and the release's key; nothing runs yet."""
    assert not steps.failed, steps.told()
    site = steps.production
    for suffix in ("dump", "json"):
        shutil.copy(DUMPS / f"{RELEASE}.{suffix}", Path(site.settings["BACKUP_FOLDER"]))
    key = json.loads((DUMPS / f"{RELEASE}.json").read_text())["encryption_keys"]
    site.settings["ENCRYPTION_KEYS"] += f",{key}"
    site.write_site()
    site.manage("owner", "db_restore", RELEASE, "--into", "of_before", "--migrate", "--swap")
    # As far back as the release went: what a site has that was never upgraded.
    for app, name in json.loads(site.shell("owner", BACK % RELEASE)):
        site.manage("owner", "migrate", app, name or "zero", "--verbosity", "0")
    yield site
    site.stop()


def upgraded(steps: Steps) -> Step:
    """Run the blocks of "A new version": while the upgrade waits, the site is restarted in another shell."""
    site = steps.production
    code, upgrade, restart = later("docs/deployment.md", "A new version")
    assert steps.step(code).code == 0
    done: list[Step] = []
    shell = threading.Thread(target=lambda: done.append(steps.step(upgrade)))
    shell.start()
    waits = eventually(lambda: site.postgres.ask(AT) == [("verify",)] or not shell.is_alive(), 900)
    if waits and shell.is_alive():
        assert "systemctl restart lucky11.target" in steps.step(restart).output
        site.start()
    shell.join(240)
    return done[0]


def test_the_pages_blocks_upgrade_a_site_of_the_first_release(of_before: Production, steps: Steps):
    site = of_before
    applied = site.postgres.ask("SELECT count(*) FROM django_migrations")
    ((last,),) = site.postgres.ask("SELECT max(id) FROM transactions")
    ledger = site.postgres.ask(LEDGER, last)
    done = upgraded(steps)
    assert done.code == 0, done.output
    assert f"The database is of {RELEASE}. 0 migrations are pending." not in done.output
    assert f"Lucky11 {__version__} is running; it was {RELEASE}." in done.output
    assert site.postgres.ask("SELECT count(*) FROM django_migrations") > applied
    assert site.postgres.ask(LEDGER, last) == ledger
    site.wait_until_ready()
    assert site.get("/readyz").json()["version"] == __version__
    numbers = site.postgres.ask("SELECT id FROM draws WHERE published_at IS NOT NULL")
    pages = ["/", "/winners/", "/log/", *(f"/draws/{number}/" for (number,) in numbers)]
    assert {site.get(page).status_code for page in pages} == {200}
    assert site.manage("site", "maintenance", "status").stdout == "off\n"


def test_afterwards_books_schema_and_rights_are_those_of_this_version(of_before: Production):
    assert of_before.manage("site", "check_integrity").stdout.startswith("Clean: ")
    assert of_before.manage("owner", "db_drift").stdout.startswith("No drift: ")
    assert (
        of_before.manage("owner", "migrate", "--plan").stdout.count("No planned migration operations.") == 1
    )
    said = of_before.manage("owner", "db_roles", "--check", check=False).stdout
    assert "Every role has the rights it needs, and no others." in said, said[-600:]
