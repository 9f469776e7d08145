"""What every test may use: players and draws made through the services, on real servers."""

import gc
import json
import os
import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.files.storage import storages
from django.db import connection, transaction
from django.test import TransactionTestCase
from django.utils import timezone

from accounts.models import User
from accounts.players import create_player
from draws.beacon import chain, folder, relays
from draws.lifecycle import rounds
from draws.lifecycle.publish import publish_draw
from draws.models import Draw
from draws.proof import outside
from lucky11.integrity.checks import CHECKS
from tests.support import moved_draws, signing
from tests.support.as_app import as_owner, django_db_setup, pytest_runtest_protocol, sign_in
from tests.support.beacon_server import BeaconServer, running
from tests.support.coins import adjustments_without_limit, move
from tests.support.mail_server import HOST, MailServer
from tests.support.scratch import _templates, scratch, site

__all__ = ["_templates", "adjustments_without_limit", "django_db_setup", "pytest_runtest_protocol"]
__all__ += ["scratch", "site"]

PASSWORD = "correct-horse-battery"
# All players of the tests have one address.
MANY = "1000000"
KEPT_TABLES = {
    *("django_migrations", "django_content_type"),
    *("auth_permission", "auth_group", "auth_group_permissions"),
    *("coin_rates", "coin_proofs"),
}

MUCH = 4 * 2**20  # bytes of a table
START_AGAIN = """
    SELECT setval(s.seqrelid::regclass, s.seqstart, false)
    FROM pg_sequence s JOIN pg_depend d ON d.objid = s.seqrelid
    WHERE d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
      AND d.refobjid IN (SELECT t::regclass FROM unnest(%s::text[]) AS t)"""

_numbers = count(1)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--nightly", action="store_true", help="also run the tests that are marked nightly")
    parser.addoption("--as", choices=["app"], help="run as the site's own role, not as the server's owner")
    parser.addoption("--command-times", metavar="FILE", help="write how long operators' commands took there")
    parser.addoption("--screenshots", metavar="FOLDER", help="put a screenshot of every page there")
    parser.addoption("--shuffle", metavar="SEED", help="run files, and tests in a file, in this random order")


def pytest_report_header(config: pytest.Config) -> str | None:
    seed = config.getoption("--shuffle")
    return seed and f"random order: --shuffle={seed}"


def pytest_configure() -> None:
    # Importing the site and collecting the tests make millions of objects, none of which is garbage. By
    # default Python looks through them again at each seven hundred that are new.
    gc.set_threshold(20_000, 20, 50)


def pytest_collection_finish() -> None:
    """Never again look for garbage among the modules and the tests, which stay to the end."""
    gc.collect()
    gc.freeze()


# Last: pytest-django puts tests that commit behind the others.
@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not config.getoption("--nightly"):
        for item in items:
            if item.get_closest_marker("nightly"):
                item.add_marker(pytest.mark.skip(reason="runs with --nightly"))
    seed = config.getoption("--shuffle")
    if seed:
        # Files stay together, so that what a file starts once is started once.
        chance = random.Random(seed)
        files = {item.path: chance.random() for item in items}
        items.sort(key=lambda item: (files[item.path], chance.random()))


@pytest.fixture(autouse=True)
def _no_test_reads_what_another_left_in_memory() -> None:
    """Numbers of draws begin anew in tests that commit."""
    caches["process"].clear()


def new_player(name: str = "player", *, coins: int = 50, confirmed: bool = True, **fields: Any) -> User:
    """A confirmed player with 50 coins, or `coins`, who sees results at once unless asked otherwise."""
    email = f"{name}-{next(_numbers)}@lucky11.example"
    given: dict[str, Any] = {"accepted_rules": True, "first_name": name.title(), "covers_results_from": None}
    user = create_player(email, PASSWORD, confirmed=confirmed, **(given | fields))
    user.refresh_from_db()
    if coins != user.coins and confirmed:
        move(user.pk, coins - user.coins, f"test:{user.pk}")
        user.refresh_from_db()
    return user


@pytest.fixture
def make_player(db: None) -> Callable[..., User]:
    return new_player


@pytest.fixture
def alice(make_player: Callable[..., User]) -> User:
    return make_player("alice")


@pytest.fixture
def bob(make_player: Callable[..., User]) -> User:
    return make_player("bob")


def new_draft(**fields: Any) -> Draw:
    """A draft of 10 tickets at 5 coins, up to 5 (or all) a player, for 100 coins, closing in an hour."""
    closes = timezone.now().replace(microsecond=0) + timedelta(hours=1)
    terms = {
        "title": "Lisbon for two",
        "entry_fee": 5,
        "prize_coins": 100,
        "max_participants": 10,
        "max_per_player": min(5, fields.get("max_participants", 5)),
        "draw_time": closes,
    }
    return Draw.objects.create(**(terms | fields))


@pytest.fixture
def make_draft(db: None) -> Callable[..., Draw]:
    return new_draft


@pytest.fixture
def make_draw(make_draft: Callable[..., Draw]) -> Callable[..., Draw]:
    """The same, published."""

    def make(**fields: Any) -> Draw:
        return publish_draw(make_draft(**fields).pk, shortest=timedelta(0))

    return make


@pytest.fixture
def draw(make_draw: Callable[..., Draw]) -> Draw:
    return make_draw()


def let_close(draw: Draw) -> None:
    """Let a draw's closing time pass: it closes in this second, and is sealed as if that had been its time.

    Its tickets were taken before.
    """
    draw.refresh_from_db()
    with unguarded() as cursor:
        moved_draws.close_now(cursor, draw)
    draw.refresh_from_db()


def let_round_come(draw: Draw, ago: timedelta = timedelta(0)) -> None:
    """Let the time pass between a beacon draw's freezing and its round, and so much more."""
    draw.refresh_from_db()
    with unguarded() as cursor:
        moved_draws.let_round_come(cursor, draw, ago)
    draw.refresh_from_db()


@contextmanager
def unguarded() -> Iterator[Any]:
    """A cursor of the owner's whose statements no trigger sees, for planting what the rules forbid."""
    with as_owner() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield cursor
        finally:
            if not connection.needs_rollback:
                cursor.execute("SET session_replication_role = origin")


def defects() -> list[str]:
    """What `check_integrity` finds."""
    return [str(defect) for defect in (check() for check in CHECKS.values()) if defect]


@pytest.fixture(autouse=True)
def clean_books(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test that commits, and before its rows are cleared, the books must balance.

    A test that plants defects says so: `@pytest.mark.plants_defects`.
    """
    marker = request.node.get_closest_marker("django_db")
    commits = marker is not None and marker.kwargs.get("transaction", False)
    if not commits or request.node.get_closest_marker("plants_defects"):
        yield
        return
    request.getfixturevalue("_django_db_helper")
    yield
    assert defects() == []


@pytest.fixture(scope="session", autouse=True)
def _the_beacon_is_the_tests_own() -> None:
    """Nobody can sign a round of the real one. The site's processes use tests.support.beacon_settings."""
    chain.CHAIN = signing.beacon_chain()


@pytest.fixture(scope="session", autouse=True)
def _seals_of_tests_are_their_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What is kept outside a test's database says nothing about the next one."""
    given = {"location": str(tmp_path_factory.mktemp("seals"))}
    own = {**settings.STORAGES["ledger_seals"], "OPTIONS": given}
    settings.STORAGES = {**settings.STORAGES, "ledger_seals": own}
    os.environ["LEDGER_SEALS_OPTIONS"] = json.dumps(given)


@pytest.fixture(autouse=True)
def _what_is_kept_outside_goes_with_the_rows(
    request: pytest.FixtureRequest, _seals_of_tests_are_their_own: None
) -> Iterator[None]:
    """A test that commits leaves an empty database, which lacks what its worker has kept of the log."""
    yield
    marker = request.node.get_closest_marker("django_db")
    if marker is not None and marker.kwargs.get("transaction", False):
        shutil.rmtree(settings.STORAGES["ledger_seals"]["OPTIONS"]["location"], ignore_errors=True)


@pytest.fixture(scope="session", autouse=True)
def _all_players_have_one_address() -> None:
    settings.RATE_LIMIT_ADDRESS = int(MANY)


@pytest.fixture(scope="session", autouse=True)
def _passwords_are_hashed_quickly() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(scope="session", autouse=True)
def _tests_alone_may_clear_the_books() -> None:
    """The append-only tables refuse the TRUNCATE that ends a committing test; tests clear them unguarded.

    A few rows are deleted, because the TRUNCATE of all tables takes ten to fifty times as long.
    """

    def clear(case: TransactionTestCase) -> None:
        shutil.rmtree(Path(storages["ledger_seals"].location) / outside.FOLDER, ignore_errors=True)  # type: ignore[attr-defined]
        tables = sorted(set(connection.introspection.table_names()) - KEPT_TABLES)
        names = ", ".join(tables)
        with unguarded() as cursor, transaction.atomic():
            # Whoever is still at work in the test's tables is waited for.
            cursor.execute(f"LOCK TABLE {names}")
            cursor.execute("SELECT max(pg_relation_size(t::regclass)) FROM unnest(%s::text[]) AS t", [tables])
            if cursor.fetchone()[0] > MUCH:
                cursor.execute(f"TRUNCATE {names} RESTART IDENTITY CASCADE")
                return
            cursor.execute(" UNION ALL ".join(f"SELECT '{t}' WHERE EXISTS (SELECT FROM {t})" for t in tables))
            for [table] in cursor.fetchall():
                cursor.execute(f"DELETE FROM {table}")
            cursor.execute(START_AGAIN, [tables])

    TransactionTestCase._fixture_teardown = clear  # type: ignore[attr-defined]


@pytest.fixture
def beacon(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[BeaconServer]:
    """The tests' own beacon and one honest relay of it, which is asked long before a round's time."""
    monkeypatch.setattr(relays, "ASK_AHEAD", 7200.0)
    monkeypatch.setattr(rounds, "LONGEST_PAUSE", 0.0)
    # A test that lets a relay be slow lets it be slow for this long.
    settings.BEACON_TIMEOUT_SECONDS = 2
    forget_couriers()
    with running() as server:
        settings.BEACON_RELAYS = [server.relay("honest")]
        yield server
    forget_couriers()


def forget_couriers() -> None:
    """Whom to leave alone, which files to skip, and when to ask again is remembered no longer."""
    relays.reset()
    folder.reset()
    rounds.reset()


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    """A running mail server, to which the site sends its mails."""
    server = MailServer()
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = HOST, server.port, 5
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    yield server
    server.stop()


@pytest.fixture
def picture_folder(settings: Any, tmp_path: Path) -> Path:
    """Where the prizes' pictures are kept during the test."""
    folder = tmp_path / "prize-pictures"
    own = {**settings.STORAGES["prize_pictures"], "OPTIONS": {"location": str(folder)}}
    settings.STORAGES = {**settings.STORAGES, "prize_pictures": own}
    return folder


@pytest.fixture
def server_environment(owner_environment: dict[str, str]) -> dict[str, str]:
    """The environment in which a process of the site works on the test's database."""
    return owner_environment | sign_in()


@pytest.fixture
def owner_environment(transactional_db: None) -> dict[str, str]:
    """The same with the rights of the server's owner."""
    database = connection.settings_dict
    inherited = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    return inherited | {
        "DJANGO_SETTINGS_MODULE": "lucky11.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
        "PGHOST": str(database["HOST"]),
        "PGPORT": str(database["PORT"]),
        "PGUSER": str(database["USER"]),
        "PGPASSWORD": str(database["PASSWORD"]),
        "PGDATABASE": str(database["NAME"]),
        "REDIS_URL": settings.REDIS_URL,
        "DEBUG": "true",
        "LUCKY11_ENV_FILE": "",
        "RATE_LIMIT_ADDRESS": MANY,
    }
