"""The disk is full in the middle of a sale: no ticket is taken, nothing is charged; later it goes on."""

import os
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import DatabaseError, connection

from draws.entries.take import take_tickets
from draws.models import Draw, Participation
from ledger.models import Transaction
from ledger.services import balance
from tests.conftest import defects
from tests.support.forgery import forge
from tests.support.pages import field, signed_in, words

pytestmark = [pytest.mark.slow, pytest.mark.owner, pytest.mark.django_db(transaction=True)]

MEGABYTES = 8


def execute(sql: str, *values) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.fixture
def small_disk(transactional_db) -> Iterator[Path]:
    """A disk of a few megabytes that holds the table of tickets; only root can make one, so others skip."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW data_directory")
        server = os.stat(cursor.fetchone()[0]) if os.geteuid() == 0 else None
    if server is None:
        pytest.skip("only root can make a small disk")
    with tempfile.TemporaryDirectory(prefix="lucky11-") as folder:
        os.chmod(folder, 0o755)
        disk = Path(folder) / "disk"
        disk.mkdir()
        options = f"size={MEGABYTES}m,uid={server.st_uid},gid={server.st_gid},mode=700"
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(disk)], check=False)
        if mounted.returncode:
            pytest.skip("this machine lets nobody make a small disk")
        try:
            execute(f"CREATE TABLESPACE small_disk LOCATION '{disk}'")
            # What earlier tests left of their rows would fill it.
            execute("VACUUM FULL participations")
            execute("ALTER TABLE participations SET TABLESPACE small_disk")
            yield disk
            execute("ALTER TABLE participations SET TABLESPACE pg_default")
            execute("DROP TABLESPACE small_disk")
        finally:
            subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path) -> Path:
    """A file that leaves a megabyte free."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes((MEGABYTES - 1) * 2**20))
    return ballast


def sell_until_refused(player, draw) -> int:
    """How many tickets were sold before the database had no room for more."""
    for batch in range(100):
        try:
            take_tickets(player.pk, draw.pk, 2_000, uuid.uuid4().hex)
        except DatabaseError:
            return batch * 2_000
    pytest.fail("the disk never was full")


def test_tickets_on_a_full_disk_are_refused_whole_and_sold_again_once_there_is_room(
    small_disk, make_player, make_draw
):
    player = make_player("player", coins=1_000_000)
    draw = make_draw(entry_fee=1, max_participants=1_000_000, max_per_player=1_000_000)
    ballast = fill(small_disk)
    sold = sell_until_refused(player, draw)
    draw.refresh_from_db()
    assert balance(player.pk) == 1_000_000 - sold
    assert (Participation.objects.count(), draw.current_participants) == (sold, sold)

    browser = signed_in(player)
    page = browser.get(f"/draws/{draw.pk}/")
    form = {"tickets": 2_000, "request_id": field(page, "request_id")}
    answer = browser.post(f"/draws/{draw.pk}/enter/", form)
    assert answer.status_code == 503
    assert "charge" in words(answer)
    assert Transaction.objects.filter(type="entry").count() == sold // 2_000

    ballast.unlink()
    assert browser.post(f"/draws/{draw.pk}/enter/", form).status_code == 303
    assert Draw.objects.get(pk=draw.pk).current_participants == sold + 2_000


@pytest.mark.plants_defects
def test_control_a_site_that_charges_first_and_sells_then_has_charged_for_nothing(
    small_disk, make_player, make_draw
):
    player = make_player("player", coins=1_000_000)
    draw = make_draw(entry_fee=1, max_participants=1_000_000, max_per_player=1_000_000)
    fill(small_disk)
    sold = sell_until_refused(player, draw)
    paid = forge(user_id=player.pk, type="entry", amount=-2_000, reference=f"draw:{draw.pk}")
    with pytest.raises(DatabaseError):
        Participation.objects.bulk_create(
            Participation(user=player, draw=draw, ticket_number=sold + n, transaction_id=paid)
            for n in range(1, 2_001)
        )
    assert balance(player.pk) == 1_000_000 - sold - 2_000
    assert [defect.split(":")[0] for defect in defects()] == ["payments"]
