"""Django's migrate with short lock waits, retries and a record of the run, for a site in use."""

from collections.abc import Sequence
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.core.management.commands.migrate import Command as Migrate
from django.db import DEFAULT_DB_ALIAS, OperationalError, connections
from django.db.migrations import Migration

from lucky11.operations import OperationError
from lucky11.operations.commands import Operation
from lucky11.operations.roles import acting, roles
from lucky11.operations.schema import failing, migrate, plan


class Command(Operation, Migrate):
    roles = (acting.OWNER,)
    requires_system_checks = Migrate.requires_system_checks

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--lock-timeout",
            type=float,
            default=5,
            metavar="SECONDS",
            help="longest wait for a lock (default 5)",
        )
        parser.add_argument(
            "--statement-timeout",
            type=float,
            default=900,
            metavar="SECONDS",
            help="longest time for a statement (default 900; 0: no limit)",
        )
        parser.add_argument(
            "--tries", type=int, default=3, help="attempts if a lock is not available (default 3)"
        )

    def migration_progress_callback(
        self, action: str, migration: Migration | None = None, fake: bool = False
    ) -> None:
        super().migration_progress_callback(action, migration, fake)
        self.watch.note(action, migration)

    def needed_roles(self, options: dict[str, Any]) -> Sequence[str] | None:
        looks_only = options["plan"] or options["check_unapplied"]
        return (acting.OWNER, acting.APP, acting.BACKUP) if looks_only else self.roles

    def operate(self, *args: Any, **options: Any) -> None:
        self.watch = failing.Watch()
        looks_only = options["plan"] or options["check_unapplied"] or options["prune"]
        if looks_only:
            Migrate.handle(self, *args, **options)
            return
        database = connections[options["database"]]
        try:
            plan.refuse_before_1_0_0(database)
        except OperationError as error:
            raise CommandError(str(error)) from error
        limits = migrate.Limits(options["lock_timeout"], options["statement_timeout"])
        if options["database"] != DEFAULT_DB_ALIAS:
            with migrate.limited(database, limits):
                Migrate.handle(self, *args, **options)
            return
        with migrate.kept(database, _target(options)) as run, failing.watched(database, self.watch):
            self._try_and_tell(run, limits, options)
        # Only the owner may use what a migration made until the roles get their rights on it.
        if roles.in_use():
            self._give_rights()

    def _give_rights(self) -> None:
        is_superuser = acting.of_site().may((acting.SUPERUSER,))
        roles.apply(as_owner=not is_superuser)
        for left in roles.need_superuser():
            self.stderr.write(f"{left}. Run manage.py db_roles as a superuser.")

    def _try_and_tell(self, run: migrate.Run, limits: migrate.Limits, options: dict[str, Any]) -> None:
        try:
            self._try(run, limits, options)
        except CommandError:
            raise
        except Exception as error:
            said = self.watch.sentences(error)
            if not said:
                raise
            raise CommandError(said) from error

    def _try(self, run: migrate.Run, limits: migrate.Limits, options: dict[str, Any]) -> None:
        database = connections[options["database"]]
        tries = max(1, options["tries"])
        for number in range(1, tries + 1):
            for index in migrate.drop_invalid_indexes(database):
                self.stderr.write(f"Dropped {index}: the migration that was making it had been interrupted.")
            run.tries = number
            try:
                with migrate.limited(database, limits):
                    Migrate.handle(self, **options)
                return
            except OperationalError as error:
                if migrate.took_too_long(error):
                    raise CommandError(
                        f"A statement of {self.watch} took longer than {limits.statement:g} s and was rolled "
                        "back. Migrations already applied stay. If it needs more time: --statement-timeout."
                    ) from error
                if not migrate.is_timeout(error):
                    raise
                reason = str(error).splitlines()[0]
                if number == tries:
                    raise CommandError(
                        f"Gave up after {tries} attempts: {reason}. Migrations already applied stay, and "
                        f"{self.watch} changed nothing. `manage.py db_doctor` shows who holds the lock."
                    ) from error
                self.stderr.write(f"Attempt {number} of {tries}: {reason}. Trying again.")
                migrate.pause(number)


def _target(options: dict[str, Any]) -> str:
    return " ".join(filter(None, (options["app_label"], options["migration_name"])))
