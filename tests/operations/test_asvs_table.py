"""docs/security.md answers every requirement of ASVS 5.0.0 level 2, and names tests that are there."""

import re

from tests.support.prose import ROOT

PAGE = ROOT / "docs/security.md"
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (.+?) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
# How many requirements of level 1 and 2 each section of ASVS 5.0.0 has.
SECTIONS = """
1.1 2, 1.2 9, 1.3 11, 1.4 3, 1.5 2, 2.1 3, 2.2 3, 2.3 4, 2.4 1, 3.2 2, 3.3 4, 3.4 6, 3.5 5, 3.7 2,
4.1 3, 4.2 1, 4.3 2, 4.4 4, 5.1 1, 5.2 3, 5.3 2, 5.4 3, 6.1 3, 6.2 12, 6.3 4, 6.4 4, 6.5 5, 6.6 3, 6.8 4,
7.1 3, 7.2 4, 7.3 2, 7.4 5, 7.5 2, 7.6 2, 8.1 2, 8.2 3, 8.3 1, 8.4 1, 9.1 3, 9.2 4,
10.1 2, 10.2 2, 10.3 4, 10.4 11, 10.5 5, 10.6 2, 10.7 3, 11.1 2, 11.2 3, 11.3 3, 11.4 4, 11.5 1, 11.6 1,
12.1 3, 12.2 2, 12.3 4, 13.1 1, 13.2 5, 13.3 2, 13.4 5, 14.1 2, 14.2 4, 14.3 3, 15.1 3, 15.2 3, 15.3 7,
16.1 1, 16.2 5, 16.3 4, 16.4 3, 16.5 3, 17.1 1, 17.2 4, 17.3 2"""


def rows() -> list[tuple[str, str, str, str, str]]:
    return ROW.findall(PAGE.read_text())


def test_every_requirement_of_level_2_has_a_row():
    ids = [row[0] for row in rows()]
    assert len(ids) == len(set(ids))
    for section in SECTIONS.split(","):
        name, number = section.split()
        assert len([each for each in ids if each.startswith(f"{name}.")]) == int(number), name
    assert len(ids) == sum(int(section.split()[1]) for section in SECTIONS.split(","))


def test_every_verdict_is_one_of_four_and_what_is_missing_is_said():
    verdicts = {row[2] for row in rows()}
    assert verdicts <= {"yes", "partly", "no", "not applicable"}
    assert [row[0] for row in rows() if row[2] in ("partly", "no") and "Missing" not in row[3]] == []
    assert [row[0] for row in rows() if row[2] == "not applicable" and len(row[3]) < 10] == []


def test_every_named_test_is_there():
    named = TEST.findall(PAGE.read_text())
    assert len(named) > 100
    assert [row[0] for row in rows() if "::" in row[4] and not TEST.fullmatch(row[4])] == []
    gone = [
        f"{file}::{name}"
        for file, name in named
        if not (ROOT / file).exists() or f"def {name}(" not in (ROOT / file).read_text()
    ]
    assert gone == []
