"""The shipped nginx.conf in front of a server that says which headers reach it."""

import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from lucky11.embedded.paths import ROOT
from tests.operations.processes import eventually

NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(NGINX is None, reason="needs Debian's package nginx-light"),
]


class Echo(BaseHTTPRequestHandler):
    """Answers every request with the headers that came."""

    def do_GET(self) -> None:
        body = json.dumps({name.lower(): value for name, value in self.headers.items()}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether something listens at the port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def configuration(folder: Path, site: int, plain: int, tls: int) -> Path:
    """The shipped file, word for word but for its ports and its certificate."""
    text = (ROOT / "docs/deployment/nginx.conf").read_text()
    for shipped, here in (
        ("127.0.0.1:8000", f"127.0.0.1:{site}"),
        ("listen 80;", f"listen 127.0.0.1:{plain};"),
        ("listen [::]:80;", ""),
        ("listen 443 ssl", f"listen 127.0.0.1:{tls} ssl"),
        ("listen [::]:443 ssl http2;", ""),
        ("/etc/letsencrypt/live/lucky11.example", str(folder)),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    own = "".join(
        f"{name}_temp_path {folder}/{name};\n"
        for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    file = folder / "nginx.conf"
    file.write_text(
        f"pid {folder}/pid;\nerror_log {folder}/error;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{own}{text}}}\n"
    )
    return file


@pytest.fixture
def proxy(place: Path) -> Iterator[tuple[int, int]]:
    """nginx before the server: its ports for http:// and for https://."""
    certificate = ["-keyout", str(place / "privkey.pem"), "-out", str(place / "fullchain.pem")]
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=x", *certificate],
        check=True,
        capture_output=True,
    )
    server = HTTPServer(("127.0.0.1", 0), Echo)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    plain, tls = free_port(), free_port()
    file = configuration(place, server.server_address[1], plain, tls)
    assert NGINX is not None
    command = [NGINX, "-c", str(file), "-e", str(place / "error")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen([*command, "-g", "daemon off;"])
    try:
        assert eventually(lambda: answers(tls))
        yield plain, tls
    finally:
        process.terminate()
        process.wait(20)
        server.shutdown()
        server.server_close()


def get(port: int, path: str, **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
    sent = {"Host": "lucky11.example", **{name.replace("0", "-"): value for name, value in headers.items()}}
    connection.request("GET", path, headers=sent)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer, body


def test_what_a_client_says_about_itself_does_not_reach_the_site(proxy: tuple[int, int]) -> None:
    lies = {f"X0Forwarded0{name}": "6.6.6.6" for name in ("For", "Host", "Proto", "Port")}
    answer, body = get(proxy[1], "/", X_Forwarded_For="6.6.6.6", Forwarded="for=6.6.6.6", **lies)
    assert answer.status == 200
    came = json.loads(body)
    assert came["x-forwarded-for"] == "127.0.0.1"
    assert came["x-forwarded-proto"] == "https"
    assert came["host"] == "lucky11.example"
    assert b"6.6.6.6" not in body
    assert not [name for name in came if "_" in name]


def test_the_pages_for_operators_stay_inside_and_plain_http_becomes_https(proxy: tuple[int, int]) -> None:
    assert [get(proxy[1], path)[0].status for path in ("/metrics", "/readyz", "/healthz")] == [404, 404, 200]
    connection = http.client.HTTPConnection("127.0.0.1", proxy[0], timeout=10)
    connection.request("GET", "/draws/?page=2", headers={"Host": "lucky11.example"})
    answer = connection.getresponse()
    moved = answer.status, answer.getheader("Location")
    connection.close()
    assert moved == (301, "https://lucky11.example/draws/?page=2")
