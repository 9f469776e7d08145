"""The rules for Prometheus ask for numbers that /metrics tells, and fire when they must."""

import re
import shutil
import subprocess

import promql_parser
import pytest
import yaml

from common import heartbeat
from lucky11.embedded.paths import ROOT
from lucky11.monitoring import alerts, task_outcomes
from lucky11.operations.runs import record

FOLDER = ROOT / "docs" / "operations"
RULES = {
    rule["alert"]: rule["expr"]
    for group in yaml.safe_load((FOLDER / "prometheus-rules.yml").read_text())["groups"]
    for rule in group["rules"]
}
UNIT_TESTS = yaml.safe_load((FOLDER / "prometheus-rules.test.yml").read_text())["tests"]


def names(expression: str) -> set[str]:
    """The series that an expression asks for; a ValueError when it is none, or of the wrong types."""
    found: set[str] = set()

    def see(node: object) -> None:
        if isinstance(node, promql_parser.VectorSelector) and node.name:
            found.add(node.name)

    promql_parser.walk(promql_parser.parse(expression), see)
    return found


@pytest.mark.django_db
def test_every_number_that_a_rule_asks_for_is_told(client):
    for kind in ("db_backup", "check_integrity"):
        with record(kind):
            pass
    heartbeat.beat("worker")
    task_outcomes.record("draws.tasks.close_due_draws", ok=True)
    heartbeat.beat("beat")
    told = set(re.findall(r"^(lucky11_\w+)[ {]", client.get("/metrics").content.decode(), re.MULTILINE))
    asked = set().union(*map(names, RULES.values()))
    exporters = {"up", "node_filesystem_avail_bytes", "node_filesystem_size_bytes"}
    assert asked > exporters
    assert asked - exporters <= told


def test_each_alert_of_the_command_has_a_rule():
    same = {
        "long queries": "LongQueries",
        "disk": "DiskNearlyFull",
        "backups": "BackupLate",
        "foreign keys": "IntegrityDrift",
        "integrity": "IntegrityDrift",
        "draws overdue": "DrawsOverdue",
        "log behind": "LogBehind",
        "beacon late": "BeaconLate",
        "queue": "QueueStandsStill",
        "tasks": "TaskFails",
        "standbys": "StandbyBehind",
    }
    assert set(same) == {alert.name for alert in alerts.ALERTS}
    assert set(same.values()) | {"DatabaseDown"} <= set(RULES)


def test_a_rule_that_prometheus_would_not_take_is_refused_here_too():
    with pytest.raises(ValueError, match="expected type matrix"):
        names("rate(lucky11_coins) > 0")


def test_each_rule_has_a_moment_when_it_fires_and_one_when_it_does_not():
    moments = [each for test in UNIT_TESTS for each in test["alert_rule_test"]]
    assert {each["alertname"] for each in moments if each["exp_alerts"]} == set(RULES)
    assert {each["alertname"] for each in moments if not each["exp_alerts"]} == set(RULES)


@pytest.mark.parametrize(
    "command", [["check", "rules", "prometheus-rules.yml"], ["test", "rules", "prometheus-rules.test.yml"]]
)
def test_promtool_finds_them_right_and_they_fire_when_they_must(command):
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool; bin/test gets it where there is apt")
    done = subprocess.run([promtool, *command], cwd=FOLDER, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
