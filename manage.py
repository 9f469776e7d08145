#!/usr/bin/env python
"""Django's commands, with the embedded servers up for as long as one runs when the settings name them."""

import gc
import os
import sys

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from lucky11.management import utility
from lucky11.management.commands import version

WITHOUT_SERVERS = {
    "",
    "help",
    "check",
    "collectstatic",
    "makemessages",
    "compilemessages",
    "startapp",
}


def main() -> None:
    """Run the management command of the arguments."""
    # Starting makes some 100,000 objects that stay: looking through them for garbage is a fifth of a start.
    gc.set_threshold(50_000)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
    command = next(iter(sys.argv[1:]), "").lstrip("-")
    try:
        if command == "version":
            # Django answers this one itself, and knows only its own version.
            version.Command().run_from_argv(sys.argv)
        elif command in WITHOUT_SERVERS or "--help" in sys.argv or not settings.EMBEDDED_SERVERS:
            utility.run(sys.argv)
        else:
            run_with_embedded_servers()
    except ImproperlyConfigured as error:
        sys.exit(f"manage.py: {error}")


def run_with_embedded_servers() -> None:
    """Run the command of the arguments while the servers are up."""
    from lucky11 import embedded

    try:
        with embedded.servers_unless_held():
            utility.run(sys.argv)
    except embedded.EmbeddedError as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
