"""A count and its noun agree in every language: no text puts a number before a noun of one form."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOUNS = (
    r"(?:tickets?|coins?|draws?|players?|winners?|prizes?|days?|hours?|minutes?|seconds?|emails?|messages?|rows?"
    r"|records?|movements?|times)\b"
)
# Of these the number is always more than one; and the browser's checker, whose words strangers compare.
ONE_FORM = {
    "From {{ least }} to {{ most }} coins",
    "%(tickets)s tickets are in the list",
    "%(records)s records",
}
BLOCK = re.compile(r"\{%\s*blocktranslate\b(?P<head>[^%]*)%\}(?P<body>.*?)\{%\s*endblocktranslate", re.DOTALL)
SINGLE = re.compile(
    r"(?<!n)(?<!np)(?:gettext|gettext_lazy|gettext_noop|_)\(\s*((?:\"[^\"]*\"\s*)+)\)", re.DOTALL
)


def one_form(text: str, number: str) -> bool:
    found = re.search(number + r" " + NOUNS, text)
    return bool(found) and not any(known in text for known in ONE_FORM)


def test_no_template_has_a_number_before_a_noun_of_one_form():
    wrong = []
    for path in (ROOT / "templates").rglob("*.*"):
        for block in BLOCK.finditer(path.read_text()):
            if "count " not in block["head"] and one_form(block["body"], r"\}\}"):
                wrong.append((path.name, " ".join(block["body"].split())[:80]))
    assert wrong == []


def test_no_module_has_a_number_before_a_noun_of_one_form():
    wrong = []
    for app in ("accounts", "common", "draws", "ledger", "lucky11"):
        for path in (ROOT / app).rglob("*.py"):
            for text in SINGLE.findall(path.read_text()):
                if one_form(text, r"%\(\w+\)[sd]"):
                    wrong.append((path.name, " ".join(text.split())[:80]))
    assert wrong == []


@pytest.mark.parametrize("text", ["{% blocktranslate %}{{ n }} tickets{% endblocktranslate %}"])
def test_such_a_text_is_found(text):
    [block] = BLOCK.finditer(text)
    assert one_form(block["body"], r"\}\}")
    assert one_form("%(n)s coins", r"%\(\w+\)[sd]")
    assert not one_form("%(coins)s spent", r"%\(\w+\)[sd]")


def test_no_template_lets_a_translator_change_a_fingerprint():
    wrong = [
        path.name
        for path in (ROOT / "templates").rglob("*.html")
        for tag in re.findall(r"<code\b[^>]*>", path.read_text())
        if "admin" not in path.parts and 'translate="no"' not in tag
    ]
    assert wrong == []
