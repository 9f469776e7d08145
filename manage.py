#!/usr/bin/env python
"""Django's commands, with the embedded servers up for as long as one runs when the settings name them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line

from lucky11 import embedded


def main() -> None:
    """Run the management command of the arguments."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lucky11.settings")
    try:
        with embedded.for_command(sys.argv):
            execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, embedded.EmbeddedError) as error:
        sys.exit(f"manage.py: {error}")


if __name__ == "__main__":
    main()
