"""bin/check: every check runs, every failure is shown, and any one of them makes the exit code 1."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from cryptography.fernet import Fernet

from lucky11.embedded import paths

# Settings like a production server's; nothing listens at these addresses, and nothing connects to them.
PRODUCTION = {
    "SECRET_KEY": secrets.token_urlsafe(64),
    "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
    "DATABASE_URL": "postgres://lucky11@127.0.0.1:1/lucky11?sslmode=verify-full&sslrootcert=/etc/ssl/ca.pem",
    "REDIS_URL": "redis://:secret@127.0.0.1:1/0",
    "ALLOWED_HOSTS": "lucky11.internal",
    "SITE_ORIGIN": "https://lucky11.internal",
    "BEHIND_TLS_PROXY": "true",
    "EMAIL_URL": "smtp+tls://lucky11:secret@mail.lucky11.internal:587",
    "DEFAULT_FROM_EMAIL": "Lucky11 <hello@lucky11.internal>",
    "ALERT_EMAILS": "operators@lucky11.internal",
    "BACKUP_FOLDER": "/var/backups/lucky11",
    "BACKUP_KEYS": Fernet.generate_key().decode(),
    "DEBUG": "false",
    "LUCKY11_ENV_FILE": "",
}
BIN = Path(sys.executable).parent
# Of a template. djlint cannot break a tag of the template language, nor does it say that one is too long.
LONGEST_LINE = 120


def _python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]


def shell_scripts() -> list[str]:
    """Return our shell scripts, recognised by their first line."""
    files = [path for folder in ("bin", ".ci") for path in sorted((paths.ROOT / folder).iterdir())]
    scripts = [path for path in files if path.read_text().startswith("#!/bin/sh")]
    return [str(path.relative_to(paths.ROOT)) for path in scripts]


def checks() -> dict[str, list[str]]:
    """Return the checks by name. The slow one comes first, so that the others run beside it."""
    return {
        "types": [str(BIN / "mypy")],
        "lint": [str(BIN / "ruff"), "check", "."],
        "format": [str(BIN / "ruff"), "format", "--check", "."],
        "imports": [str(BIN / "lint-imports"), "--no-logo"],
        "styles": _python("-m", "lucky11.development.styles"),
        "templates": [str(BIN / "djlint"), "--lint", "--quiet", "templates"],
        "template format": [str(BIN / "djlint"), "--check", "templates"],
        "template lines": ["sh", "-c", f"! LC_ALL=C.UTF-8 grep -rnE '.{{{LONGEST_LINE + 1}}}' templates"],
        "migrations": _python("-W", "ignore", "manage.py", "makemigrations", "--check", "--dry-run"),
        "files of SQL": _python("-W", "ignore", "-m", "lucky11.development.sql_files"),
        "migrations on a site in use": _python("-W", "ignore", "-m", "lucky11.development.migrations"),
        "deployment": _python("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
        **{f"shell {path}": ["sh", "-n", path] for path in shell_scripts()},
    }


def _run(name: str, command: list[str]) -> tuple[str, bool, str]:
    environment = os.environ | PRODUCTION | {"DJANGO_SETTINGS_MODULE": "lucky11.settings"}
    for variable in ("LUCKY11_DATA", "BASH_ENV", "ENV"):
        environment.pop(variable, None)
    done = subprocess.run(
        command, cwd=paths.ROOT, env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return name, done.returncode == 0, done.stdout


def main() -> None:
    """Run all checks and exit with 1 if one failed."""
    failed = []
    with ThreadPoolExecutor(2) as pool:
        for name, passed, output in pool.map(_run, *zip(*checks().items(), strict=True)):
            print(f"{'ok  ' if passed else 'FAIL'} {name}", flush=True)
            if not passed:
                failed.append(name)
                print(output, flush=True)
    sys.exit(f"bin/check: failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
