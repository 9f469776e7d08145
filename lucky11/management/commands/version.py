"""Print the version of Lucky11 and of Django."""

from typing import Any

import django
from django.core.management.base import BaseCommand

from lucky11 import __version__


class Command(BaseCommand):
    roles: tuple[str, ...] = ()
    help = "Print the version of Lucky11 and of Django."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Lucky11 {__version__}\nDjango {django.get_version()}")
