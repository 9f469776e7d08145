"""The style sheets read the same in both directions, say nothing in vain, and each rule has its place."""

import re
from itertools import chain
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin

from common.web.style_sheets import shortened
from lucky11.development.styles import formatted

ROOT = Path(__file__).parents[2]
CSS = ROOT / "static" / "css"
EVERY_SHEET = sorted(CSS.rglob("*.css"))
# Django's admin is written for one direction.
SHEETS = [sheet for sheet in EVERY_SHEET if sheet.parent.name != "admin"]
PHYSICAL = re.compile(
    r"(?<![\w-])(?:(?:margin|padding|border|inset|scroll-margin|scroll-padding)-(?:left|right|top|bottom)[\w-]*"
    r"|border-(?:top|bottom)-(?:left|right)-radius|left|right|top|bottom|width|height|(?:min|max)-(?:width|height))"
    r"\s*:|text-align:\s*(?:left|right)|float:\s*(?:left|right)|clear:\s*(?:left|right)"
)


def name_of(sheet: Path) -> str:
    return str(sheet.relative_to(CSS))


def rules(sheet: Path) -> str:
    """A sheet without its comments and the conditions of its media queries."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.DOTALL)
    return re.sub(r"@media[^{]*", "@media", text)


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_no_rule_names_a_side_of_the_window(sheet):
    assert PHYSICAL.findall(rules(sheet)) == []


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
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


def test_the_formatter_knows_the_css_that_is_written_today():
    written = """@layer a { *, .b { color: light-dark(#fff, #000); margin: calc(1px + 2px) } }
@media (48rem <= width < 60rem) { .a:has(> .b:not(.c)) > .d { &:hover { --x: var(--y, 1px); } } }
@container card (min-width: 20rem) { details > :not(summary) + p { mask:
      var(--a),
      var(--b); } }
"""
    expected = """@layer a {
  *,
  .b {
    color: light-dark(#fff, #000);
    margin: calc(1px + 2px)
  }
}

@media (48rem <= width < 60rem) {
  .a:has(> .b:not(.c)) > .d {
    &:hover {
      --x: var(--y, 1px);
    }
  }
}

@container card (min-width: 20rem) {
  details > :not(summary) + p {
    mask:
      var(--a),
      var(--b);
  }
}
"""
    assert formatted(written) == formatted(expected) == expected


# -- each browser has the colours --


@pytest.mark.parametrize("sheet", EVERY_SHEET, ids=name_of)
def test_no_colour_needs_a_browser_that_chooses_between_themes(sheet):
    assert "light-dark(" not in rules(sheet)


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_a_value_for_one_theme_has_its_counterpart(sheet):
    values = re.findall(r":([^:;{}]*var\(--(?:light|dark),[^;]*);", rules(sheet))
    lopsided = [value for value in values if value.count("var(--light,") != value.count("var(--dark,")]
    assert lopsided == []


def test_shortening_leaves_a_space_where_it_is_the_value():
    assert shortened("a {\n  --dark: ;\n  color: red;\n}\n") == "a{--dark: ;color:red}"


# -- nothing in vain --


def defined_and_used(sheets: list[Path]) -> tuple[set[str], set[str]]:
    """The custom properties that some sheets define, and those that they use."""
    text = "\n".join(map(rules, sheets))
    defined = set(re.findall(r"(?<![\w-])(--[\w-]+)\s*:(?!\w)", text))
    return defined, set(re.findall(r"var\(\s*(--[\w-]+)", text))


def test_each_custom_property_of_the_site_is_defined_and_used():
    defined, used = defined_and_used(SHEETS)
    assert defined - used == set()
    assert used - defined == set()


def test_each_custom_property_of_the_admin_is_defined_and_used_by_us_or_by_django():
    ours = defined_and_used(sorted((CSS / "admin").glob("*.css")))
    theirs = defined_and_used(sorted((Path(admin.__file__).parent / "static/admin/css").glob("*.css")))
    assert ours[0] - ours[1] - theirs[1] == set()
    assert ours[1] - ours[0] - theirs[0] == set()


def selectors_in(sheet: Path, conditional: bool = True) -> list[str]:
    """The selectors of a sheet, a line each, those within media queries only if so wanted."""
    text = rules(sheet)
    if not conditional:
        text = re.sub(r"^  @media.*?^  \}", "", text, flags=re.DOTALL | re.MULTILINE)
    lists = "\n".join(re.findall(r"[^{};]+(?=\{)", text))
    return [line.strip().removesuffix(",") for line in lists.splitlines()]


def classes_in(sheet: Path, conditional: bool = True) -> set[str]:
    """The classes that a sheet's selectors name, those within media queries only if so wanted."""
    return set(re.findall(r"\.(-?[a-zA-Z_][\w-]*)", "\n".join(selectors_in(sheet, conditional))))


def templates_by_class() -> dict[str, set[str]]:
    """The templates that give an element a class, for each class, by their paths."""
    found: dict[str, set[str]] = {}
    paths = sorted((ROOT / "templates").rglob("*.html"))
    # A base template may leave some classes to a block.
    left = {
        block
        for path in paths
        for block in re.findall(r'\bclass="[^"]*\{% block (\w+) %\}', path.read_text())
    }
    for path in paths:
        text = path.read_text()
        written = re.findall(r'\bclass="((?:\{[{%].*?[%}]\}|[^"{])*)"', text, re.DOTALL)
        blocks = re.findall(r"\{% block (\w+) %\}(.*?)\{% endblock", text)
        written += [classes for block, classes in blocks if block in left]
        for attribute in written:
            for name in re.findall(r"[\w-]+", attribute):
                found.setdefault(name, set()).add(str(path.relative_to(ROOT / "templates")))
    return found


def words_of_the_code() -> set[str]:
    """The words in the strings of our scripts and modules, which make elements as well."""
    folders = [ROOT / name for name in ("accounts", "draws", "ledger", "lucky11", "common")]
    files = chain((ROOT / "static/js").rglob("*.js"), *(folder.rglob("*.py") for folder in folders))
    texts = (path.read_text() for path in files if "migrations" not in path.parts)
    strings = chain.from_iterable(re.findall(r'"[^"\n]*"|`[^`]*`', text) for text in texts)
    return {word for string in strings for word in re.findall(r"[\w-]+", string)}


@pytest.mark.parametrize("sheet", SHEETS, ids=name_of)
def test_each_class_that_is_styled_is_some_elements(sheet):
    # Django gives the list of a field's errors this one.
    known = set(templates_by_class()) | words_of_the_code() | {"errorlist"}
    assert classes_in(sheet) - known == set()


# -- each rule has its place --

# The pages of one kind, by their templates: what they alone have is in `pages/KIND.css`.
KINDS = {
    "draws": r"draws/(list|_hero|_welcome|_local_note|winners|tickets|old_site|old_tickets)\.html",
    "room": r"draws/(room|room/\w+)\.html",
    "draw": r"draws/(detail|_acts|_filling|_answer|_sum|_places|claim|claim_standing|panel/\w+)\.html",
    "proof": r"draws/(log|ticket_list|verify|fair|verify/\w+)\.html",
    "coins": r"ledger/\w+\.html",
    "embed": r"draws/embed\.html",
    "account": r"(accounts|account|mfa|usersessions|socialaccount|allauth)/.*\.html",
}
NO_PAGES = re.compile(r"admin/(?!draws/draw/preview)|styleguide/|emails/|\w+/email/")


def kinds_with(name: str, templates: dict[str, set[str]]) -> set[str]:
    """The kinds of pages that have a class; a template that several kinds include counts as one more."""
    pages = (template for template in templates.get(name, ()) if not NO_PAGES.match(template))
    return {
        next((kind for kind, pattern in KINDS.items() if re.fullmatch(pattern, page)), page) for page in pages
    }


def test_every_sheet_of_the_site_is_in_the_list_and_in_the_layer_of_its_folder():
    listed = [CSS.parent / name for name in settings.STYLE_SHEETS]
    on_their_own = {CSS / "preview.css", CSS / "styleguide.css"}
    assert set(listed) | on_their_own == set(SHEETS)
    assert {CSS.parent / name for name in settings.ADMIN_STYLE_SHEETS} == set(EVERY_SHEET) - set(SHEETS)
    for folder in ("parts", "pages"):
        for sheet in (CSS / folder).glob("*.css"):
            assert re.findall(r"@layer ([^{;]+) \{", rules(sheet)) == [folder], sheet


def test_no_page_of_the_site_links_a_sheet_of_its_own():
    linking = {
        str(path.relative_to(ROOT / "templates"))
        for path in (ROOT / "templates").rglob("*.html")
        if re.search(r"static ['\"]css/", path.read_text())
    }
    assert linking == {"admin/draws/draw/preview.html", "styleguide/page.html"}


@pytest.mark.parametrize("sheet", sorted((CSS / "pages").glob("*.css")), ids=name_of)
def test_what_is_in_the_sheet_of_one_kind_of_page_is_on_no_other(sheet):
    shared = [*(CSS / "base").glob("*.css"), *(CSS / "parts").glob("*.css")]
    own = classes_in(sheet).difference(*(classes_in(one, conditional=False) for one in shared))
    templates = templates_by_class()
    kind = sheet.stem.partition("_")[0]
    elsewhere = {name: kinds_with(name, templates) - {kind} for name in own}
    assert {name: kinds for name, kinds in elsewhere.items() if kinds} == {}


@pytest.mark.parametrize("sheet", sorted((CSS / "pages").glob("*.css")), ids=name_of)
def test_no_kind_of_page_takes_the_name_of_a_part(sheet):
    parts = chain.from_iterable(map(selectors_in, (CSS / "parts").glob("*.css")))
    taken = set(selectors_in(sheet, conditional=False)) & set(parts)
    assert {selector for selector in taken if selector.startswith(".")} == set()


@pytest.mark.parametrize("sheet", sorted((CSS / "parts").glob("*.css")), ids=name_of)
def test_a_part_is_on_pages_of_two_kinds(sheet):
    templates = templates_by_class()
    assert len(set().union(*(kinds_with(name, templates) for name in classes_in(sheet)))) > 1
