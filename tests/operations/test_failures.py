"""Whatever goes wrong, a command says what happened, what it means and what to do, and ends with 1."""

from __future__ import annotations

import pytest

from tests.support.scratch import manage, run

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
NOWHERE = {"PGHOST": "127.0.0.1", "PGPORT": "1"}
REFUSED = """
from ledger.models import Transaction
Transaction.objects.update(amount=1)
"""


@pytest.mark.parametrize(
    "command", ["db_analyze", "db_backups", "createsuperuser --noinput --email a@b.example"]
)
def test_a_database_that_does_not_answer_is_a_sentence_and_nothing_was_done(site, command):
    done = run(site | NOWHERE, *command.split())
    assert done.returncode == 1
    assert "The database does not answer" in done.stderr
    assert "Nothing was done." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_traceback_is_still_there_for_who_asks_for_it(site):
    done = run(site | NOWHERE, "db_analyze", "--traceback")
    assert done.returncode == 1
    assert "Traceback" in done.stderr


def test_what_a_trigger_refuses_is_told_in_its_own_words(site):
    manage(site, "seed", "--force")
    done = run(site, "shell", "--verbosity", "0", "--command", REFUSED)
    assert done.returncode == 1
    assert "A rule of the database refused it: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_folder_that_is_not_there_is_a_sentence(site):
    done = run(site, "db_export", "users", "--to", "/nowhere/at/all/users.csv")
    assert done.returncode == 1
    assert "/nowhere/at/all" in done.stderr
    assert "Traceback" not in done.stderr
