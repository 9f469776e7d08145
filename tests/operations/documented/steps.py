"""Running the documents' blocks in order, in a production of the test's own."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import threading
import time
from dataclasses import dataclass

from tests.operations.documented.documents import Block, at_once
from tests.operations.documented.production import Production

# Folders of the machine that stand in the test's folder under the same name.
FOLDERS = re.compile(r"(?<![\w/.}$])(?=/(?:etc|root|srv|var|usr/local)/)")
MADE = (
    "root",
    "usr/local/bin",
    "etc/systemd/system",
    "etc/nginx/sites-available",
    "etc/nginx/sites-enabled",
    "var/log",
)
# What is not done here, by the program that would do it, and why.
NOT_HERE = {
    "git": "fetches the code, which is copied here",
    "docker": "needs an engine for containers",
    "apt-get": "installs packages of the distribution",
    "adduser": "makes an account of the machine",
    "nginx": "examines the proxy's file, which has a test of its own",
    "systemctl": "asks systemd; the servers are restarted all the same",
}
# Who owns the site's files: the number of an account that no test machine has.
LUCKY11 = 64_110
# The accounts' numbers in the place of their names; whoever is not root cannot give files away.
IDS = """\
id() {
    case "$1" in root) echo 0;; postgres) echo {postgres};; lucky11) echo {lucky11};; *) echo "$1";; esac
}
"""
CHOWN = (
    'for word; do shift; case "$word" in /*) ;; *:*) word="$(id "${word%%:*}"):$(id "${word#*:}")";; '
    '*) word=$(id "$word");; esac; set -- "$@" "$word"; done; exec /usr/bin/'
)
AS_ROOT = {
    "chown": f'{IDS}{CHOWN}chown "$@"',
    "chgrp": f'{IDS}{CHOWN}chgrp "$@"',
    "install": IDS + 'before=; for word; do shift; case "$before" in -o|-g) word=$(id "$word");; esac; '
    'before=$word; set -- "$@" "$word"; done; exec /usr/bin/install "$@"',
}
AS_ANOTHER = {
    "chown": 'echo "not here: chown $*"',
    "chgrp": 'echo "not here: chgrp $*"',
    "install": 'for word; do shift; case "$word" in -o|-g) skip=1;; *) [ "${skip-}" ] && skip= || '
    'set -- "$@" "$word";; esac; done; exec /usr/bin/install "$@"',
}
# A virtual environment is there; another account's program runs as that one.
INSTEAD = {
    "python3": '[ "$1 $2" = "-m venv" ] || exec /usr/bin/env python3.real "$@"',
    "runuser": 'shift 3; exec {become} env {socket} "$@"',
}
WORDS = {
    r"\.venv/bin/pip install": "echo pip install",
    r"localhost:5432": "localhost:{postgres}",
    r"127\.0\.0\.1:6379": "127.0.0.1:{redis}",
    r"createsuperuser": "createsuperuser --noinput",
}


@dataclass(frozen=True)
class Step:
    """A block that was run."""

    block: Block
    code: int
    output: str
    seconds: float


class Steps:
    """The setting up of a site by the pages' own blocks."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.steps: list[Step] = []
        self.programs = production.place / "programs"

    def run(self) -> None:
        """Run the blocks that set up a site, until one fails."""
        self._prepare()
        for block in at_once():
            self.steps.append(self.step(block))
            if self.failed:
                return
            self._restart(self.steps[-1].output)
            if "site.env <<" in block.text:
                self.production.adopt()
                self.production.write_site()
            if "archive_command" in block.text:
                self._archive()
        if self.steps:
            self.production.finish()

    @property
    def failed(self) -> bool:
        """Whether the last one did."""
        return bool(self.steps) and self.steps[-1].code != 0

    def commands_run(self) -> set[str]:
        """The commands of manage.py that worked."""
        done = "\n".join(step.block.text for step in self.steps if not step.code)
        return set(re.findall(r"manage\.py (\w+)", done))

    def told(self) -> str:
        """What was done, for a failure."""
        lines = [f"{each.block.heading}, as {each.block.account}: {each.code}" for each in self.steps]
        last = [self.steps[-1].block.text, self.steps[-1].output[-3000:]] if self.steps else []
        return "\n".join([*lines, *last] or ["no block was run"])

    def _prepare(self) -> None:
        """Make the folders that a machine has, and the programs that stand for those that are not here."""
        for each in MADE:
            (self.production.place / each).mkdir(parents=True, exist_ok=True)
        for file in self.production.folder("/etc/lucky11").glob("*.env"):
            # The pages make them, with their owners and modes.
            file.unlink()
        self.programs.mkdir(mode=0o755)
        for name in NOT_HERE:
            self._program(name, f'echo "not here: {name} $*"')
        options = self.production.account_options("postgres")
        socket = " ".join(f"{name}={shlex.quote(value)}" for name, value in options["env"].items())
        become = ""
        if "user" in options:
            become = f"setpriv --reuid={options['user']} --regid={options['group']} --clear-groups"
        given = {"become": become, "socket": socket}
        given |= {"postgres": str(options.get("user", os.getuid())), "lucky11": str(LUCKY11)}
        for name, words in (INSTEAD | (AS_ROOT if os.geteuid() == 0 else AS_ANOTHER)).items():
            for what, value in given.items():
                words = words.replace(f"{{{what}}}", value)
            self._program(name, words)

    def _program(self, name: str, words: str) -> None:
        file = self.programs / name
        file.write_text(f"#!/bin/sh\n{words}\n")
        file.chmod(0o755)

    def script(self, block: Block, filled_in: dict[str, str]) -> str:
        """The block with the test's folders and ports in the place of the machine's."""
        production = self.production
        text = FOLDERS.sub(str(production.place).replace("\\", r"\\"), block.text)
        for words, instead in WORDS.items():
            given = instead.format(postgres=production.postgres.port, redis=production.redis.port)
            text = re.sub(words, given, text)
        for words, instead in filled_in.items():
            text = text.replace(words, instead)
        return f"set -eu\n{text}"

    def step(self, block: Block, **filled_in: str) -> Step:
        """Run a block as its account, each in a shell of its own, with what an operator fills in."""
        options = self.production.account_options(block.account)
        options["env"]["PATH"] = f"{self.programs}:{options['env']['PATH']}"
        file = self.production.place / f"step-{len(self.steps)}-{threading.get_ident()}.sh"
        file.write_text(self.script(block, filled_in))
        began = time.monotonic()
        done = subprocess.run(
            ["sh", str(file)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=900,
            start_new_session=True,
            **options,
        )
        return Step(block, done.returncode, done.stdout, time.monotonic() - began)

    def _archive(self) -> None:
        """Name the archive of the server's log that the block made in the site's variables."""
        self.production.postgres.archive = self.production.folder("/var/backups/lucky11-wal")
        self.production.settings["PITR_ARCHIVE"] = str(self.production.postgres.archive)
        self.production.write_site()

    def _restart(self, output: str) -> None:
        """Restart the servers that the block restarted, with the configuration that it wrote."""
        if "systemctl restart postgresql" in output:
            self.production.postgres.restart()
        if "systemctl restart redis-server" in output:
            self.production.redis.restart()
