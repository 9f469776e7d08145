"""100,000 users and a million transactions, with every kind of dirt, in bounded memory."""

import json
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from accounts.models import User
from ledger.models import Transaction
from tests.conftest import defects
from tests.support.old_site import Shape, old_site
from tests.support.old_site_import import written

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.nightly,
    pytest.mark.timeout(3600),
    pytest.mark.owner,
]

ROOT = Path(__file__).parents[2]
SHAPE = Shape(users=100_000, transactions=1_000_000, draws=500, tickets=400_000, camel=True)
MOST_MEMORY = 300 * 2**20


def import_it(url: str, environment: dict[str, str], report: Path) -> int:
    """Run the import in a process of its own; returns the most memory it had, in bytes."""
    command = [sys.executable, "manage.py", "import_lucky11", url, "--apply", "--settle", "--refund"]
    process = psutil.Popen(
        [*command, "--report", str(report)], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL
    )
    most = 0
    while process.poll() is None:
        try:
            most = max(most, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.2)
    assert process.wait() == 0
    return most


def test_a_large_old_site_comes_over_twice_and_the_second_time_changes_nothing(server_environment, tmp_path):
    with old_site(SHAPE) as url:
        for turn in (1, 2):
            started = time.monotonic()
            most = import_it(url, server_environment, tmp_path / "report")
            print(f"import {turn}: {time.monotonic() - started:.0f} s, {most / 2**20:.0f} MiB at most")
            assert most < MOST_MEMORY
            report = json.loads((tmp_path / "report/summary.json").read_text())
            assert report["clean"]
            if turn == 1:
                first = written(whole=True)
                assert report["counts"]["users read"] == 100_000
                assert report["counts"]["transactions read"] > 1_000_000
                assert report["found"]["impossible coins"]["count"] == 7_500
    assert written(whole=True) == first
    assert defects() == []
    assert User.objects.count() == 97_500
    assert Transaction.objects.filter(reference__startswith="old:").count() > 1_000_000
