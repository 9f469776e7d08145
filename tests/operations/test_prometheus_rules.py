"""The rules for Prometheus ask for numbers that /metrics tells, and fire when they must."""

import re
import shutil
import subprocess

import pytest

from accounts import heartbeat
from lucky11.embedded.places import ROOT
from lucky11.operations import alerts
from lucky11.operations.runs import record

FOLDER = ROOT / "docs" / "operations"
RULES = (FOLDER / "prometheus-rules.yml").read_text()


@pytest.mark.django_db
def test_every_number_that_a_rule_asks_for_is_told(client):
    for kind in ("db_backup", "check_integrity"):
        with record(kind):
            pass
    heartbeat.beat("worker")
    heartbeat.beat("beat")
    told = set(re.findall(r"^(lucky11_\w+)[ {]", client.get("/metrics").content.decode(), re.MULTILINE))
    asked = set(re.findall(r"\blucky11_\w+", RULES))
    assert asked
    assert asked <= told


def test_each_alert_of_the_command_has_a_rule():
    rules = set(re.findall(r"alert: (\w+)", RULES))
    same = {
        "long queries": "LongQueries",
        "disk": "DiskNearlyFull",
        "backups": "BackupLate",
        "foreign keys": "IntegrityDrift",
        "integrity": "IntegrityDrift",
        "draws overdue": "DrawsOverdue",
        "beacon late": "BeaconLate",
        "queue": "QueueStandsStill",
        "standbys": "StandbyBehind",
    }
    assert set(same) == {alert.name for alert in alerts.ALERTS}
    assert set(same.values()) | {"DatabaseDown"} <= rules


@pytest.mark.parametrize(
    "command", [["check", "rules", "prometheus-rules.yml"], ["test", "rules", "prometheus-rules.test.yml"]]
)
def test_promtool_finds_them_right_and_they_fire_when_they_must(command):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool (Debian's package prometheus) is not installed")
    done = subprocess.run([promtool, *command], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
