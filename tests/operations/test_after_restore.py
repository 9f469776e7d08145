"""A database of before a freeze: nothing is sold or drawn until the operator has said what is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.models.functions import Now

from common.database.clock import database_now
from draws.entries.take import take_tickets
from draws.exceptions import LogBehind, NotCancellable, NotPublishable
from draws.lifecycle.cancel import cancel_draw
from draws.lifecycle.close import close_due_draws
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, LogLoss, LogRecord, LogWatch, Seal
from draws.prizes.pass_on import pass_on_lost_prizes
from draws.proof import log, outside, standing
from draws.tasks import compare_the_log, keep_the_log_outside
from lucky11.models import OperationRun
from lucky11.monitoring import alerts
from lucky11.operations.backups import stores
from lucky11.operations.doctor import site
from tests.conftest import defects, let_close, new_draft
from tests.operations.backups import connect
from tests.operations.processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

COPY = "lucky11_copy"


@pytest.fixture
def due(settings, make_draw, alice, bob):
    """A draw with tickets whose list is due to be frozen, and within seconds late."""
    settings.FREEZE_WINDOW_SECONDS = 4
    draw = make_draw()
    for player, count in ((alice, 3), (bob, 2)):
        take_tickets(player.pk, draw.pk, count, "request-one")
    let_close(draw)
    return draw


@pytest.fixture
def still_open(make_draw, alice):
    draw = make_draw(title="Weekend in Porto", min_participants=2)
    take_tickets(alice.pk, draw.pk, 2, "request-two")
    return draw


def put_in_place(name: str) -> None:
    """The site's processes find another database under their address."""
    connection.close()
    connection.settings_dict["NAME"] = name


@pytest.fixture
def restored(still_open, due, bob, beside) -> Iterator[Seal]:
    """A copy of the database from before the list was frozen, put in place after the winner was published.

    Yields the seal with the result that everybody saw.
    """
    keep_the_log_outside()
    live = connection.settings_dict["NAME"]
    connection.close()
    with connect("postgres") as server:
        server.execute(f"CREATE DATABASE {COPY} TEMPLATE {live}")
    take_tickets(bob.pk, still_open.pk, 3, "after-the-backup")
    assert close_due_draws() >= 2
    seen = Seal.objects.get(pk=due.pk)
    assert seen.result_hash is not None
    keep_the_log_outside()
    put_in_place(COPY)
    yield seen
    put_in_place(live)


def run(*arguments: str) -> str:
    output = StringIO()
    call_command("after_restore", *arguments, stdout=output)
    return output.getvalue()


def recover() -> str:
    assert eventually(lambda: all(database_now().timestamp() > s.freeze_by for s in closed()), 15)
    return run("--apply", "--why", "A disk failed.")


def closed() -> list[Seal]:
    return list(Seal.objects.filter(draw__is_active=True, draw__draw_time__lte=Now()))


def test_nothing_is_sold_drawn_published_or_cancelled_while_the_database_is_behind(
    restored, due, still_open, bob, client
):
    records = LogRecord.objects.count()
    assert close_due_draws() == 0
    assert pass_on_lost_prizes() == 0
    with pytest.raises(LogBehind, match=r"restored from a backup.*nothing was charged"):
        take_tickets(bob.pk, still_open.pk, 1, "request-three")
    with pytest.raises(NotPublishable, match="lacks records"):
        publish_draw(new_draft().pk)
    with pytest.raises(NotCancellable, match="lacks records"):
        cancel_draw(still_open.pk, reason="No.")
    with pytest.raises(DatabaseError, match="takes no record before it was compared"):
        log.append(due, "freeze", bytes(32))
    assert LogRecord.objects.count() == records
    bob.refresh_from_db()
    assert bob.coins == 50 - 2 * 5, "what was taken after the backup was not paid"
    for draw in (due, still_open):
        page = client.get(f"/draws/{draw.pk}/").content.decode()
        assert "Paused after a restore" in page
        assert "Coins that you spent since that backup are" in page
    assert "until we have said here what was lost" in client.get("/log/").content.decode()


def test_the_operator_is_told_everywhere(restored, client):
    assert compare_the_log() is False
    assert "manage.py after_restore" in (alerts.log_behind() or "")
    assert client.get("/readyz").json()["log"] is False
    assert "lucky11_log_behind 1.0" in client.get("/metrics").content.decode()
    found = site.log_standing()
    assert (found.state, "after_restore" in found.advice) == ("problem", True)


def test_a_healthy_site_has_no_alert_and_is_not_stopped(due):
    keep_the_log_outside()
    assert compare_the_log() is True
    assert alerts.log_behind() is None
    assert site.log_standing().state == "ok"
    assert close_due_draws() >= 2


def test_the_operator_sees_what_is_lost_ends_the_restore_and_everybody_reads_it(
    restored, due, still_open, alice, bob, client
):
    lost = outside.read(1, 4)
    assert lost is not None
    shown = run()
    assert "Nothing was changed" in shown
    assert f"3  freeze  of draw {due.pk}" in shown
    assert f"4  result  of draw {due.pk}  head {lost.head}" in shown
    assert LogLoss.objects.count() == 0
    with pytest.raises(CommandError, match="players will read it"):
        run("--apply")

    assert "2 draws are void" in recover()
    close_due_draws()
    keep_the_log_outside()
    for draw, code in ((due, Draw.VoidCode.NOT_FROZEN_IN_TIME), (still_open, Draw.VoidCode.CANCELLED)):
        draw.refresh_from_db()
        assert (draw.void_code, draw.drawn_at) == (code, None)
        assert "tickets taken after that backup were lost" in draw.why_void
    for player in (alice, bob):
        player.refresh_from_db()
        assert player.coins == 50
    page = client.get("/log/").content.decode()
    assert "Records 3 to 4 were lost" in page
    assert "A disk failed." in page
    assert lost.head in page
    told = OperationRun.objects.filter(kind="after_restore").latest("pk")
    assert (told.ok, told.details["voided"]) == (True, sorted([due.pk, still_open.pk]))
    assert defects() == []


def test_afterwards_the_site_goes_on_and_an_older_copy_is_behind_again(restored, alice):
    recover()
    keep_the_log_outside()
    draw = publish_draw(new_draft(title="The next one").pk)
    take_tickets(alice.pk, draw.pk, 1, "request-four")
    keep_the_log_outside()
    assert compare_the_log() is True
    assert "nothing to do" in run()
    # A copy of before the recovery does not know the era that began with it.
    assert standing.is_behind(LogWatch(era=1, kept_n=0)) is True


def test_what_was_published_of_a_draw_is_not_made_a_second_time_otherwise(restored, due, beside):
    """Also not by the site's own code: the list and the result that everybody saw stand in the loss."""
    uid = bytes(restored.draw_uid).hex()
    record = {"draw_id": uid, "kind": "freeze", "record_hash": bytes(restored.freeze_hash).hex()}
    given = {"last_n": 2, "last_head": bytes(32), "lost_n": 4, "lost_head": bytes(32), "voided": []}
    LogLoss.objects.create(era=2, records=[record], reason="A disk failed.", **given)
    LogWatch.objects.update_or_create(
        id=1, defaults={"behind_since": None, "confirmed_for": standing.state().incarnation}
    )
    with pytest.raises(DatabaseError, match="not made a second time otherwise"):
        log.append(due, "freeze", bytes(32))
    assert log.append(due, "freeze", bytes(restored.freeze_hash)).kind == "freeze"


def test_a_server_that_was_started_again_is_compared_before_it_sells(draw, alice):
    keep_the_log_outside()
    LogWatch.objects.update(confirmed_for="base/1/2 1764500000.5")
    assert standing.state().is_whole is None
    take_tickets(alice.pk, draw.pk, 1, "request-one")
    assert standing.state().is_whole is True


def test_nothing_is_sold_while_the_place_outside_cannot_be_read(draw, alice, settings):
    keep_the_log_outside()
    LogWatch.objects.update(confirmed_for="")
    place = Path(storages["ledger_seals"].location)
    kept = next((place / outside.FOLDER).rglob("000000001.json"))
    kept.unlink()
    kept.mkdir()
    with pytest.raises(LogBehind):
        take_tickets(alice.pk, draw.pk, 1, "request-one")
    with pytest.raises(IsADirectoryError):
        compare_the_log()
    kept.rmdir()
    take_tickets(alice.pk, draw.pk, 1, "request-one")


def test_records_that_took_the_place_of_kept_ones_are_found(draw):
    """A copy went on for a while before anybody looked: it has as many records, and other ones."""
    keep_the_log_outside()
    place = Path(storages["ledger_seals"].location)
    newest = next((place / outside.FOLDER).rglob("000000001.json"))
    told = json.loads(newest.read_text())
    newest.write_text(json.dumps(told | {"head": "00" * 32}))
    assert compare_the_log() is False
    newest.write_text(json.dumps(told))
    assert compare_the_log() is True


def test_a_file_that_was_cut_off_still_shows_that_there_was_a_record(draw):
    keep_the_log_outside()
    place = Path(storages["ledger_seals"].location)
    (place / outside.FOLDER / "0001" / "000000002.json").write_text("{")
    assert compare_the_log() is False


@pytest.mark.nightly
def test_as_the_runbook_says_with_a_backup_of_before_the_freeze(still_open, due, beside, store, manage):
    """The documented commands, each in a process of its own, on a database that is swapped in."""
    keep_the_log_outside()
    connection.close()
    live = connection.settings_dict["NAME"]
    with connect("postgres") as server:
        server.execute(f"CREATE DATABASE {COPY} TEMPLATE {live}")
    at = {"PGDATABASE": COPY}
    assert manage("db_backup", **at).returncode == 0
    # The copy plays the live database; the test's own freezes in time, as both would have.
    close_due_draws()
    keep_the_log_outside()
    done = manage("db_restore", stores.names()[0], "--into", beside, "--swap", **at)
    assert "manage.py after_restore next" in done.stdout, done.stderr
    assert manage("close_due_draws", **at).stdout == "0 steps taken.\n"
    doctor = manage("doctor", **at).stdout
    assert "lacks records of the log that were published" in doctor
    assert "record 2" in manage("after_restore", **at).stdout
    put_in_place(COPY)
    try:
        assert eventually(lambda: all(database_now().timestamp() > s.freeze_by for s in closed()), 15)
    finally:
        put_in_place(live)
    ended = manage("after_restore", "--apply", "--why", "A disk failed.", **at)
    assert ended.returncode == 0, ended.stderr
    assert "2 draws are void" in ended.stdout
    assert manage("close_due_draws", **at).stdout != "0 steps taken.\n"
    assert manage("check_integrity", **at).returncode == 0
