"""A whole site is backed up and comes back on other servers, as the documented roles do it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.operations.documented import seed
from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.production import Production, production

__all__ = ["documented", "documented_servers"]
pytestmark = pytest.mark.slow

# A picture, a seal of the ledger, and a player's session; prints what a browser asks for.
REST = """
from io import BytesIO
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image
from accounts.models import User
from draws.models import Draw
from draws.pictures import files, uploads
from ledger.seals import seal_ledger
photo = BytesIO()
Image.effect_noise((640, 480), 90).save(photo, "PNG")
made = files.read(SimpleUploadedFile("photo.png", photo.getvalue()))
draft = Draw.objects.create(
    title="A draft", entry_fee=5, prize_coins=100, max_participants=10, max_per_player=5,
    draw_time=Draw.objects.latest("pk").draw_time.replace(year=2099),
)
uploads.set_picture(draft.pk, made, "Noise.", actor=None)
seal_ledger(now=True)
browser = Client()
browser.force_login(User.objects.get(email="ana@lucky11.example"))
((name, morsel),) = browser.cookies.items()
print(f"{name}={morsel.value}", *(f"/pictures/{name}" for name, _ in made.named()))
"""
SHARED = ("SECRET_KEY", "ENCRYPTION_KEYS", "BACKUP_KEYS")
COINS = "SELECT id, email, coins FROM users ORDER BY id"
LEDGER = "SELECT id, user_id, amount, balance_after FROM transactions ORDER BY id"


@dataclass
class Played:
    """A site that has everything a backup must hold, a backup of it, and what browsers were sent."""

    site: Production
    backup: str
    cookie: str
    paths: list[str]

    def sent(self, by: Production) -> dict[str, bytes]:
        """What a production sends for each of the addresses."""
        found = {}
        for path in self.paths:
            answer = by.get(path)
            assert answer.status_code == 200, path
            found[path] = answer.content
        return found

    def coins_page(self, by: Production) -> str:
        """The page of ana's coins, by the session that she has had all the time."""
        with by.client() as browser:
            answer = browser.get("/coins/", headers={"Cookie": self.cookie})
        assert answer.status_code == 200, answer.headers
        return answer.text


@pytest.fixture(scope="module")
def played(documented: Production) -> Played:
    documented.shell("site", seed.players())
    number = documented.shell("site", seed.draw("Lisbon for two")).strip()
    cookie, *pictures = documented.shell("site", REST).split()
    backup = documented.manage("site", "site_backup").stdout.partition(":")[0]
    paths = [*pictures, f"/draws/{number}/proof.json", "/log.json"]
    return Played(documented, backup, cookie, paths)


@pytest.fixture
def elsewhere(played: Played) -> Iterator[Production]:
    """Another production, deployed and empty, that has the first one's keys and a copy of its backups."""
    with production() as other:
        other.settings |= {name: played.site.settings[name] for name in SHARED}
        other.write_files()
        other.deploy()
        mine, theirs = (Path(each.settings["BACKUP_FOLDER"]) for each in (other, played.site))
        for path in theirs.glob(f"{played.backup}.*"):
            shutil.copy(path, mine)
        yield other


def test_the_sites_role_backs_up_all_of_it_and_is_told_early_that_it_cannot_swap(played: Played):
    folder = Path(played.site.settings["BACKUP_FOLDER"])
    assert {path.suffix for path in folder.glob(f"{played.backup}.*")} == {
        ".dump",
        ".files",
        ".json",
        ".site",
    }
    before = played.site.postgres.databases()
    restore = ("site_restore", played.backup, "--into", "whole", "--swap")
    other_key = Fernet.generate_key().decode()
    for role, more, said in (
        ("site", {}, "Only lucky11_owner, which owns lucky11 and may rename it, can swap"),
        ("report", {}, "site_restore is for lucky11_backup or lucky11_app or lucky11_owner"),
        ("owner", {"ENCRYPTION_KEYS": other_key}, "ENCRYPTION_KEYS lacks a key of this site, so nothing was"),
    ):
        done = played.site.manage(role, *restore, check=False, **more)
        assert done.returncode == 1
        assert said in done.stderr
        assert played.site.postgres.databases() == before
    refused = played.site.manage("report", "site_backup", check=False)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "site_backup is for lucky11_backup" in refused.stderr


@pytest.mark.nightly
def test_on_other_servers_players_find_the_site_as_it_was(played: Played, elsewhere: Production):
    first = played.site
    first.start()
    first.wait_until_ready()
    before = played.sent(first)
    ((coins,),) = first.postgres.ask("SELECT coins FROM users WHERE email = 'ana@lucky11.example'")
    assert str(coins) in played.coins_page(first)
    first.stop()

    restore = ("site_restore", played.backup, "--into", "whole", "--swap")
    said = elsewhere.manage("owner", *restore).stdout
    assert f"lucky11 now has the contents of {played.backup}" in said
    assert "STILL MISSING" not in said
    elsewhere.start()
    elsewhere.wait_until_ready()
    assert played.sent(elsewhere) == before
    assert str(coins) in played.coins_page(elsewhere)
    for words in (COINS, LEDGER):
        assert elsewhere.postgres.ask(words) == first.postgres.ask(words)

    assert "no others" in elsewhere.manage("owner", "db_roles", "--check").stdout
    assert elsewhere.manage("owner", "db_drift").stdout.startswith("No drift: ")
    assert elsewhere.manage("site", "check_integrity").stdout.startswith("Clean: ")
    assert elsewhere.manage("site", "check_integrity", "--seals").stdout.startswith("Clean: ")


@pytest.mark.nightly
def test_a_restore_that_stopped_at_the_files_goes_on_when_it_is_run_again(played, elsewhere: Production):
    lib = elsewhere.folder("/var/lib/lucky11")
    options = f'{{"location": "{lib}/pictures"}}'
    restore = ("site_restore", played.backup, "--into", "whole", "--swap")
    (lib / "pictures").write_text("not a folder")
    done = elsewhere.manage("owner", *restore, check=False, PRIZE_PICTURES_OPTIONS=options)
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    (lib / "pictures").unlink()
    said = elsewhere.manage("owner", *restore, PRIZE_PICTURES_OPTIONS=options).stdout
    assert f"lucky11 now has the contents of {played.backup}" in said
