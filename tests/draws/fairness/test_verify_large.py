"""A million tickets, as a stranger checks them: a real process, with its time and its memory."""

import json
import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

from draws.fairness import lucky11_verify as verifier
from tests.support import fairness_documents

# The peak since the program began: getrusage would count what the tests' own process had before.
MEASURED = """
import re, sys, lucky11_verify
code = lucky11_verify.main(sys.argv[1:])
print(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read()).group(1), file=sys.stderr)
sys.exit(code)
"""


def measure(path: Path, *arguments: str) -> tuple[subprocess.CompletedProcess[str], float, float]:
    """A check in a process of its own, its seconds of computing and its peak of memory in MB."""
    folder = str(Path(verifier.__file__).parent)
    command = [sys.executable, "-c", MEASURED, str(path), *arguments]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": folder})
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return done, seconds, int(done.stderr.split()[-1]) / 1024


@pytest.mark.nightly
@pytest.mark.timeout(900)
@pytest.mark.parametrize("holders", [1_000_000, 250_000, 2], ids=lambda holders: f"{holders} holders")
def test_a_million_tickets_are_checked(tmp_path, holders):
    published = fairness_documents.crowd(total=1_000_000, holders=holders, winners=1000, seed=holders)
    path = tmp_path / "proof.json"
    path.write_bytes(fairness_documents.text(published.document))
    done, seconds, peak = measure(path, "--json")
    found = json.loads(done.stdout)
    assert (done.returncode, found["verdict"]) == (0, "pass"), found["steps"]
    assert found["values"]["winners"] == published.document["winners"]
    size = path.stat().st_size / 1e6
    print(f"\n{holders:,} holders: {seconds:.1f} s, {peak:.0f} MB, {size:.0f} MB of document")
    assert peak < 400


@pytest.mark.nightly
@pytest.mark.timeout(900)
def test_a_single_ticket_changed_among_a_million_shows(tmp_path):
    published = fairness_documents.crowd(total=1_000_000, holders=1_000_000, winners=1, seed=5)
    entries = published.document["entries"]
    entries[777_777] = entries[777_777][:-1] + ("0" if entries[777_777][-1] != "0" else "1")
    path = tmp_path / "proof.json"
    path.write_bytes(fairness_documents.text(published.document))
    started = time.monotonic()
    done, _, _ = measure(path)
    print(f"\nrefused after {time.monotonic() - started:.1f} s")
    assert done.returncode == 1
    assert "FAIL entries" in done.stdout
