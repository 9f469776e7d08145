"""The format of the style sheets: `python -m lucky11.development.styles` checks it, `--fix` applies it."""

import re
import sys
from collections.abc import Iterator
from pathlib import Path

import cssbeautifier

from lucky11.embedded import paths

SHEETS = paths.ROOT / "static" / "css"
LONGEST = 120  # characters in a line


def formatted(source: str) -> str:
    """Return a sheet with one declaration and one selector per line, and a blank line between rules."""
    options = cssbeautifier.default_options()
    options.indent_size = 2
    options.newline_between_rules = options.space_around_combinator = options.end_with_newline = True
    options.max_preserve_newlines = 2
    text = str(cssbeautifier.beautify(source, options))
    # The formatter leaves a line empty before a comment or a `*` that comes first, and none beside `<=`.
    return re.sub(r"([<>]=)(?=[\w(])", r"\1 ", re.sub(r"\{\n\n+", "{\n", text))


def faults(sheet: Path) -> Iterator[str]:
    """Return a sentence for each fault in the format of a sheet."""
    source = sheet.read_text()
    name = sheet.relative_to(paths.ROOT)
    if formatted(source) != source:
        yield f"{name} is not formatted: python -m lucky11.development.styles --fix."
    for number, line in enumerate(source.splitlines(), 1):
        if len(line) > LONGEST:
            yield f"{name}:{number} has {len(line)} characters; break its value after a comma."


def main(arguments: list[str]) -> None:
    """Exit with the faults; with `--fix`, format every sheet first."""
    sheets = sorted(SHEETS.rglob("*.css"))
    if "--fix" in arguments:
        for sheet in sheets:
            sheet.write_text(formatted(sheet.read_text()))
    wrong = [fault for sheet in sheets for fault in faults(sheet)]
    sys.exit("\n".join(wrong) or None)


if __name__ == "__main__":
    main(sys.argv[1:])
