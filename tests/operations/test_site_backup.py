"""A backup of the whole site brings back players, coins, pictures and seals on a machine that had none."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.core.management.base import CommandError
from PIL import Image

from draws.models import PrizePicture
from draws.pictures import files, uploads
from ledger.seals import seal_ledger, stored_seals
from lucky11 import tasks
from lucky11.models import OperationRun
from lucky11.operations import OperationError
from lucky11.operations.backups import drill, stores
from lucky11.operations.backups import site as backups
from tests.conftest import new_draft
from tests.operations.backups import connect, contents, databases
from tests.operations.test_object_store import bucket

__all__ = ["bucket"]
pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
KEY = base64.urlsafe_b64encode(bytes(range(32))).decode()


def use_folders(settings, monkeypatch, place: Path) -> None:
    """Pictures and seals are in folders of `place` from now on, for us and for commands that we start."""
    backend = "django.core.files.storage.FileSystemStorage"
    for kind in ("prize_pictures", "ledger_seals"):
        options = {"location": str(place / kind)}
        settings.STORAGES = settings.STORAGES | {kind: {"BACKEND": backend, "OPTIONS": options}}
        monkeypatch.setenv(f"{kind.upper()}_OPTIONS", json.dumps(options))


def photo_of(name: str) -> bytes:
    """The picture's file, as the site reads it."""
    with uploads.storage().open(name) as file:
        return bytes(file.read())


@pytest.fixture
def site(played, settings, monkeypatch, tmp_path) -> str:
    """A site with a picture and a seal; returns the name of the picture's widest file."""
    use_folders(settings, monkeypatch, tmp_path / "first")
    photo = BytesIO()
    Image.effect_noise((640, 480), 90).save(photo, "PNG")
    draft = new_draft(title="With a photo")
    made = files.read(SimpleUploadedFile("photo.png", photo.getvalue()))
    uploads.set_picture(draft.pk, made, "Noise.", actor=None)
    seal_ledger(now=True)
    return next(iter(made.named()))[0]


@pytest.fixture
def empty_machine(site, settings, monkeypatch, tmp_path):
    """From when it is called, none of the files is here."""
    return lambda: use_folders(settings, monkeypatch, tmp_path / "second")


def test_everything_comes_back_where_nothing_was(site, store, empty_machine, beside, capsys):
    before, picture = contents(), photo_of(site)
    call_command("site_backup")
    (name,) = stores.names()
    assert sorted(path.suffix for path in store.iterdir()) == [".dump", ".files", ".json", ".site"]
    empty_machine()
    assert stored_seals() == []
    call_command("site_restore", name, into=beside)
    assert contents(beside) == before
    assert photo_of(site) == picture
    assert len(stored_seals()) == 1
    assert "STILL MISSING" not in capsys.readouterr().out
    call_command("site_backup", keep=1)
    assert len(list(store.iterdir())) == 4


@pytest.mark.nightly
def test_it_goes_to_an_object_store_encrypted_and_comes_back(site, bucket, empty_machine, beside):
    picture = photo_of(site)
    call_command("site_backup")
    (name,) = stores.names()
    stored = bucket.Object(f"{name}.files").get()["Body"].read()
    assert picture not in stored
    assert b"ledger-seal" not in stored
    empty_machine()
    call_command("site_restore", name, into=beside)
    assert photo_of(site) == picture


def test_a_damaged_part_is_refused_before_anything_is_made(site, store, empty_machine, beside):
    call_command("site_backup")
    (name,) = stores.names()
    archive = store / f"{name}.files"
    archive.write_bytes(archive.read_bytes()[:-1])
    empty_machine()
    here = databases()
    with pytest.raises(CommandError, match="damaged or cut off"):
        call_command("site_restore", name, into=beside)
    assert databases() == here
    assert stored_seals() == []


def test_the_day_s_backup_holds_all_of_it_and_the_drill_reads_all_of_it(site, store):
    tasks.back_up()
    (name,) = stores.names()
    held = backups.describe(name)["files"]["of"]
    assert f"prize_pictures/{site}" in held
    assert "ledger_seals/ledger-seal-000001.json" in held
    said: list[str] = []
    drill.drill(said.append)
    assert "Its pictures and seals are whole." in said
    archive = store / f"{name}.files"
    archive.write_bytes(archive.read_bytes()[:-1])
    with pytest.raises(OperationError, match="damaged or cut off"):
        drill.drill(said.append)
    assert OperationRun.objects.filter(kind="db_backup", summary=name, ok=True).exists()


def test_nothing_that_is_here_is_overwritten(site, store, empty_machine, beside, tmp_path):
    call_command("site_backup")
    (name,) = stores.names()
    empty_machine()
    seal = tmp_path / "second/ledger_seals/ledger-seal-000001.json"
    seal.parent.mkdir(parents=True)
    seal.write_text("{}")
    here = databases()
    with pytest.raises(CommandError, match="here already and differ"):
        call_command("site_restore", name, into=beside)
    assert databases() == here
    assert seal.read_text() == "{}"
    assert not (tmp_path / "second/prize_pictures").exists()


def test_a_missing_key_is_named_and_without_the_backups_key_nothing_is_restored(
    site, store, empty_machine, beside, settings, capsys
):
    settings.BACKUP_KEYS = [KEY]
    call_command("site_backup")
    (name,) = stores.names()
    empty_machine()
    settings.BACKUP_KEYS = []
    with pytest.raises(CommandError, match="None of BACKUP_KEYS decrypts this backup"):
        call_command("site_restore", name, into=beside)
    settings.BACKUP_KEYS = [KEY]
    settings.ENCRYPTION_KEYS = [base64.urlsafe_b64encode(bytes(32)).decode()]
    here = databases()
    with pytest.raises(CommandError, match="Nobody can read the claims of prizes and the second factors"):
        call_command("site_restore", name, into=beside)
    assert databases() == here
    assert stored_seals() == []
    capsys.readouterr()
    call_command("site_restore", name, into=beside, without_keys=True)
    lines = capsys.readouterr().out.splitlines()
    told = [line.startswith("STILL MISSING on this machine: ENCRYPTION_KEYS: the key") for line in lines]
    assert (told[0], told[-1], sum(told)) == (True, True, 2)


def test_while_the_site_is_backed_up_no_picture_is_swept(site, store, monkeypatch):
    PrizePicture.objects.all().delete()
    swept = []
    packed = backups.site_files.packed

    def watched(*arguments):
        with connect() as other:
            ((free,),) = other.execute("SELECT pg_try_advisory_lock(111132)").fetchall()
        swept.append(free)
        return packed(*arguments)

    monkeypatch.setattr(backups.site_files, "packed", watched)
    call_command("site_backup")
    assert swept == [False]
    assert uploads.sweep_files() == 2
