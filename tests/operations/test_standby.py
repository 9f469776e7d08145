"""A standby that stops following, for real: seen by the doctor, told by the alert, and again when over."""

import json
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from accounts.models import OutboxEmail
from lucky11 import embedded
from lucky11.models import Incident
from lucky11.monitoring import standbys
from tests.conftest import new_player
from tests.operations.clusters import NAME, Standby
from tests.operations.processes import eventually

pytestmark = [
    pytest.mark.slow,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        not embedded.named(settings), reason="needs to copy the server's folder, as the embedded one lets it"
    ),
]
RECOVERED = "Lucky11: recovered: standbys"


@pytest.fixture
def standby(transactional_db, place: Path) -> Iterator[Standby]:
    """A standby that has caught up."""
    standby = Standby(place)
    standby.make()
    with standby.up(wal_receiver_status_interval="1s"):
        assert eventually(caught_up)
        yield standby


def seen() -> standbys.Standby:
    (found,) = standbys.standbys()
    return found


def caught_up() -> bool:
    return any(each.state == "streaming" and each.bytes == 0 for each in standbys.standbys())


def command(*arguments: str) -> str:
    """What a command prints, whether it finds something or not."""
    output = StringIO()
    with suppress(SystemExit):
        call_command(*arguments, stdout=output)
    return output.getvalue()


def examined() -> dict:
    """The doctor's part about standbys."""
    found = json.loads(command("db_doctor", "--json"))["findings"]
    one: dict
    (one,) = [each for each in found if each["title"] == "Standbys"]
    return one


def alert() -> str | None:
    found: str | None = json.loads(command("db_alerts", "--json"))["alerts"].get("standbys")
    return found


def told() -> list[str]:
    """The mails about it, in order."""
    mails = OutboxEmail.objects.filter(subject__contains="standbys").order_by("id")
    return list(mails.values_list("subject", flat=True))


def test_a_paused_standby_is_seen_and_told_in_bytes_and_seconds_until_it_follows_again(standby, settings):
    settings.ALERT_EMAILS, settings.ALERT_STANDBY_SECONDS = ["ops@lucky11.example"], 1
    assert (examined()["bad"], alert()) == (False, None)

    standby.pause()
    player = new_player("late")
    assert eventually(lambda: seen().bytes > 0 and (seen().seconds or 0) > 1)
    shown = examined()
    (row,) = shown["rows"]
    assert (shown["bad"], row["name"], row["state"]) == (True, NAME, "streaming")
    assert row["bytes behind"] > 0
    assert row["seconds behind"] > 1
    assert "!! Standbys\n" in command("db_doctor")
    for _ in range(2):
        said = alert()
        assert said is not None
        assert said.startswith(f"The standby {NAME} (streaming) is ")
        assert " bytes and " in said
    assert standby.ask(f"SELECT count(*) FROM users WHERE id = '{player.pk}'") == 0
    assert told() == ["Lucky11: standbys"]

    standby.resume()
    assert eventually(lambda: caught_up() and not seen().late)
    assert standby.ask(f"SELECT count(*) FROM users WHERE id = '{player.pk}'") == 1
    assert (alert(), examined()["bad"]) == (None, False)
    assert told() == ["Lucky11: standbys", RECOVERED]
    assert Incident.objects.get(alert="standbys").ended_at is not None


def test_a_standby_that_is_gone_and_for_which_the_log_is_kept_is_told(transactional_db, settings):
    settings.ALERT_STANDBY_MEGABYTES = 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_create_physical_replication_slot('rome', true)")
        try:
            new_player("late")
            assert (seen().name, seen().state) == ("rome", "gone")
            assert (alert() or "").startswith("The standby rome (gone) is ")
            assert examined()["bad"]
        finally:
            cursor.execute("SELECT pg_drop_replication_slot('rome')")
    assert alert() is None
