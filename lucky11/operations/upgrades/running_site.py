"""The site's running processes: which version answers, and restarting them by the operator's own command."""

import json
import os
import subprocess
import time
import urllib.error
import urllib.request
from http.client import HTTPException
from urllib.parse import urlsplit

from django.conf import settings

from lucky11.operations import OperationError

ASK_SECONDS = 5


def answer() -> dict[str, object]:
    """Return what /readyz says, ready or not; {} when no web process of the site answers."""
    # The site answers to its own name alone.
    host = urlsplit(settings.SITE_ORIGIN).netloc
    request = urllib.request.Request(settings.UPGRADE_READY_URL, headers={"Host": host})
    try:
        with urllib.request.urlopen(request, timeout=ASK_SECONDS) as response:
            return _read(response.read())
    except urllib.error.HTTPError as error:
        return _read(error.read())
    except (OSError, HTTPException):
        return {}


def version() -> str:
    """Return the version that answers, or "" if none does."""
    return str(answer().get("version", ""))


def restart(command: str, version: str) -> None:
    """Run the operator's command, which finds the version in LUCKY11_VERSION. Raises OperationError."""
    environment = os.environ | {"LUCKY11_VERSION": version}
    done = subprocess.run(
        ["sh", "-c", command],
        cwd=settings.BASE_DIR,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip()[-1000:]
        raise OperationError(f"`{command}` ended with exit code {done.returncode}: {said or 'no words'}.")


def wait_for(version: str, seconds: float) -> None:
    """Wait until the site says that it is ready and of this version. Raises OperationError if it does not."""
    deadline = time.monotonic() + seconds
    while True:
        found = answer()
        if found.get("version") == version and all(found.values()):
            return
        if time.monotonic() > deadline:
            break
        time.sleep(0.5)
    lacking = ", ".join(name for name, works in found.items() if not works)
    said = f"{found['version']} answers; not working: {lacking or 'nothing'}" if found else "nothing answers"
    address = settings.UPGRADE_READY_URL
    raise OperationError(
        f"{address} did not say within {seconds:g} s that Lucky11 {version} is ready: {said}."
    )


def _read(body: bytes) -> dict[str, object]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) and "version" in found else {}
