"""bin/advisories: ask a public database of advisories (OSV) about every locked package.

Without a way to it, the command says so and does not fail: a machine without a network can check its work.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.request
from typing import Any

from lucky11.development import sbom

SOURCE = "https://api.osv.dev/v1/querybatch"
SECONDS = 20


def ask(source: str, packages: dict[str, str]) -> dict[str, list[str]]:
    """Return the ids of the advisories about each package that has any, by "name version".

    Raises OSError if the source does not answer, and ValueError if its answer cannot be read.
    """
    queries = [
        {"package": {"name": name, "ecosystem": "PyPI"}, "version": version}
        for name, version in packages.items()
    ]
    body = json.dumps({"queries": queries}).encode()
    request = urllib.request.Request(source, body, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:
        results: list[dict[str, Any]] = json.load(answer)["results"]
    found = zip(packages.items(), results, strict=True)
    return {
        f"{name} {version}": [str(each["id"]) for each in result["vulns"]]
        for (name, version), result in found
        if result.get("vulns")
    }


def main() -> None:
    """Print what was found; exit with 1 if there is an advisory."""
    packages = sbom.locked(sbom.DEVELOPMENT) | sbom.locked(sbom.PRODUCTION)
    source = os.environ.get("ADVISORIES_URL", SOURCE)
    try:
        found = ask(source, packages)
    except (OSError, ValueError, KeyError) as error:
        print(f"No advisories were read: {source} did not answer ({error}). Nothing is known either way.")
        return
    for package, ids in found.items():
        print(f"{package}: {', '.join(ids)}")
    print(f"{len(packages)} packages asked about, {len(found)} with advisories.")
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
