"""The documents' own words, to be run: blocks of commands with accounts, and commands with their roles."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lucky11.embedded import paths

PAGES = ("README.md", "docs/deployment.md", "docs/operations.md")
ACCOUNTS = ("root", "postgres", "lucky11")
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
ACCOUNT = re.compile(r"^\s*#\s+as\s+`?(\w+)`?\b", re.MULTILINE)
# What needs more than a folder of a test: the network, other packages and accounts, the machine's services.
NOT_HERE = {
    r"\bapt(-get)?\b": "installs packages of the distribution",
    r"\bgit (clone|pull|fetch|checkout|switch)\b": "fetches the code, which is copied here",
    r"\bpip install\b|-m venv\b": "installs the locked packages, which the suite runs on",
    r"\b(useradd|adduser|groupadd|usermod)\b": "makes an account of the machine",
    r"\b(systemctl|systemd-\w+|journalctl|service|logrotate|udevadm)\b": "asks systemd",
    r"\b(nginx|caddy|certbot|ufw)\b": "sets up the proxy",
    r"\b(chown|chgrp)\b|install .*(-o|-g|--owner|--group) ": "gives files to accounts that are not here",
    r"/etc/(systemd|nginx|caddy|logrotate|postgresql|redis|letsencrypt|ssl|apt|tmpfiles)": "is the machine's",
    r"\$(EDITOR|VISUAL)\b|\b(nano|vi|vim|editor)\b": "opens an editor",
    r"\b(docker|podman)\b": "builds and runs containers",
    r"\bhoncho start\b": "runs until it is stopped",
}


@dataclass(frozen=True)
class Block:
    """A fenced block of commands: its page, its heading, and the account that runs it, if it says so."""

    page: str
    heading: str
    account: str
    text: str

    def commands(self) -> list[str]:
        """Its commands, each with the lines it continues on; comments are left out."""
        found: list[str] = []
        whole = re.sub(r"\\\n\s*", " ", self.text)
        ends = ""
        for line in whole.splitlines():
            if ends:
                found[-1] += f"\n{line}"
                ends = "" if line.strip() == ends else ends
            elif line.strip() and not line.lstrip().startswith("#"):
                found.append(line.strip())
                here = re.search(r"<<-?\s*['\"]?(\w+)", line)
                ends = here[1] if here else ""
        return found


def blocks(page: str) -> list[Block]:
    """All fenced blocks of a page, in order."""
    text = (paths.ROOT / page).read_text()
    found = []
    for match in BLOCK.finditer(text):
        before = text[: match.start()]
        headings = re.findall(r"^#+ (.+)$", before, re.MULTILINE)
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


def reason_not_here(command: str) -> str:
    """Why a command is not run in a test, or nothing."""
    return next((reason for words, reason in NOT_HERE.items() if re.search(words, command)), "")


def command_roles() -> dict[str, set[str]]:
    """The table "Commands and their roles" of docs/operations.md: each command's roles of the database."""
    text = (paths.ROOT / "docs/operations.md").read_text()
    section = text.partition("Commands and their roles")[2]
    rows = re.findall(r"^\| *`(?:manage\.py )?(\w+)[^`|]*`[^|]*\|([^|]*)\|", section, re.MULTILINE)
    found: dict[str, set[str]] = {}
    for command, roles in rows:
        named = set(re.findall(r"superuser|owner|app|backup|report|any|none", roles.replace("lucky11_", "")))
        found.setdefault(command, set()).update(named)
    return found


def substituted(command: str, folders: dict[str, Path]) -> str:
    """The command with the test's folders in the place of the documents'."""
    for documented, here in folders.items():
        command = command.replace(documented, str(here))
    return command
