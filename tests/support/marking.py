"""Finds what a player reads and gettext never hears of: in Python, in templates, in the checker's scripts."""

import ast
import re
from collections.abc import Container, Iterator
from html.parser import HTMLParser
from pathlib import Path

from django.template.base import Lexer, TokenType

ROOT = Path(__file__).parents[2]
# How many of the first arguments are texts.
TEXTS = {
    f"{name}{suffix}": count
    for name, count in {"gettext": 1, "ngettext": 2, "pgettext": 2, "npgettext": 3}.items()
    for suffix in ("", "_lazy", "_noop")
}
WORD = re.compile(r"[A-Za-z]{2,}")
# Names that are the same in every language, and what stands for a value here.
NAMES = re.compile(r"\b(Lucky11|UTC|JSON|SHA-256|HTML|CSV|PDF)\b")
SHOWN = {"alt", "aria-label", "aria-description", "title", "placeholder", "label", "data-once", "data-failed"}
CODE = {"script", "style", "code", "kbd", "samp", "pre"}
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
# Tags whose texts are names: of files, addresses, blocks, libraries.
NAMING = {"load", "extends", "url", "static", "block", "endblock", "translate", "blocktranslate"}
# What stands between them is translated, or is no text: the classes of a page or a part, the id of a field.
UNREAD = re.compile(
    r"blocktranslate\b|block (bodyclass|coltype|half|stock)\b|setvar (stock|\w+_(id|class))\b"
)
ENDS = {"endblocktranslate", "endblock", "endsetvar"}
QUOTED = re.compile(r'(_\()?"([^"]*)"')
# A text for people among a tag's words: "Claim the prize", but not "info" or "draws/_seal.html".
FOR_PEOPLE = re.compile(r"\b[A-Z][a-z]|[a-z]\s[a-z]")
COMPARED = re.compile(r'(?:[=!]=|\bin) "[^"]*"')
DATE = re.compile(r"\|(?:date|time):[\"'][^\"']*[\"']")
OWN_DATE = re.compile(r"\|(?:date|time):[\"'](?!c[\"']|[A-Z_]+_FORMAT[\"'])")


def constants(source: str) -> set[str]:
    """The constants that gettext_noop marks: recorded in English, shown in the language of the reader."""
    return set(re.findall(r"^([A-Z_]+) = gettext_noop\(", source, re.MULTILINE))


def unmarked_calls(source: str, marked: Container[str] = ()) -> Iterator[str]:
    """Calls of gettext and its kin with anything but texts as they are, or constants that are `marked`."""
    tree = ast.parse(source)
    known: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation":
            known |= {alias.asname or alias.name: alias.name for alias in node.names if alias.name in TEXTS}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = _called(node.func, known)
            texts = node.args[: TEXTS[name]] if name else []
            if name and (len(texts) < TEXTS[name] or not all(_is_text(each, marked) for each in texts)):
                yield f"line {node.lineno}: {ast.unparse(node)[:120]}"


def _called(function: ast.expr, known: dict[str, str]) -> str:
    if isinstance(function, ast.Name):
        return known.get(function.id, "")
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
        return function.attr if function.value.id == "translation" and function.attr in TEXTS else ""
    return ""


def _is_text(node: ast.expr, marked: Container[str]) -> bool:
    if isinstance(node, ast.Name):
        return node.id in marked
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


class _Untranslated(HTMLParser):
    """The texts of a page's HTML that stand in English."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str]] = []
        self.open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        own = {"no": False, "yes": True}.get(given.get("translate") or "")
        translated = tag not in CODE and (own if own is not None else self.translated)
        if tag not in VOID:
            self.open.append((tag, translated))
        shown = {name for name in given if name in SHOWN}
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            shown.add("value")
        if tag == "meta" and given.get("name") == "description":
            shown.add("content")
        if translated:
            for name in sorted(shown):
                self.hear(f"{name}=", given[name] or "")

    def handle_endtag(self, tag: str) -> None:
        # A tag may be opened in one branch and closed in another.
        while any(name == tag for name, _ in self.open) and self.open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.translated:
            self.hear("", data)

    @property
    def translated(self) -> bool:
        return self.open[-1][1] if self.open else True

    def hear(self, where: str, text: str) -> None:
        if WORD.search(NAMES.sub("", text)):
            self.found.append((where, " ".join(text.split())))


def unmarked_texts(source: str, html: bool = True) -> Iterator[str]:
    """Texts of a template outside `translate` and `blocktranslate`, and forms that are English only."""
    kept, inside = [], False
    for token in Lexer(source).tokenize():
        if token.token_type == TokenType.BLOCK:
            name = token.contents.split(maxsplit=1)[0]
            inside = bool(UNREAD.match(token.contents)) or (inside and name not in ENDS)
            yield from _unmarked_words(token.contents, name)
        elif token.token_type == TokenType.VAR:
            yield from _unmarked_words(token.contents, "")
            kept.append("" if inside else "0")
        elif token.token_type == TokenType.TEXT and not inside:
            kept.append(token.contents)
    parser = _Untranslated()
    if html:
        parser.feed("".join(kept))
        parser.close()
    else:
        for line in "".join(kept).splitlines():
            parser.hear("", line)
    yield from (f"{where}{text[:120]}" for where, text in parser.found)


def english_of(page: str) -> list[tuple[str, str]]:
    """The texts of a finished page, or of a mail, that have words in plain letters, and where they stand."""
    parser = _Untranslated()
    parser.feed(page)
    parser.close()
    return parser.found


def _unmarked_words(contents: str, name: str) -> Iterator[str]:
    if "|pluralize" in contents:
        yield f"a plural of English only: {contents[:120]}"
    if OWN_DATE.search(contents):
        yield f"a date of English only: {contents[:120]}"
    if name not in NAMING:
        for marked, text in QUOTED.findall(COMPARED.sub("", DATE.sub("", contents))):
            if not marked and FOR_PEOPLE.search(text):
                yield f"among a tag's words: {text[:120]}"


SENTENCE = re.compile(r'\bsay\(\s*"([^"]*)"')
COUNTED = re.compile(r'\bcounted\([^"]*"([^"]*)",\s*"[^"]*"')
# Not a name, a selector or a signature: several words.
SAID = re.compile(r"""(?:"([^"\n]*)"|`([^`]*)`)""")
CLASSES = re.compile(r'class: "[^"]*"')
SEVERAL_WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}|^[A-Z][a-z]+ ?$")


def checker_sentences(source: str) -> tuple[set[str], set[str]]:
    """What a script of the checker says: sentences, and counted words by the one of them."""
    return set(SENTENCE.findall(source)), set(COUNTED.findall(source))


def unsaid(source: str) -> Iterator[str]:
    """Texts of a script that look like sentences and do not go through `say` or `counted`."""
    lines = [line for line in source.splitlines() if not line.strip().startswith(("//", "*", "/*", "import"))]
    text = "\n".join(line for line in lines if "new Error(" not in line)
    text = COUNTED.sub("", SENTENCE.sub("", CLASSES.sub("", text)))
    for quoted, template in SAID.findall(text):
        plain = quoted or re.sub(r"\$\{[^}]*\}", "", template)
        if SEVERAL_WORDS.search(plain):
            yield plain[:120]
