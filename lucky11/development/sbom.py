"""bin/sbom: the bill of materials as CycloneDX JSON, from the lock files and the list of vendored files.

It is made from what is locked alone, so that the same code gives the same bytes.
"""

from __future__ import annotations

import json
import re
import sys
import uuid
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from lucky11 import __version__
from lucky11.embedded import paths

PRODUCTION, DEVELOPMENT = "requirements.txt", "requirements-dev.txt"
LOCKED = re.compile(r"^([A-Za-z0-9][\w.-]*)(?:\[[^]]*\])?==([^\s;\\]+)", re.M)
VENDORED = re.compile(r"^\| `([^`]+)` \|([^|]*)\|([^|]*)\| `([0-9a-f]{64})` \|$", re.M)
NPM = re.compile(r"`(@[\w-]+/[\w-]+)` (\d[\w.]*\d)")
Part = dict[str, Any]


def locked(file: str) -> dict[str, str]:
    """Return the version of each package of a lock file, by name."""
    return dict(LOCKED.findall((paths.ROOT / file).read_text(encoding="utf-8")))


def bill() -> Part:
    """Return the bill of materials: packages of production are required, those of development excluded."""
    needed, all_of_them = locked(PRODUCTION), locked(DEVELOPMENT)
    packages = [_package(name, version, name in needed) for name, version in (all_of_them | needed).items()]
    parts = sorted([*packages, *_vendored()], key=lambda part: part["bom-ref"])
    whole: Part = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": _site()},
        "components": parts,
        "dependencies": [
            {
                "ref": "lucky11",
                "dependsOn": [part["bom-ref"] for part in parts if part.get("scope") != "excluded"],
            }
        ],
    }
    whole["serialNumber"] = f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(whole, sort_keys=True))}"
    return whole


def _site() -> Part:
    return {
        "type": "application",
        "bom-ref": "lucky11",
        "name": "lucky11",
        "version": __version__,
        "licenses": [{"license": {"id": "MIT"}}],
    }


def _package(name: str, version: str, needed: bool) -> Part:
    address = f"pkg:pypi/{name.lower().replace('_', '-')}@{version}"
    part: Part = {"type": "library", "bom-ref": address, "name": name, "version": version, "purl": address}
    part["scope"] = "required" if needed else "excluded"
    licence = _licence(name, version)
    return part | ({"licenses": [{"license": {"name": licence}}]} if licence else {})


def _licence(name: str, version: str) -> str:
    """Return what a package says of its licence, if this very version of it is installed."""
    try:
        said = metadata.metadata(name)
    except metadata.PackageNotFoundError:
        return ""
    if said["Version"] != version:
        return ""
    words = next((said[key] for key in ("License-Expression", "License") if key in said), "")
    return words.splitlines()[0].strip() if words else ""


def _vendored() -> Iterator[Part]:
    listed = (paths.ROOT / "static/vendor/VENDOR.md").read_text(encoding="utf-8")
    for file, source, licence, digest in VENDORED.findall(listed):
        part: Part = {
            "type": "file",
            "bom-ref": f"static/vendor/{file}",
            "name": f"static/vendor/{file}",
            "scope": "required",
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }
        packages = NPM.findall(source)
        if packages:
            part["version"] = " ".join(version for _, version in packages)
            part["components"] = [_npm(name, version) for name, version in packages]
        if licence.strip():
            part["licenses"] = [{"license": {"name": licence.strip()}}]
        yield part


def _npm(name: str, version: str) -> Part:
    address = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    return {"type": "library", "name": name, "version": version, "purl": address}


def main() -> None:
    """Write the bill to the file that is named, or print it."""
    whole = bill()
    text = json.dumps(whole, indent=2, sort_keys=True) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, encoding="utf-8")
        print(f"{sys.argv[1]}: {len(whole['components'])} parts.")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
