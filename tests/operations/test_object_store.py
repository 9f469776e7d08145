"""Backups in an S3-compatible store: moto's server, over HTTP."""

from __future__ import annotations

import base64
from collections.abc import Iterator

import boto3  # type: ignore[import-untyped]
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from moto.server import ThreadedMotoServer

from lucky11.operations.backups import stores
from tests.operations.backups import contents, databases

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BUCKET = "lucky11-backups"


@pytest.fixture
def bucket(settings) -> Iterator[object]:
    """An empty bucket that backups go to."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    access = {"access_key": "test", "secret_key": "test", "region_name": "us-east-1"}
    options = {"bucket_name": BUCKET, "endpoint_url": f"http://{host}:{port}", **access}
    backups = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"backups": backups}
    settings.BACKUP_KEYS = [base64.urlsafe_b64encode(bytes(range(32))).decode()]
    names = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "us-east-1"}
    store = boto3.resource("s3", endpoint_url=options["endpoint_url"], **names)
    try:
        store.create_bucket(Bucket=BUCKET)
        yield store.Bucket(BUCKET)
        # The servers of a process share what they keep.
        store.Bucket(BUCKET).objects.delete()
    finally:
        store.meta.client.close()
        server.stop()


def keys(bucket) -> set[str]:
    return {each.key for each in bucket.objects.all()}


@pytest.mark.nightly
def test_a_backup_goes_there_encrypted_comes_back_whole_and_old_ones_go(played, bucket, beside):
    before = contents()
    call_command("db_backup")
    (name,) = stores.names()
    assert keys(bucket) == {f"{name}.dump", f"{name}.json"}
    stored = bucket.Object(f"{name}.dump").get()["Body"].read()
    assert len(stored) == stores.manifest(name).size
    assert b"PGDMP" not in stored
    call_command("db_restore", name, into=beside)
    assert contents(beside) == before
    call_command("backup_drill")
    assert f"{name}.verified" in keys(bucket)
    call_command("db_backup", keep=1)
    call_command("db_backup", keep=1)
    newest = stores.names()[0]
    assert stores.names() == [newest, name]
    assert keys(bucket) == {f"{name}.{e}" for e in ("dump", "json", "verified")} | {
        f"{newest}.{e}" for e in ("dump", "json")
    }


def test_an_object_that_was_cut_off_is_not_restored(played, bucket, beside):
    call_command("db_backup")
    (name,) = stores.names()
    whole = bucket.Object(f"{name}.dump")
    whole.put(Body=whole.get()["Body"].read()[:-1])
    here = databases()
    with pytest.raises(CommandError, match="damaged or cut off"):
        call_command("db_restore", name, into=beside)
    assert databases() == here


def test_an_upload_without_its_manifest_is_no_backup_and_is_cleared(played, bucket):
    bucket.Object("lucky11-20200101-000000-000000.dump").put(Body=b"half")
    assert stores.names() == []
    call_command("db_backup")
    assert keys(bucket) == {f"{stores.names()[0]}.{e}" for e in ("dump", "json")}
