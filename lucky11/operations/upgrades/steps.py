"""The steps of an upgrade. Each may be done again: a run that was killed is begun anew, and goes on."""

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from draws.proof import standing
from lucky11.operations import OperationError
from lucky11.operations.backups import create, stores
from lucky11.operations.backups.extensions import Say
from lucky11.operations.schema import plan
from lucky11.operations.upgrades import checks, journal, running_site
from lucky11.operations.upgrades.journal import Journal


@dataclass(frozen=True)
class Options:
    """What an operator accepts: drift, a database between releases, how long the site takes to start."""

    despite_drift: bool = False
    unreleased: bool = False
    wait: float = 120
    limits: dict[str, Any] = field(default_factory=dict)


@dataclass
class Upgrade:
    """An upgrade under way to `version`, the version of this code."""

    journal: Journal
    version: str
    say: Say
    options: Options

    @property
    def before(self) -> set[tuple[str, str]]:
        """The migrations that the database had when the upgrade began."""
        return {(app, name) for app, name in self.journal.details["before"]}


@dataclass(frozen=True)
class Step:
    """One step, and what the plan says of it."""

    name: str
    told: str
    do: Callable[[Upgrade], None]


def check(upgrade: Upgrade) -> None:
    """Refuse what an upgrade could not put back, and remember how everything was."""
    checks.refuse_full_disks()
    if "before" in upgrade.journal.details:
        return
    checks.refuse_ailing_setup()
    before = checks.applied()
    release = checks.refuse_unknown(before, unreleased=upgrade.options.unreleased)
    if not upgrade.options.despite_drift:
        checks.refuse_drift(before)
    upgrade.journal.note(
        before=sorted(before),
        old=running_site.version() or release,
        maintenance_before=journal.others_maintain(),
    )
    upgrade.say(f"The database is of {release}. {len(plan.steps_to())} migrations are pending.")


def back_up(upgrade: Upgrade) -> None:
    """Back up the database."""
    if upgrade.journal.details.get("backup") not in stores.names():
        manifest = create.back_up(reason=f"before the upgrade to {upgrade.version}")
        upgrade.journal.note(backup=manifest.name)
    upgrade.say(f"Backed up as {upgrade.journal.details['backup']}.")


def begin_maintenance(upgrade: Upgrade) -> None:
    """Let players read only: the old code goes on serving pages while the schema changes."""
    journal.begin_maintenance(upgrade.version)


def migrate(upgrade: Upgrade) -> None:
    """Apply the pending migrations."""
    steps = plan.steps_to()
    call_command("migrate", interactive=False, verbosity=0, **upgrade.options.limits)
    # The processes of the version before, which still run, may not know how.
    standing.is_whole()
    upgrade.say(f"{len(steps)} migrations applied.")


def collect(upgrade: Upgrade) -> None:
    """Collect the static files; their names are hashes, so that the old pages keep theirs."""
    call_command("collectstatic", interactive=False, verbosity=0)


def restart(upgrade: Upgrade) -> None:
    """Restart the site's processes."""
    upgrade.journal.note(restarted=True)
    if settings.UPGRADE_RESTART_COMMAND:
        running_site.restart(settings.UPGRADE_RESTART_COMMAND, upgrade.version)
    else:
        upgrade.say(
            f"UPGRADE_RESTART_COMMAND is not set: restart the site's processes now. "
            f"This command waits {upgrade.options.wait:g} s for {upgrade.version}."
        )


def verify(upgrade: Upgrade) -> None:
    """Hear from the running site that it is ready and new, and find every coin and ticket in its place."""
    running_site.wait_for(upgrade.version, upgrade.options.wait)
    said = io.StringIO()
    try:
        call_command("check_integrity", stdout=said)
    except (SystemExit, CommandError) as error:
        raise OperationError(f"check_integrity found something: {said.getvalue().strip()[-1000:]}") from error
    upgrade.say(f"Lucky11 {upgrade.version} answers. {said.getvalue().strip().splitlines()[-1]}")


def end_maintenance(upgrade: Upgrade) -> None:
    """Let players play again, unless maintenance was on before."""
    if not upgrade.journal.details["maintenance_before"]:
        journal.end_maintenance()


STEPS = [
    Step("check", "role, setup, drift, disks, and whether this version may follow", check),
    Step("back up", "the database, to BACKUP_FOLDER or BACKUP_STORAGE", back_up),
    Step("maintenance on", "players can read, and nothing else", begin_maintenance),
    Step("migrate", "the pending migrations", migrate),
    Step("collect static files", "into STATIC_ROOT", collect),
    Step("restart", "by UPGRADE_RESTART_COMMAND", restart),
    Step("verify", "/readyz says the new version, and check_integrity is clean", verify),
    Step("maintenance off", "unless it was on before", end_maintenance),
]


def plan_text() -> str:
    """Return the steps and the pending migrations, as --plan shows them."""
    lines = [f"{number}. {step.name}: {step.told}" for number, step in enumerate(STEPS, 1)]
    pending = plan.told(plan.steps_to())
    return "\n".join([*lines, "", "Pending migrations:", pending or "    none"])
