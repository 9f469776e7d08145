"""Store what the tests of later releases need of this one: its migrations, and a dump of a lively site.

`DATABASE_URL=postgres://… python -m lucky11.development.release`, on a server of the oldest PostgreSQL that
the site runs on, so that every server can restore the dump. The site is made in a database of its own.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import django
import psycopg
from psycopg import sql

OLDEST = 15
NAME = "lucky11_release"
FOLDER = Path(__file__).resolve().parents[2] / "tests/data/releases"
# Everybody may know it: it protects nothing but the demo site's claims.
ENCRYPTION_KEY = base64.urlsafe_b64encode(b"a key of the tests, not a secret").decode()


def main() -> None:
    """Make the site, dump it, and write what belongs to the release."""
    with tempfile.TemporaryDirectory() as folder, _new_database() as address:
        os.environ |= {
            "DATABASE_URL": address,
            "DJANGO_SETTINGS_MODULE": "lucky11.settings",
            "LUCKY11_ENV_FILE": "",
            "SECRET_KEY": "of the tests",
            "ENCRYPTION_KEYS": ENCRYPTION_KEY,
            "REDIS_URL": os.environ.get("REDIS_URL", "redis://127.0.0.1:1/0"),
            "EMAIL_URL": "dummymail://",
            "BEACON_FOLDER": folder,
            "BACKUP_FOLDER": folder,
        }
        django.setup()
        _store()


def _store() -> None:
    from django.core.management import call_command

    from lucky11 import __version__
    from lucky11.operations.upgrades import releases

    call_command("migrate", verbosity=0)
    call_command("seed", force=True, verbosity=0)
    _liven()
    size = _dump(__version__)
    written = releases.write(__version__)
    print(f"{written.name} has the migrations of {__version__}; its dump has {size:,} bytes.")


@contextmanager
def _new_database() -> Iterator[str]:
    """Yield the address of an empty database; it is dropped afterwards."""
    address = os.environ.get("DATABASE_URL", "")
    name = sql.Identifier(NAME)
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(name)
    kind = sql.SQL("TEMPLATE template0 ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C'")
    with psycopg.connect(address, autocommit=True) as server:
        if server.info.server_version // 10_000 != OLDEST:
            sys.exit(f"PostgreSQL {OLDEST} cannot restore a newer one's dump: use a server of that version.")
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} {}").format(name, kind))
        try:
            yield urlsplit(address)._replace(path=f"/{NAME}").geturl()
        finally:
            server.execute(drop)


def _liven() -> None:
    """What the demo site lacks: a closed draw, a claim, a break, limits, an account that was deleted."""
    from accounts.models import User
    from accounts.play import breaks, suspension
    from accounts.players import create_player
    from accounts.privacy import account_deletion
    from draws.models import Winner
    from draws.prizes.claims import HandOverDetails, Publicity, claim_prize
    from ledger.safer_play.limits import set_limit
    from lucky11.development import demo

    staff = User.objects.get(email=demo.STAFF)
    for winner in Winner.objects.filter(hand_over=Winner.HandOver.TO_CLAIM).order_by("pk")[:1]:
        where = HandOverDetails("Bruno Reis", "Rua da Bica 11\nLisboa")
        claim_prize(winner.pk, winner.user_id, where, Publicity("hidden"))
    emil, goro = (User.objects.get(email=f"{name}@lucky11.example") for name in ("emil", "goro"))
    set_limit(emil.pk, "week", 100)
    breaks.take_break(emil, next(iter(breaks.LENGTHS)))
    suspension.suspend(goro.pk, "For the release's dump.", staff)
    leaves = create_player("ivo@lucky11.example", demo.PASSWORD, confirmed=True, accepted_rules=True)
    account_deletion.delete_account(leaves.pk)
    _freeze_a_beacon_draw()


def _freeze_a_beacon_draw() -> None:
    """A draw whose list is frozen, and whose round nobody has brought yet."""
    from django.utils import timezone

    from accounts.models import User
    from common.database.clock import database_now
    from draws.entries.take import take_tickets
    from draws.lifecycle.close import close_due_draws
    from draws.lifecycle.publish import publish_draw
    from draws.models import Draw

    closes = timezone.now().replace(microsecond=0) + timedelta(seconds=4)
    terms = {"title": "Decided by the beacon", "fairness_mode": "beacon", "entry_fee": 2}
    terms |= {"prize_coins": 50, "max_participants": 20, "max_per_player": 5}
    draw = Draw.objects.create(draw_time=closes, **terms)
    publish_draw(draw.pk, shortest=timedelta(0))
    for name in ("dana", "hana"):
        player = User.objects.get(email=f"{name}@lucky11.example")
        take_tickets(player.pk, draw.pk, 3, "release-request")
    while database_now() <= closes:
        time.sleep(0.2)
    close_due_draws()


def _dump(version: str) -> int:
    """Store the database as a backup that has the version's name; return the dump's size in bytes."""
    from django.conf import settings

    from lucky11.operations.backups import create, stores

    manifest = create.back_up(reason="release")
    dump = (Path(settings.BACKUP_FOLDER) / manifest.file).read_bytes()
    assert stores.names() == [manifest.name]
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{version}.dump").write_bytes(dump)
    named = replace(manifest, name=version, file=f"{version}.dump")
    given = json.loads(named.text()) | {"encryption_keys": ENCRYPTION_KEY}
    (FOLDER / f"{version}.json").write_text(json.dumps(given, indent=2, sort_keys=True) + "\n")
    return len(dump)


if __name__ == "__main__":
    main()
