"""What the site is made of, as a bill, and what is known against it."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from lucky11.development import sbom
from tests.support.prose import ROOT


def test_it_lists_every_locked_package_and_every_vendored_file():
    parts = {part["bom-ref"]: part for part in sbom.bill()["components"]}
    for file in (sbom.PRODUCTION, sbom.DEVELOPMENT):
        lines = [line for line in (ROOT / file).read_text().splitlines() if line[:1].isalnum()]
        assert len(sbom.locked(file)) == len({line.partition("==")[0] for line in lines})
        for name, version in sbom.locked(file).items():
            assert parts[f"pkg:pypi/{name}@{version}"]["version"] == version
    assert parts[f"pkg:pypi/django@{sbom.locked(sbom.PRODUCTION)['django']}"]["scope"] == "required"
    assert parts[f"pkg:pypi/pytest@{sbom.locked(sbom.DEVELOPMENT)['pytest']}"]["scope"] == "excluded"
    vendored = {str(path.relative_to(ROOT)) for path in (ROOT / "static/vendor").rglob("*.*")}
    vendored -= {"static/vendor/VENDOR.md"}
    assert vendored <= parts.keys()
    noble = parts["static/vendor/noble/noble.js"]
    assert [part["purl"] for part in noble["components"]] == [
        "pkg:npm/%40noble/curves@2.4.0",
        "pkg:npm/%40noble/hashes@2.4.0",
    ]


def test_the_same_code_gives_the_same_bytes(tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    for file in (first, second):
        subprocess.run(
            [sys.executable, "-m", "lucky11.development.sbom", file],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
    assert first.read_bytes() == second.read_bytes()
    bill = json.loads(first.read_text())
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")


class Source(BaseHTTPRequestHandler):
    """A database that knows an advisory about Django, and none about anything else."""

    def do_POST(self) -> None:
        queries = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["queries"]
        known = [{"vulns": [{"id": "GHSA-1"}]} if q["package"]["name"] == "django" else {} for q in queries]
        body = json.dumps({"results": known}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def source() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Source)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/"
    server.shutdown()
    server.server_close()


def advisories(source: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lucky11.development.advisories"]
    environment = os.environ | {"ADVISORIES_URL": source}
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def test_an_advisory_about_a_locked_package_is_named_and_fails(source):
    done = advisories(source)
    assert done.returncode == 1
    assert f"django {sbom.locked(sbom.PRODUCTION)['django']}: GHSA-1" in done.stdout


def test_without_a_source_of_advisories_it_says_that_nothing_was_asked():
    done = advisories("http://127.0.0.1:1/")
    assert done.returncode == 0
    assert "No advisories were read" in done.stdout
    assert "Nothing is known either way" in done.stdout
