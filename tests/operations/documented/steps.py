"""Running the documents' blocks in order, in a production of the test's own."""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass

from tests.operations.documented.documents import Block, reason_not_here, substituted, to_be_run
from tests.operations.documented.production import FOLDERS, ROLES, Production
from tests.operations.documented.servers import SUPERUSER

# Pages show what to do on the day of a disaster, too; those blocks have tests of their own.
SETTING_UP = ("README.md", "docs/deployment.md")
# Headings of docs/deployment.md from which on the site already runs.
LATER = re.compile(
    r"new version|upgrade|monitoring|backup|recover|log|container|proxy|move|away", re.IGNORECASE
)

# What holds for the commands of a block that come after it.
SETTING = re.compile(r"(cd|export|umask|set) [^;&|]*$|\w+=\S*$")


@dataclass(frozen=True)
class Step:
    """A command that was run, or was not for a reason."""

    block: Block
    command: str
    reason: str = ""
    code: int = 0
    output: str = ""
    seconds: float = 0


class Steps:
    """The setting up of a site by the pages' own blocks."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.steps: list[Step] = []

    def run(self) -> None:
        """Run the blocks that set up a site, each command once, until one fails."""
        for block in to_be_run():
            if block.page not in SETTING_UP or LATER.search(block.heading):
                continue
            before: list[str] = []
            for command in block.commands():
                if SETTING.match(command):
                    before.append(command)
                    continue
                self.steps.append(self._step(block, "\n".join([*before, command])))
                if self.failed:
                    return
                self.production.write_files()

    @property
    def failed(self) -> bool:
        """Whether the last one did."""
        return bool(self.steps) and self.steps[-1].code != 0

    def commands_run(self) -> set[str]:
        """The commands of manage.py that worked."""
        done = "\n".join(step.command for step in self.steps if not step.reason and not step.code)
        return set(re.findall(r"manage\.py (\w+)", done))

    def told(self) -> str:
        """What was done, for a failure."""
        lines = [
            f"# as {each.block.account}: {each.command}  -> {each.reason or each.code}" for each in self.steps
        ]
        return "\n".join([*lines, self.steps[-1].output[-3000:] if self.steps else "no block was run"])

    def _step(self, block: Block, command: str) -> Step:
        reason = reason_not_here(command)
        if reason:
            return Step(block, command, reason)
        began = time.monotonic()
        done = self.run_as(block.account, command)
        return Step(block, command, "", done.returncode, done.stdout, time.monotonic() - began)

    def run_as(self, account: str, command: str) -> subprocess.CompletedProcess[str]:
        """Run a command of a page as an account; its folders are the test's."""
        production = self.production
        folders = {documented: production.folder(documented) for documented in FOLDERS}
        options = production.account_options(account)
        command = re.sub(r"\bsudo (-u \w+ )?", "", command)
        command = command.replace("createsuperuser", "createsuperuser --noinput")
        return subprocess.run(
            ["sh", "-euc", substituted(command, folders)],
            input=self._answers(command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=240,
            # Without a terminal, psql reads passwords from its input.
            start_new_session=True,
            **options,
        )

    def _answers(self, command: str) -> str:
        """The passwords that `\\password ROLE` asks for, twice each."""
        files = {role: file for file, role in ROLES.items()} | {SUPERUSER: "superuser"}
        asked = [self.production.passwords[files[role]] for role in re.findall(r"\\password (\w+)", command)]
        return "".join(f"{password}\n{password}\n" for password in asked)
