"""bin/run: servers, migrations, the demo seed, then the Procfile until a signal ends all of it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from lucky11 import embedded
from lucky11.bootstrap import Refusal, Stopped, need_space, port_number, say_and_exit, stop_on_signals
from lucky11.development.process_group import ProcessGroup
from lucky11.embedded import paths

RUN_MEGABYTES = 300
SLOW_SECONDS = 60
MANAGE = (sys.executable, "manage.py")
DEVELOPMENT = """\
# Written once by bin/run for development on this machine. .env.example explains every variable.
SECRET_KEY={secret}
ENCRYPTION_KEYS={key}
DEBUG=true
DATABASE_URL=embedded:
REDIS_URL=embedded:
EMAIL_URL=dummymail://
SITE_ORIGIN=http://localhost:{port}
# If the site is stopped for longer, it voids the draws that close in the meantime.
FREEZE_WINDOW_SECONDS=3600
# Nobody waits ten minutes for a winner here.
BEACON_LEAD_SECONDS=60
"""
RUNNING = """
  Lucky11 is running at {address}

    Player    ana@lucky11.example     password  lucky-eleven-demo
    Staff     staff@lucky11.example   password  lucky-eleven-demo   ({address}/admin/)
    Staff     second@lucky11.example  password  lucky-eleven-demo   (approves what the first asks for)
    Email     {address}/dev/mail/
    Stop      Ctrl-C
"""
RUNNING_WITHOUT_DEMO = """
  Lucky11 is running at {address}
    Stop      Ctrl-C
"""


def write_env_file(port: int) -> None:
    """Write a development .env with fresh keys, unless there is one, or none or several are wanted."""
    name = os.environ.get("LUCKY11_ENV_FILE", str(paths.ROOT / ".env"))
    if name and ":" not in name and not Path(name).exists():
        from django.core.management.utils import get_random_secret_key

        # Quotes, spaces, # and $ would mean something in the file.
        secret = hashlib.sha256(get_random_secret_key().encode()).hexdigest()
        part = Path(f"{name}.part")
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(DEVELOPMENT.format(secret=secret, key=Fernet.generate_key().decode(), port=port))
        part.rename(name)
        print(f"Wrote {name}.", flush=True)


def prepare(group: ProcessGroup) -> None:
    """Migrate a development database. A production (DEBUG is off) must have no problem instead.

    Its database is migrated by the owner, which the site's own role is not.
    """
    from django.conf import settings

    if settings.DEBUG:
        group.step("Migrating the database.", *MANAGE, "migrate", "--verbosity", "0")
    else:
        group.step("Checking the setup.", *MANAGE, "doctor", "--before", "start")


def seed_once(group: ProcessGroup) -> bool:
    """Seed a development database the first time; return whether it has the demo accounts."""
    from django.conf import settings

    if not settings.DEBUG:
        return False
    database = settings.DATABASES["default"]
    name = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    marker = group.data / f"seeded-{hashlib.sha256(name.encode()).hexdigest()[:8]}"
    if not marker.exists():
        group.step("Adding demo draws and players.", *MANAGE, "seed")
        marker.touch()
    return True


def wait_until_ready(port: int, supervisor: subprocess.Popen[bytes]) -> bool:
    """Wait until every part works; return False if the processes ended instead."""
    from lucky11.monitoring import readiness

    complain_at = time.monotonic() + SLOW_SECONDS
    while supervisor.poll() is None:
        status, words = readiness.ask("127.0.0.1", port)
        if status == 200:
            return True
        if time.monotonic() > complain_at:
            print(f"Still waiting for /readyz: {status} {words}", file=sys.stderr, flush=True)
            complain_at += SLOW_SECONDS
        time.sleep(0.1)
    return False


def serve(group: ProcessGroup, port: int, demo: bool) -> None:
    """Run the Procfile until it ends, which is a failure, or a signal comes."""
    # Running as root in a container is a common way to try this; Celery would print ten alarming lines.
    warning = "ignore:You're running the worker with superuser privileges"
    group.environment.setdefault("PYTHONWARNINGS", warning)
    group.environment["PORT"] = str(port)
    group.environment.setdefault("BEAT_SCHEDULE", str(group.data / "beat-schedule"))
    procfile = str(paths.ROOT / "Procfile")
    # Django reads .env itself, and lets the environment win over it; honcho would do the opposite.
    honcho = (sys.executable, "-m", "honcho", "start", "--env", os.devnull, "--procfile", procfile)
    supervisor = group.start_supervisor(*honcho)
    if demo:
        # Fresh dates at each start, and always a draw that closes soon.
        group.start_beside(*MANAGE, "seed", "--keep")
    if wait_until_ready(port, supervisor):
        text = RUNNING if demo else RUNNING_WITHOUT_DEMO
        print(text.format(address=f"http://{name_here()}:{port}"), flush=True)
    supervisor.wait()
    raise Refusal("a part of the site stopped, so all of it was stopped; the lines above say which and why.")


def name_here() -> str:
    """Return the name under which the site is opened on this machine: passkeys work with no number.

    A site that was set up with the number keeps it, because its emails and sessions have it too.
    """
    from django.conf import settings

    return "127.0.0.1" if urlsplit(settings.SITE_ORIGIN).hostname == "127.0.0.1" else "localhost"


def run() -> None:
    """Start everything and serve."""
    group = ProcessGroup("bin/run")
    with group.exclusive():
        port = port_number()
        need_space(group.data, RUN_MEGABYTES)
        write_env_file(port)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
        from django.conf import settings

        with contextlib.ExitStack() as stack:
            if embedded.named(settings):
                print("Starting PostgreSQL and Valkey.", flush=True)
                stack.enter_context(embedded.servers())
            stack.enter_context(group.ended_at_exit())
            prepare(group)
            serve(group, port, seed_once(group))


def main() -> None:
    """Run the site; exit with one sentence if that is not possible."""
    stop_on_signals()
    from django.core.exceptions import ImproperlyConfigured

    try:
        run()
    except (Refusal, Stopped, OSError, embedded.EmbeddedError, ImproperlyConfigured) as reason:
        say_and_exit("bin/run", reason)


if __name__ == "__main__":
    main()
