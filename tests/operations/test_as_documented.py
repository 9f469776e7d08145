"""Every documented step, as documented: the pages' commands, as the accounts and roles that they name."""

from __future__ import annotations

import re

import pytest

from tests.operations.documented import seed
from tests.operations.documented.documents import PAGES, blocks, command_roles, to_be_run
from tests.operations.documented.fixtures import documented_servers
from tests.operations.documented.production import Production
from tests.operations.documented.site import site, steps
from tests.operations.documented.steps import Steps
from tests.operations.processes import eventually

__all__ = ["documented_servers", "site", "steps"]
pytestmark = pytest.mark.slow


def test_the_pages_say_which_account_runs_a_block():
    accounts = {block.account for block in to_be_run()}
    assert {"lucky11", "root"} <= accounts, accounts
    said = [block for page in PAGES for block in blocks(page) if "manage.py" in block.text]
    assert [f"{block.page}, {block.heading}" for block in said if not block.account] == []


def test_each_command_of_the_pages_works_or_has_a_reason_not_to_run_here(steps: Steps):
    assert not steps.failed, steps.told()
    assert {"migrate", "db_roles", "collectstatic"} <= steps.commands_run(), steps.told()


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
    assert asked[-1] == [block for block in to_be_run() if block.page == "docs/deployment.md"][-1]
    site.manage("site", "db_backup")
    done = steps.step(asked[-1])
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
