"""The drill: a backup counts once it was restored; the result is kept, the scratch database is not."""

from __future__ import annotations

import json
from datetime import datetime, timedelta

import pytest
import time_machine
from django.conf import settings as site_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from common.database.advisory_locks import AdvisoryLock
from lucky11 import tasks
from lucky11.models import OperationRun
from lucky11.operations import OperationError, runs
from lucky11.operations.backups import drill, stores
from tests.conftest import unguarded
from tests.operations.backups import connect, databases

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def backup(played, store) -> str:
    call_command("db_backup")
    return stores.names()[0]


def test_a_good_backup_is_verified_and_what_was_made_for_it_is_gone(backup, capsys):
    before = databases()
    call_command("backup_drill")
    assert databases() == before
    assert stores.verified() == {backup}
    run = runs.last_good("backup_drill")
    assert run.details["backup"] == backup
    assert run.details["taken_at"] == stores.manifest(backup).taken_at
    assert "a player can sign in" in run.summary
    assert "can be read as sign-in reads it" in capsys.readouterr().out
    call_command("db_backups")
    assert "not yet verified" not in capsys.readouterr().out


def test_a_corrupted_backup_fails_the_drill_and_that_is_recorded(backup, store):
    dump = store / f"{backup}.dump"
    dump.write_bytes(dump.read_bytes()[:-100])
    before = databases()
    with pytest.raises(CommandError, match="damaged or cut off"):
        call_command("backup_drill")
    assert databases() == before
    assert stores.verified() == set()
    run = OperationRun.objects.get(kind="backup_drill")
    assert run.ok is False
    assert "damaged or cut off" in run.summary


@pytest.mark.nightly
def test_a_copy_in_which_nobody_can_sign_in_fails_the_drill(played, store):
    with unguarded() as cursor:
        cursor.execute("UPDATE users SET password = 'something else'")
    call_command("db_backup")
    before = databases()
    with pytest.raises(CommandError, match="in a form this site cannot check"):
        call_command("backup_drill")
    assert databases() == before
    assert stores.verified() == set()


def test_without_a_backup_the_drill_says_so(played, store):
    with pytest.raises(CommandError, match="There is no backup in"):
        call_command("backup_drill")


@pytest.mark.nightly
def test_the_day_s_backup_and_the_week_s_drill_are_taken_once_however_often_they_are_asked_for(played, store):
    tasks.back_up()
    tasks.back_up()
    assert len(stores.names()) == 1
    tasks.drill_backup()
    tasks.drill_backup()
    assert OperationRun.objects.filter(kind="backup_drill").count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        tasks.drill_backup()
    assert OperationRun.objects.filter(kind="backup_drill", ok=True).count() == 2


def test_a_backup_from_a_clock_that_was_wrong_does_not_stand_for_the_day_s(played, store):
    tasks.back_up()
    (manifest,) = store.glob("*.json")
    told = json.loads(manifest.read_text())
    told["taken_at"] = (datetime.fromisoformat(told["taken_at"]) + timedelta(days=400)).isoformat()
    manifest.write_text(json.dumps(told))
    tasks.back_up()
    assert len(stores.names()) == 2


@pytest.mark.nightly
def test_a_drill_from_a_clock_that_was_wrong_does_not_stand_for_the_week_s(played, store):
    tasks.back_up()
    tasks.drill_backup()
    with unguarded() as cursor:
        cursor.execute("UPDATE operation_runs SET ended_at = ended_at + interval '400 days' WHERE ok")
    tasks.drill_backup()
    assert OperationRun.objects.filter(kind="backup_drill", ok=True).count() == 2


def test_a_second_backup_or_drill_at_the_same_time_is_refused(backup):
    with connect() as other:
        other.execute(
            "SELECT pg_advisory_lock(%s), pg_advisory_lock(%s)",
            [AdvisoryLock.BACKUP, AdvisoryLock.BACKUP_DRILL],
        )
        with pytest.raises(CommandError, match="Another backup"):
            call_command("db_backup")
        with pytest.raises(OperationError, match="Another drill"):
            drill.drill(print)
    assert len(stores.names()) == 1


def test_nothing_is_scheduled_before_somebody_says_where_backups_go():
    assert not site_settings.BACKUP_FOLDER
    assert "back up" not in site_settings.CELERY_BEAT_SCHEDULE


def test_with_a_folder_beat_asks_for_both(manage):
    told = manage(
        "shell", "-c", "from django.conf import settings as s; print(sorted(s.CELERY_BEAT_SCHEDULE))"
    )
    assert "'back up'" in told.stdout
    assert "'drill a backup'" in told.stdout
