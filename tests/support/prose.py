"""What the project's documents, docstrings and comments say, and the words that its code has."""

import io
import re
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = (
    "accounts",
    "benchmarks",
    "bin",
    "common",
    "draws",
    "ledger",
    "lucky11",
    "static",
    "templates",
    "tests",
)
NO_PROSE = {"CHANGELOG.md", "benchmarks/results.md"}
LAYOUT = {
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.COMMENT,
    tokenize.ENCODING,
}
SQL_COMMENT = re.compile(r"--.*")
WORD = re.compile(r"\w+")


@cache
def files() -> frozenset[str]:
    """Every file of the project, by its path from the root, without what running it makes."""
    top = [path for path in ROOT.iterdir() if path.is_file()]
    below = [path for folder in (*CODE, "docs", "locale", ".github") for path in (ROOT / folder).rglob("*")]
    return frozenset(
        str(path.relative_to(ROOT))
        for path in (*top, *below)
        if path.is_file() and "__pycache__" not in path.parts
    )


@cache
def folders() -> frozenset[str]:
    """The folders of these files."""
    return frozenset(str(folder) for name in files() for folder in Path(name).parents)


def prose() -> Iterator[tuple[str, str]]:
    """Each document, and the docstrings and comments of each file of Python or SQL, with the file's path."""
    for name in sorted(files()):
        if name.endswith(".md") and name not in NO_PROSE and "node_modules" not in name:
            yield name, (ROOT / name).read_text()
        elif name.endswith(".py"):
            yield name, _python(name)[0]
        elif name.endswith(".sql"):
            yield name, "\n".join(SQL_COMMENT.findall((ROOT / name).read_text()))


@cache
def code_words() -> frozenset[str]:
    """Every word of the code without its docstrings and comments, and the names of files."""
    words = {Path(name).stem for name in files()}
    for name in files():
        path = ROOT / name
        if name.endswith(".py"):
            words.update(WORD.findall(_python(name)[1]))
        elif name.endswith(".sql"):
            words.update(WORD.findall(SQL_COMMENT.sub("", path.read_text())))
        elif path.suffix in {".css", ".html", ".js", ".toml", ".txt", ".yml", ".example", ""}:
            words.update(WORD.findall(path.read_text(errors="ignore")))
    return frozenset(words)


@cache
def _python(name: str) -> tuple[str, str]:
    """The prose and the code of a file of Python."""
    prose, code = [], []
    before = tokenize.NEWLINE
    for token in tokenize.generate_tokens(io.StringIO((ROOT / name).read_text()).readline):
        if token.type == tokenize.COMMENT:
            prose.append(token.string.lstrip("# "))
        elif token.type == tokenize.STRING and before in LAYOUT - {tokenize.NL}:
            prose.append(token.string)
        elif token.type in (tokenize.NAME, tokenize.STRING):
            code.append(token.string)
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.type
    return "\n".join(prose), "\n".join(code)
