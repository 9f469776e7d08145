"""What no page may see is refused before it costs anything: large bodies, files, NULs."""

import http.client
import sys
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from common.web.uploads import UPLOADS
from draws.pictures.files import MOST_BYTES
from tests.browser.conftest import free_port, running_process
from tests.conftest import PASSWORD
from tests.operations.processes import eventually
from tests.support.pages import just_proved, signed_in

pytestmark = pytest.mark.django_db

MEGABYTES = 30
BORDER = "border"
HEAD = f'--{BORDER}\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n\r\n'.encode()
TAIL = f"\r\n--{BORDER}--\r\n".encode()
MULTIPART = f"multipart/form-data; boundary={BORDER}"
FORMS = [
    "/accounts/login/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/profile/",
    "/coins/daily/",
    "/",
]


@pytest.fixture
def no_room(settings, tmp_path):
    """Where nothing can be written: whoever begins to keep a file breaks."""
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "nowhere")
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = 0


def photo(size: int) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.png", b"x" * size, content_type="image/png")


@pytest.mark.parametrize("size", [10, 100_000, MEGABYTES << 20], ids=["small", "larger", "30 MB"])
@pytest.mark.parametrize("path", FORMS)
def test_a_file_where_none_is_expected_is_refused_and_not_kept(client, no_room, path, size):
    answer = client.post(path, {"login": "x", "photo": photo(size)})
    assert answer.status_code == 413
    assert "This page takes no file, or none this large." in answer.content.decode()


def test_a_visitor_sends_no_file_to_the_pages_where_staff_do(client, no_room, alice):
    assert client.post("/admin/draws/draw/add/", {"photo": photo(100)}).status_code == 413
    client.force_login(alice)
    assert client.post("/admin/draws/draw/add/", {"photo": photo(100)}).status_code == 413


def test_staff_send_photos_up_to_the_limit_and_none_larger(make_player):
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    answer = boss.post("/admin/draws/draw/add/", {"title": "A tram", "photo": photo(MOST_BYTES + 1)})
    assert answer.status_code == 200
    assert "This file is larger than 15 MB" in answer.content.decode()
    most = UPLOADS["admin:draws_draw_add"]
    assert boss.post("/admin/draws/draw/add/", {"photo": photo(most + 1)}).status_code == 413


def test_a_form_without_files_is_limited_too(client):
    assert client.post("/accounts/login/", {"login": "x" * 600_000}).status_code == 413
    assert client.post("/accounts/login/", {"login": "x" * 100_000}).status_code == 200
    assert client.post("/csp-report/", b"x" * 600_000, content_type="application/json").status_code == 413


@pytest.mark.parametrize("length", ["-1", "soon", "1e9", "٣", "9" * 30])
def test_a_length_that_is_none_is_refused(client, length):
    assert client.post("/csp-report/", b"{}", "application/json", CONTENT_LENGTH=length).status_code == 400


@pytest.mark.parametrize(
    "path", ["/%00", "/draws/%00/", "/?q=%00", "/?%00=1", "/static/%00", "/dev/mail/%00"]
)
def test_a_nul_in_an_address_is_refused(client, path):
    answer = client.get(path)
    assert answer.status_code == 400
    assert "We could not read that" in answer.content.decode()


@pytest.mark.parametrize("number", [2**63, 10**30])
def test_a_number_that_no_row_can_have_is_no_page(alice, number):
    client = just_proved(alice)
    fields = {"tickets": "1", "request_id": "a" * 32}
    assert client.post(f"/draws/{number}/enter/", fields).status_code == 404
    for path in ("draws/{}/", "draws/{}/proof.json", "winners/{}/claim/", "profile/data/{}/", "dev/mail/{}/"):
        assert client.get(f"/{path.format(number)}").status_code == 404


@pytest.mark.parametrize("fields", [{"login": "a\0b"}, {"a\0b": "x"}, {"login": ["x", "\0"]}])
@pytest.mark.parametrize("path", ["/accounts/login/", "/no/such/page/", "/coins/daily/"])
def test_a_nul_in_a_form_is_refused(client, fields, path):
    assert client.post(path, fields).status_code in (400, 404)


@pytest.mark.parametrize("name", ["sessionid", "csrftoken", "django_language", "messages"])
def test_a_nul_in_a_cookie_is_not_seen(client, name):
    client.cookies[name] = "x"
    assert client.get("/profile/", HTTP_COOKIE=f'{name}="a\\000b"').status_code == 302


def test_a_report_sent_as_a_form_with_files_is_no_report(client):
    assert client.post("/csp-report/", HEAD + b"x" + TAIL, content_type=MULTIPART).status_code in (400, 413)
    assert client.post("/csp-report/", {"a": "b"}).status_code == 400


def test_a_refusal_needs_no_database(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert Client().post("/accounts/login/", {"photo": photo(10)}).status_code == 413
        assert Client().get("/?q=%00").status_code == 400


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("chunked", [False, True], ids=["with its length", "in chunks"])
def test_nothing_reaches_the_temporary_folder_of_a_running_site(server_environment, tmp_path, chunked):
    kept = tmp_path / "kept"
    kept.mkdir()
    with (
        web_process(server_environment | {"TMPDIR": str(kept)}, tmp_path / "log") as port,
        watching(kept) as found,
    ):
        status = send_a_file(port, chunked)
        assert found == set()
        # Without a length it is no form for the site. Nobody has to hear the rest before it answers.
        assert status in ((403, 0) if chunked else (413, 0))
        assert asked(port) == 200


@contextmanager
def web_process(environment: dict[str, str], log: Path) -> Iterator[int]:
    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "1"]
    with running_process([*command, "lucky11.wsgi:application"], environment, log):
        assert eventually(lambda: asked(port) == 200, 60), log.read_text()
        yield port


def asked(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def send_a_file(port: int, chunked: bool) -> int:
    """Post 30 MB to the page to sign in; the status of the answer, 0 if the server would hear no more."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    megabyte = b"x" * (1 << 20)
    body = iter([HEAD, *[megabyte] * MEGABYTES, TAIL])
    head = {"Content-Type": MULTIPART}
    if not chunked:
        head["Content-Length"] = str(len(HEAD) + len(TAIL) + MEGABYTES * len(megabyte))
    try:
        connection.request("POST", "/accounts/login/", body=body, headers=head, encode_chunked=chunked)
        return connection.getresponse().status
    except ConnectionError:
        return 0
    finally:
        connection.close()


@contextmanager
def watching(folder: Path) -> Iterator[set[str]]:
    """The names of whatever is in the folder at any time."""
    found: set[str] = set()
    over = threading.Event()

    def watch() -> None:
        while not over.is_set():
            found.update(path.name for path in folder.iterdir())

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield found
    finally:
        over.set()
        watcher.join()


HEADERS = ["User-Agent", "Accept-Language", "Referer", "X-Request-ID", "If-None-Match", "If-Modified-Since"]
ODD = ["x" * 10_000, "\x80\xff", "1e400", ',;="', "fe80::1%eth0", "[::1", "1.2.3.4, 5"]


@pytest.mark.parametrize("header", [*HEADERS, "Range", "Accept", "X-Forwarded-For", "X-Forwarded-Proto"])
def test_no_header_breaks_a_page_or_signing_in(alice, draw, settings, header):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for value in ODD:
        browser = Client(raise_request_exception=False, headers={header: value})
        fields = {"login": alice.email, "password": PASSWORD}
        assert browser.post("/accounts/login/", fields).status_code in (302, 403), value
        browser.force_login(alice)
        entry = {"tickets": "1", "request_id": uuid.uuid4().hex}
        statuses = [
            *(browser.get(path).status_code for path in ("/", "/profile/", f"/draws/{draw.pk}/proof.json")),
            browser.post(f"/draws/{draw.pk}/enter/", entry).status_code,
        ]
        assert [status for status in statuses if status >= 500] == [], value


def test_a_nul_in_an_address_of_the_admin_is_refused(make_player):
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    boss.raise_request_exception = False
    answers = {}
    for model in admin.site._registry:
        name = f"{model._meta.app_label}/{model._meta.model_name}"
        for path in (f"{name}/%00/change/", f"{name}/%00/history/", f"{name}/?q=%00", f"{name}/?pk=%00"):
            answers[path] = boss.get(f"/admin/{path}").status_code
    assert {path: status for path, status in answers.items() if status != 400} == {}


@pytest.mark.parametrize(("field", "status"), [("", 200), ("nonsense", 400)])
def test_a_field_without_a_name_breaks_no_page_of_the_admin(make_player, draw, field, status):
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    boss.raise_request_exception = False
    group = Group.objects.earliest("pk").pk
    for page in (f"draws/draw/{draw.pk}/change", f"auth/group/{group}/change", f"auth/group/{group}/delete"):
        assert boss.get(f"/admin/{page}/?_to_field={field}").status_code == status, page
    sent = boss.post(f"/admin/auth/group/{group}/change/", {"_to_field": field, "name": ""})
    assert sent.status_code == status


@pytest.mark.parametrize("letters", [254, 255, 320, 100_000])
def test_an_email_address_of_any_length_is_answered_in_words(client, alice, settings, letters):
    settings.ACCOUNT_RATE_LIMITS = False
    address = "a" * (letters - 16) + "@lucky11.example"
    joining = {"email": address, "password1": PASSWORD, "accepts_rules": "on"}
    client.raise_request_exception = False
    assert client.post("/accounts/signup/", joining).status_code in (200, 302)
    assert client.post("/accounts/login/", {"login": address, "password": PASSWORD}).status_code in (200, 302)
    assert client.post("/accounts/password/reset/", {"email": address}).status_code in (200, 302)
    client.force_login(alice)
    adding = {"email": address, "action_add": ""}
    assert client.post("/accounts/email/", adding).status_code in (200, 302)
