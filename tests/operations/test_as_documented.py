"""Every documented step, as documented: the pages' commands, as the accounts and roles that they name."""

from __future__ import annotations

import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest

from lucky11.embedded import paths
from tests.operations.documented import seed
from tests.operations.documented.documents import (
    LATER,
    NOT_RUN,
    PAGES,
    at_once,
    blocks,
    command_roles,
    later,
    to_be_run,
)
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import site, steps
from tests.operations.documented.steps import LUCKY11, Steps
from tests.operations.processes import eventually

__all__ = ["documented_servers", "site", "steps"]
pytestmark = pytest.mark.slow


def test_the_pages_say_which_account_runs_a_block():
    accounts = {block.account for block in to_be_run()}
    assert {"lucky11", "root"} <= accounts, accounts
    assert [f"{block.page}, {block.heading}" for block in to_be_run() if not block.account] == []


def test_each_block_is_run_at_once_or_by_a_test_that_says_so_or_has_a_reason():
    headings = {(page, block.heading) for page in PAGES for block in blocks(page)}
    assert (LATER.keys() | NOT_RUN.keys()) - headings == set(), "no longer there"
    assert LATER.keys() & NOT_RUN.keys() == set()
    for (page, heading), name in LATER.items():
        asked = f'later("{page}", "{heading}")'
        assert asked in (Path(__file__).parent / name).read_text(), f"{name} does not run {page}, {heading}"


def test_each_page_with_blocks_is_an_operators_or_a_developers():
    pages = {str(page.relative_to(paths.ROOT)) for page in (paths.ROOT / "docs").glob("*.md")}
    assert {page for page in {*pages, "README.md"} if blocks(page)} == set(PAGES)


def test_each_block_of_the_pages_works_as_its_account(steps: Steps):
    assert not steps.failed, steps.told()
    assert [step.block for step in steps.steps] == at_once()
    assert {"migrate", "db_roles", "collectstatic", "db_analyze"} <= steps.commands_run(), steps.told()


def test_what_the_pages_keep_from_others_only_the_sites_account_can_read(steps: Steps):
    """As the table of files says: they belong to root, and the site's group may read them."""
    if os.geteuid() != 0:
        pytest.skip("needs root to give files to accounts")
    folder = steps.production.folder("/etc/lucky11")
    owned = {path.name: _owned(path) for path in (folder, *folder.glob("*.env"))}
    secret = (0o640, 0, LUCKY11)
    files = {"site.env": secret, "owner.env": secret, "backup.env": secret}
    assert {name: owned.get(name) for name in files} == files
    assert owned["lucky11"] == (0o750, 0, LUCKY11)
    for kept in ("/var/lib/lucky11", "/var/backups/lucky11"):
        assert _owned(steps.production.folder(kept)) == (0o750, LUCKY11, LUCKY11)
    archive = steps.production.folder("/var/backups/lucky11-wal")
    server = steps.production.postgres.who.uid
    assert _owned(archive) == (0o2750, server, LUCKY11)
    # Each account by itself: the site's, and one that is nobody's.
    assert [_reads(account, folder / "site.env") for account in (LUCKY11, LUCKY11 + 1)] == [True, False]


def _owned(path: Path) -> tuple[int, int, int]:
    found = path.stat()
    return stat.S_IMODE(found.st_mode), found.st_uid, found.st_gid


def _reads(account: int, path: Path) -> bool:
    options: dict[str, Any] = {"user": account, "group": account, "extra_groups": []}
    return subprocess.run(["cat", str(path)], capture_output=True, **options).returncode == 0


def test_after_the_documented_steps_nothing_is_unsafe_and_each_role_has_its_rights(site: Production):
    site.manage("site", "check", "--deploy")
    said = site.manage("owner", "db_roles", "--check").stdout
    assert "Every role has the rights it needs, and no others." in said


def test_a_backup_is_made_listed_drilled_and_restored_beside_as_the_documented_role(site: Production):
    said = site.manage("site", "db_backup").stdout
    name = said.partition(":")[0]
    assert re.search(r"[\d,]+ rows of \d+ tables", said)
    assert name in site.manage("site", "db_backups").stdout
    assert "a player can sign in" in site.manage("site", "backup_drill").stdout
    said = site.manage("site", "db_restore", name, "--into", "beside").stdout
    assert "check_integrity is clean in beside" in said
    assert "beside" in site.postgres.databases()


def test_the_database_matches_its_migrations_and_a_change_by_hand_does_not(site: Production):
    assert site.manage("owner", "db_drift").stdout.startswith("No drift: ")
    site.postgres.ask("ALTER TABLE draws ADD COLUMN colour text")
    try:
        done = site.manage("owner", "db_drift", check=False)
    finally:
        site.postgres.ask("ALTER TABLE draws DROP COLUMN colour")
    assert (done.returncode, "colour" in done.stdout) == (1, True)


def test_the_doctors_page_and_the_books_are_as_the_pages_promise(site: Production):
    said = site.manage("site", "db_doctor").stdout
    assert "Slow queries" in said
    assert "not installed" not in said
    assert site.manage("site", "check_integrity").stdout.startswith("Clean: ")


def test_the_doctor_is_asked_first_and_finds_no_problem_at_the_end(steps: Steps, site: Production):
    asked = [block for block in to_be_run() if "manage.py doctor" in block.text]
    first = next(block for block in to_be_run() if "manage.py" in block.text)
    assert asked[0] == first
    assert "doctor --before deployment" in first.text
    (last,) = later("docs/deployment.md", "At the end")
    assert asked[-1] == last == [block for block in to_be_run() if block.page == "docs/deployment.md"][-1]
    site.manage("site", "db_backup")
    done = steps.step(last)
    assert done.code == 0, done.output
    assert "Problems: 0." in done.output
    assert any("you@lucky11.example" in str(mail["To"]) for mail in site.mail.accepted)


def test_a_restarted_database_server_finds_the_site_at_work_again(site: Production):
    with site.client() as browser:
        assert browser.get("/").status_code == 200
        site.postgres.restart()
        assert eventually(lambda: browser.get("/").status_code == 200, 30)
    site.wait_until_ready()
    said = site.shell("site", seed.draw("Weekend in Porto", wait=False)).strip()
    words = "SELECT drawn_at IS NOT NULL FROM draws WHERE id = %s"
    assert eventually(lambda: site.postgres.ask(words, int(said)) == [(True,)], 30)


def test_the_table_of_commands_and_roles_has_a_row_for_every_command():
    assert len(command_roles()) > 20
