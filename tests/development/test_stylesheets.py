"""The style sheets read the same from left to right and from right to left, and stay small."""

import re
from pathlib import Path

import pytest

SHEETS = sorted(
    path for path in (Path(__file__).parents[2] / "static" / "css").glob("*.css") if path.name != "admin.css"
)
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|left|right|top|bottom|width|height|(?:min|max)-(?:width|height))"
    r"\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)|clear:\s*(?:left|right)"
)


def rules(sheet: Path) -> str:
    """A sheet without its comments, the conditions of its media queries and its functions' arguments."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    return re.sub(r"@media[^{]*", "@media", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_no_rule_names_a_side_of_the_window(sheet):
    assert PHYSICAL.findall(rules(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.name)
def test_what_names_four_sides_is_alike_at_both_ends(sheet):
    text = re.sub(r"\((?:[^()]|\([^()]*\))*\)", "()", rules(sheet))
    lopsided = [
        values
        for values in re.findall(r"(?<![\w-])(?:margin|padding):\s*([^;}]+)", text)
        if len(values.split()) == 4 and values.split()[1] != values.split()[3]
    ]
    corners = [values.split() for values in re.findall(r"border-radius:\s*([^;}]+)", text)]
    lopsided += [c for c in corners if len(c) == 4 and (c[0] != c[1] or c[2] != c[3])]
    assert lopsided == []
