"""The documents' own words, to be run: blocks of commands with accounts, and commands with their roles."""

from __future__ import annotations

import re
import textwrap
from dataclasses import dataclass

from lucky11.embedded import paths

# The pages whose blocks an operator runs; the blocks of every other page are a developer's.
PAGES = ("README.md", "docs/deployment.md", "docs/importing.md", "docs/operations.md")
ACCOUNTS = ("root", "postgres", "lucky11")
BLOCK = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
ACCOUNT = re.compile(r"^\s*#\s+as\s+`?(\w+)`?\b", re.MULTILINE)
# Blocks that wait for more than a new machine has, by page and heading: the test that runs them.
LATER = {
    ("docs/deployment.md", "A new version"): "test_as_documented_upgrade.py",
    ("docs/deployment.md", "At the end"): "test_as_documented.py",
    ("docs/importing.md", "How to do it"): "test_as_documented_roles.py",
    ("docs/importing.md", "Linking an account later"): "test_as_documented_roles.py",
}
# Blocks that are not run on a production at all, and why.
NOT_RUN = {
    (
        "README.md",
        "Lucky11",
    ): "a developer's: test_run.py starts the one program, and the other runs this",
}


@dataclass(frozen=True)
class Block:
    """A fenced block of commands: its page, its heading, and the account that runs it, if it says so."""

    page: str
    heading: str
    account: str
    text: str


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    text = (paths.ROOT / page).read_text()
    found = []
    for match in BLOCK.finditer(text):
        before = text[: match.start()]
        headings = re.findall(r"^#+ (.+)$", BLOCK.sub("", before), re.MULTILINE)
        named = ACCOUNT.search(match[3]) or re.search(r"#\s+as\s+(\w+)\W*\Z", before[-80:])
        account = named[1] if named and named[1] in ACCOUNTS else ""
        found.append(Block(page, headings[-1] if headings else "", account, textwrap.dedent(match[3])))
    return found


def to_be_run() -> list[Block]:
    """The blocks of the pages for operators, in order, but for those that nobody can run on a machine."""
    return [block for page in PAGES for block in blocks(page) if (page, block.heading) not in NOT_RUN]


def at_once() -> list[Block]:
    """Those that make a running site of a new machine."""
    return [block for block in to_be_run() if (block.page, block.heading) not in LATER]


def later(page: str, heading: str) -> list[Block]:
    """Those of a heading that wait for a site at work."""
    assert (page, heading) in LATER
    return [block for block in blocks(page) if block.heading == heading]


def command_roles() -> dict[str, set[str]]:
    """The table "Commands and their roles" of docs/operations.md: each command's roles of the database."""
    text = (paths.ROOT / "docs/operations.md").read_text()
    section = text.partition("Commands and their roles")[2]
    rows = re.findall(r"^\| *`(?:manage\.py )?(\w+)[^`|]*`[^|]*\|([^|]*)\|", section, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for command, roles in rows:
        named = set(re.findall(r"superuser|owner|app|backup|report", roles.replace("lucky11_", "")))
        found.setdefault(command, set()).update(named)
    return found
