"""Pictures in a bucket: the site serves them itself, so that the bucket stays private."""

from urllib.request import Request, urlopen

import boto3  # type: ignore[import-untyped]
import pytest
from moto.server import ThreadedMotoServer

from draws.pictures import uploads
from draws.pictures.files import read
from tests.support.photos import ALT, upload

pytestmark = pytest.mark.django_db
ACCESS = {"aws_access_key_id": "test", "aws_secret_access_key": "test", "region_name": "eu-central-1"}


@pytest.fixture
def bucket(settings):
    """A bucket of an S3 server on this machine, named in the settings as `.env.example` says."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    bucket = boto3.resource("s3", endpoint_url=endpoint, **ACCESS).create_bucket(
        Bucket="pictures", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    options = {
        "bucket_name": "pictures",
        "location": "prizes",
        "default_acl": "private",
        "endpoint_url": endpoint,
        "access_key": "test",
        "secret_key": "test",
        "region_name": "eu-central-1",
    }
    own = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
    settings.STORAGES = {**settings.STORAGES, "prize_pictures": own}
    yield bucket
    urlopen(Request(f"{endpoint}/moto-api/reset", method="POST")).close()
    server.stop()


def test_a_picture_in_a_bucket_is_served_by_the_site_and_swept_there(client, bucket, make_draft):
    draft = make_draft()
    files = read(upload())
    picture = uploads.set_picture(draft.pk, files, ALT, actor=None)
    names = {f"prizes/{picture.name}-{width}.webp" for width in (480, 960, 1440)}
    assert {entry.key for entry in bucket.objects.all()} == names
    served = client.get(f"/pictures/{picture.name}-480.webp")
    assert (served.status_code, served.content) == (200, files.by_width[480])
    assert served.headers["Content-Type"] == "image/webp"
    assert client.get(f"/pictures/{'0' * 32}-480.webp").status_code == 404
    assert uploads.sweep_files() == 0
    uploads.remove_picture(draft.pk)
    assert uploads.sweep_files() == 3
    assert list(bucket.objects.all()) == []
