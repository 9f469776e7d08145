"""The shipped units under a systemd of the test's own, in namespaces that have the documents' folders."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from lucky11.embedded import paths
from lucky11.processes import NAMES
from tests.operations.documented.production import Production
from tests.operations.documented.servers import inherited
from tests.operations.processes import eventually

SYSTEMD = Path("/lib/systemd/systemd")
UNITS = paths.ROOT / "docs/deployment/systemd"
# The targets of the machine that the units name; none of the machine's own units is started.
TARGETS = ("sysinit", "basic", "network-online", "shutdown")
ACCOUNT = 64_110
APART = ("--pid", "--fork", "--kill-child", "--mount", "--mount-proc", "--uts", "--ipc", "--cgroup")
# What the namespaces see: the documents' folders and account, each on a file system that ends with them.
# The interpreter and its packages are where the service's account may read them, as Debian's are.
SETUP = """\
set -eu
mount --make-rprivate /
mount -t tmpfs -o mode=0755 tmpfs /mnt
cp -a /etc/. /mnt
mount --move /mnt /etc
for folder in /run /srv /var/lib /var/backups /var/cache; do mount -t tmpfs -o mode=0755 tmpfs $folder; done
echo 'lucky11:x:{account}:{account}::/var/lib/lucky11:/bin/sh' >> /etc/passwd
echo 'lucky11:x:{account}:' >> /etc/group
cp -a "{machine}/etc" /etc/lucky11
chown -R root:lucky11 /etc/lucky11
install -d -m 0750 -o lucky11 -g lucky11 /var/lib/lucky11 /var/backups/lucky11
mkdir /srv/python
mount --bind "{base}" /srv/python
cp -a "{checkout}" /srv/lucky11
rm /srv/lucky11/.venv
mkdir -p /srv/lucky11/.venv/bin "/srv/lucky11/.venv/lib/{python}/site-packages"
echo 'home = /srv/python/bin' > /srv/lucky11/.venv/pyvenv.cfg
ln -s "/srv/python/bin/{python}" /srv/lucky11/.venv/bin/python
mount --bind "{packages}" "/srv/lucky11/.venv/lib/{python}/site-packages"
chown -R root:root /srv/lucky11/.venv/bin
echo /srv/python/lib > /etc/ld.so.conf.d/lucky11.conf
ldconfig
cd /srv/lucky11
export LUCKY11_ENV_FILE=/etc/lucky11/site.env
runuser -u lucky11 -- .venv/bin/python manage.py collectstatic --noinput --verbosity 0
mount -t cgroup2 cgroup2 /sys/fs/cgroup
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin container=lucky11 SYSTEMD_UNIT_PATH="{machine}/units" \\
    {systemd} --system --unit=lucky11.target --show-status=no --log-target=console --log-level=info
"""


def missing() -> str:
    """What this machine lacks for a systemd of the test's own, as a sentence; nothing if it has all."""
    if os.geteuid() != 0:
        return "needs root to make namespaces for systemd"
    for program in (str(SYSTEMD), "unshare", "nsenter", "systemctl", "runuser", "ldconfig"):
        if shutil.which(program) is None:
            return f"needs Debian's {program}"
    hierarchy = groups()
    if hierarchy is None or not os.access(hierarchy, os.W_OK):
        return "needs a hierarchy of control groups (version 2) in which the test may make one"
    words = ["mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup"]
    tried = subprocess.run(["unshare", *APART, *words], capture_output=True)
    return "" if tried.returncode == 0 else "this machine does not let the test make namespaces"


def groups() -> Path | None:
    """Where the machine has its control groups of version 2, if it has them."""
    with open("/proc/self/mountinfo") as file:
        found = [line.split(" - ") for line in file]
    places = [Path(before.split()[4]) for before, after in found if after.split()[0] == "cgroup2"]
    return places[0] if places else None


class Systemd:
    """A running systemd with the units of the site, and what `systemctl` there says."""

    def __init__(self, production: Production) -> None:
        self.production = production
        self.machine = production.place / "machine"
        self.log = production.place / "systemd.log"
        hierarchy = groups()
        assert hierarchy is not None
        self.group = hierarchy / f"{production.place.name}-systemd"
        self.first: psutil.Process | None = None
        self.outside: subprocess.Popen[bytes] | None = None

    def systemctl(self, *arguments: str, check: bool = True) -> str:
        """What systemctl prints there; it must succeed unless `check` is off."""
        assert self.first is not None
        enter = ["nsenter", "--mount", "--pid", "--cgroup", f"--target={self.first.pid}", "--"]
        done = subprocess.run([*enter, "systemctl", *arguments], capture_output=True, text=True, timeout=120)
        assert not check or done.returncode == 0, f"{arguments}: {done.stdout}{done.stderr}{self.said()}"
        return done.stdout.strip()

    def shown(self, name: str, what: str) -> str:
        """A property of the unit of a process of the site."""
        return self.systemctl("show", "--value", f"--property={what}", f"lucky11-{name}.service")

    def process(self, name: str) -> psutil.Process:
        """The main process of a unit, as this machine sees it."""
        assert self.first is not None
        inside = int(self.shown(name, "MainPID"))
        for each in self.first.children():
            if _number_inside(each.pid) == inside:
                return each
        raise AssertionError(f"lucky11-{name} does not run: {self.said()}")

    def path(self, documented: str) -> Path:
        """Where this machine finds a file of the namespaces."""
        assert self.first is not None
        return Path(f"/proc/{self.first.pid}/root{documented}")

    def said(self) -> str:
        """The last that systemd and the units have written."""
        written = [self.log, *sorted(self.machine.glob("*.log"))]
        return "\n".join(f"{each.name}: {each.read_text()[-3000:]}" for each in written)

    # -- its life --

    def start(self) -> None:
        """Write the units and the variables for the documents' folders, and start systemd."""
        self._write()
        self.group.mkdir()
        setup = self.machine / "setup"
        setup.write_text(
            SETUP.format(
                **{"account": ACCOUNT, "machine": self.machine, "checkout": self.production.checkout},
                **{"base": sys.base_prefix, "packages": sysconfig.get_path("purelib"), "systemd": SYSTEMD},
                python=f"python{sys.version_info.major}.{sys.version_info.minor}",
            )
        )
        into = f'echo $$ > "{self.group}/cgroup.procs"'
        with open(self.log, "ab") as log:
            self.outside = subprocess.Popen(
                ["sh", "-euc", f'{into}; exec unshare {" ".join(APART)} sh "{setup}"'],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=inherited(),
            )
        assert eventually(self._is_up, 60), self.said()

    def _is_up(self) -> bool:
        assert self.outside is not None
        assert self.outside.poll() is None, self.said()
        children = psutil.Process(self.outside.pid).children()
        self.first = children[0] if children else None
        is_systemd = self.first is not None and self.first.name() == "systemd"
        return is_systemd and self.systemctl("is-active", "lucky11.target", check=False) == "active"

    def stop(self) -> None:
        """End everything in the namespaces at once, and remove their control groups."""
        if self.outside is None:
            return
        if self.first is not None and self.first.is_running():
            self.first.kill()
        self.outside.kill()
        self.outside.wait(30)
        (self.group / "cgroup.kill").write_text("1")
        assert eventually(lambda: "populated 0" in (self.group / "cgroup.events").read_text())
        for folder, _, _ in os.walk(self.group, topdown=False):
            os.rmdir(folder)

    def _write(self) -> None:
        units, etc = self.machine / "units", self.machine / "etc"
        units.mkdir(parents=True)
        etc.mkdir()
        for target in TARGETS:
            (units / f"{target}.target").write_text(f"[Unit]\nDescription={target}\n")
        shutil.copytree(UNITS, units, dirs_exist_ok=True)
        for name in NAMES:
            # The units are as shipped; only their output goes to a file, as there is no journal.
            (units / f"lucky11-{name}.service.d").mkdir()
            output = self.machine / f"{name}.log"
            told = f"[Service]\nStandardOutput=append:{output}\nStandardError=inherit\n"
            (units / f"lucky11-{name}.service.d/output.conf").write_text(told)
        shutil.copy(self.production.postgres.roots, etc / "ca.pem")
        lines = [f"{name}={value}" for name, value in self._variables().items()]
        (etc / "site.env").write_text("\n".join(lines) + "\n")
        for each in etc.iterdir():
            each.chmod(0o640)

    def _variables(self) -> dict[str, str]:
        production = self.production
        # Units give the schedule's path; the log's archive is the server's.
        left_out = ("BEAT_SCHEDULE", "PITR_BASES", "PITR_ARCHIVE")
        found = {name: value for name, value in production.settings.items() if name not in left_out}
        backups = str(production.folder("/var/backups/lucky11"))
        for name, value in found.items():
            moved = value.replace(str(production.postgres.roots), "/etc/lucky11/ca.pem")
            found[name] = moved.replace(backups, "/var/backups/lucky11")
        return found | {
            "STATIC_ROOT": "/var/lib/lucky11/static",
            "PRIZE_PICTURES_OPTIONS": '{"location": "/var/lib/lucky11/prize-pictures"}',
            "LEDGER_SEALS_OPTIONS": '{"location": "/var/lib/lucky11/ledger-seals"}',
        }


def _number_inside(pid: int) -> int:
    """The number that a process has in its innermost namespace."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("NSpid:"):
            return int(line.split()[-1])
    return 0


@contextmanager
def systemd(production: Production) -> Iterator[Systemd]:
    """A systemd that runs the units of a deployed production; at the end nothing of it runs."""
    made = Systemd(production)
    try:
        made.start()
        yield made
    finally:
        made.stop()
