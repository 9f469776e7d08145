"""docs/races.md names every race, what it is about, and a control that exists."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "races.md").read_text()
RACES = {path.stem: path.read_text() for path in (ROOT / "tests" / "races").glob("test_*.py")}


def rows(header: str) -> list[list[str]]:
    """The cells of the table with this header."""
    table = PAGE.partition(header)[2].partition("\n\n")[0]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]


def functions() -> set[str]:
    return {name for text in RACES.values() for name in re.findall(r"^def (test_\w+)", text, re.MULTILINE)}


def test_every_race_has_a_row_with_its_danger_and_a_control():
    table = rows("| test | danger | control |")
    assert {test.strip("`") for test, _, _ in table} == set(RACES)
    assert all(danger for _, danger, _ in table)
    assert {control.strip("`") for _, _, control in table} <= functions()


def test_every_control_is_somebodys():
    controls = {name for name in functions() if name.startswith("test_control")}
    assert controls <= {control.strip("`") for _, _, control in rows("| test | danger | control |")}


def test_each_of_the_twelve_attacks_is_made():
    table = rows("| attack | test |")
    assert [int(attack.split()[0]) for attack, _ in table] == list(range(1, 13))
    for _, where in table:
        for name in re.findall(r"`([^`]+)`", where):
            assert name in RACES or (ROOT / name).is_file()
