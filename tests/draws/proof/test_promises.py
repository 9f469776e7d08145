"""Every promise that pages and emails make about draws has a row, and each row its sentence and its test."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from draws import fairness
from lucky11 import __version__
from lucky11.embedded.paths import ROOT

PAGE = (ROOT / "docs/promises.md").read_text()
ROW = re.compile(
    r"^\| (.+) \| `(templates/[^`]+)` \| (prevented|detected|promised) \| (.+) \|$", re.MULTILINE
)
ROWS = ROW.findall(PAGE)
TEST = re.compile(r"`(tests/[^`:]+)::(\w+)`")
CHAIN = re.compile(r"^\| ([\w.]+) \| (\w+) \| `([0-9a-f]{64})` \|", re.MULTILINE)
# Texts of these pages that explain, and promise nothing.
COMPLETE = ("templates/draws/fair.html", "templates/draws/_seal.html", "templates/draws/log.html")
BLOCK = re.compile(r"{% blocktranslate .*?%}(.*?){% endblocktranslate %}", re.DOTALL)


def plain(text: str) -> str:
    """What a reader of a template's text sees, with `…` for what differs from page to page."""
    text = re.sub(r'{% translate "([^"]*)"[^%]*%}', r"\1", text)
    text = re.sub(r"{{.*?}}", "…", re.sub(r"{%.*?%}", " ", text))
    return " ".join(re.sub(r"</?(strong|a|code|b|em)\b[^>]*>", "", text).split())


@cache
def functions(file: str) -> frozenset[str]:
    tree = ast.parse((ROOT / file).read_text())
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_the_whole_table_is_read():
    table = PAGE.partition("|---|---|---|---|\n")[2].partition("\n\n")[0]
    assert len(ROWS) == len(table.splitlines()) > 40


@pytest.mark.parametrize(("sentence", "page"), [row[:2] for row in ROWS])
def test_each_sentence_is_on_its_page(sentence, page):
    assert sentence in plain((ROOT / page).read_text())


@pytest.mark.parametrize(("how", "shown"), sorted({row[2:] for row in ROWS}))
def test_each_test_that_a_row_names_is_there_and_only_a_mere_promise_has_none(how, shown):
    named = TEST.findall(shown)
    assert named or how == "promised"
    for file, function in named:
        assert function in functions(file), file


@pytest.mark.parametrize("page", COMPLETE)
def test_each_text_of_the_pages_about_draws_has_a_row_or_promises_nothing(page):
    promised = [sentence for sentence, where, *_ in ROWS if where == page]
    explained = PAGE.partition("## Texts that promise nothing")[2]
    for text in BLOCK.findall(Path(ROOT / page).read_text()):
        for form in map(plain, text.split("{% plural %}")):
            assert any(sentence in form for sentence in promised) or f"- {form}\n" in explained, form


def test_the_chain_of_this_release_is_the_pinned_one():
    chains = {release: (name, digest) for release, name, digest in CHAIN.findall(PAGE)}
    release = __version__.removesuffix(".dev0")
    assert chains[release] == ("quicknet", fairness.QUICKNET.chain_hash.hex())
