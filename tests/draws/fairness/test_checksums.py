"""Whoever downloads a checker can hold it against the sums in the project's source."""

import re
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).parents[3]
SUMS = ROOT / "draws" / "fairness" / "SHA256SUMS"


def test_the_sums_are_those_of_all_files_of_both_checkers():
    files = [
        ROOT / "draws" / "fairness" / "lucky11_verify.py",
        *(ROOT / "static" / "js" / "verify").glob("*.js"),
        ROOT / "static" / "vendor" / "noble" / "noble.js",
    ]
    found = {f"{sha256(path.read_bytes()).hexdigest()}  {path.relative_to(ROOT)}" for path in files}
    assert set(SUMS.read_text().splitlines()) == found


def test_sha256sum_itself_finds_them_right():
    done = subprocess.run(["sha256sum", "--check", "--quiet", SUMS], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.django_db
def test_the_page_shows_the_sum_of_the_program_that_it_gives_away():
    page = Client().get("/fair-draws/").content.decode()
    program = b"".join(Client().get("/verify/lucky11_verify.py").streaming_content)
    digest = sha256(program).hexdigest()
    assert f"{digest}  draws/fairness/lucky11_verify.py" in SUMS.read_text().splitlines()
    assert re.search(rf"<code[^>]*>{digest}</code>", page)
