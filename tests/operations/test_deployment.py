"""What is said about running the site elsewhere names the same processes as the Procfile."""

import re

import yaml

from lucky11.embedded.paths import ROOT

PROCESSES = set(re.findall(r"^(\w+):", (ROOT / "Procfile").read_text(), re.MULTILINE))


def test_compose_starts_each_process_of_the_procfile_by_its_name():
    services = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    started = {name: each["command"] for name, each in services.items() if "build" in each}
    tools = {name for name, each in services.items() if each.get("profiles") == ["tools"]}
    assert set(started) - tools == PROCESSES
    for name in PROCESSES:
        assert started[name] == ["honcho", "start", name]


def test_the_units_of_systemd_start_each_of_them_too():
    page = (ROOT / "docs" / "deployment.md").read_text()
    assert "honcho start %i" in page
    (enabled,) = re.findall(r"systemctl enable --now (.*)`", page)
    assert set(re.findall(r"lucky11@(\w+)", enabled)) == PROCESSES
