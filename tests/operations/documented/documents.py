"""The documents' own words, to be run: blocks of commands with accounts, and commands with their roles."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lucky11.embedded import paths

PAGES = ("README.md", "docs/deployment.md", "docs/operations.md")
ACCOUNTS = ("root", "postgres", "lucky11")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ACCOUNT = re.compile(r"^\s*#\s+as\s+`?(\w+)`?\b", re.MULTILINE)


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
        named = ACCOUNT.search(match[2]) or re.search(r"#\s+as\s+(\w+)\W*\Z", before[-80:])
        account = named[1] if named and named[1] in ACCOUNTS else ""
        found.append(Block(page, headings[-1] if headings else "", account, match[2]))
    return found


def to_be_run() -> list[Block]:
    """The blocks that say whose they are, of the README's "Production" and of the two pages for operators."""
    return [
        block
        for page in PAGES
        for block in blocks(page)
        if block.account and (page != "README.md" or block.heading == "Production")
    ]


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
