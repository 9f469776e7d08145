"""List the backups."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import CommandParser

from lucky11.operations import OperationError
from lucky11.operations.backups import stores
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting


class Command(Operation):
    roles = (acting.BACKUP, acting.APP, acting.OWNER)
    only_reads = True
    help = "List the backups, newest first. Unfinished files do not count."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def operate(self, **options: Any) -> None:
        verified, found = stores.verified(), []
        for name in stores.names():
            try:
                manifest = stores.manifest(name)
            except OperationError as reason:
                self.stderr.write(str(reason))
                continue
            found.append(asdict(manifest) | {"verified": name in verified})
        if options["json"]:
            self.say(json.dumps(found, indent=2))
            return
        for each in found:
            state = "verified" if each["verified"] else "not yet verified"
            secret = "encrypted" if each["encrypted"] else "plain"
            rows = sum(each["rows"].values())
            self.say(f"{each['name']}  {each['size']:>13,} bytes  {rows:>11,} rows  {secret}, {state}")
        self.say(f"{len(found)} backups in {stores.location()}.")
