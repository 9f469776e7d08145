"""What comes from others is what its list says, byte for byte."""

import hashlib
import re
from pathlib import Path

VENDOR = Path(__file__).parents[2] / "static" / "vendor"
ROW = re.compile(r"^\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|$", re.M)
LISTED = dict(ROW.findall((VENDOR / "VENDOR.md").read_text()))


def test_every_vendored_file_is_listed_and_has_the_hash_in_the_list():
    files = {str(path.relative_to(VENDOR)) for path in VENDOR.rglob("*") if path.is_file()} - {"VENDOR.md"}
    assert files == LISTED.keys()
    for name, digest in LISTED.items():
        assert hashlib.sha256((VENDOR / name).read_bytes()).hexdigest() == digest, name
