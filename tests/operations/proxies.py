"""The shipped proxies at work: each file word for word but for its ports, its certificate and its folders."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from lucky11.embedded.paths import ROOT
from tests.operations.processes import eventually
from tests.support.mail_server import free_port

NAME = "lucky11.example"
# Debian's package of each program that these tests may find absent; docs/testing.md lists them.
PACKAGES = {
    "nginx": "nginx-light",
    "caddy": "caddy",
    "systemd-analyze": "systemd",
    "logrotate": "logrotate",
}


@dataclass(frozen=True)
class Proxy:
    """A proxy's ports for http:// and https://."""

    plain: int
    tls: int

    def client(self, address: str = "127.0.0.1") -> httpx.Client:
        """A browser at one of this machine's addresses, which reaches the proxy by its name."""
        transport = NamedServer(verify=False, local_address=address)
        return httpx.Client(base_url=f"https://127.0.0.1:{self.tls}", transport=transport, timeout=30)


class NamedServer(httpx.HTTPTransport):
    """Asks for the site by its name, which no server of names knows here."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.headers.setdefault("Host", NAME)
        if request.headers["Host"].startswith("127.0.0.1"):
            request.headers["Host"] = NAME
        request.extensions["sni_hostname"] = NAME
        return super().handle_request(request)


def program(name: str) -> str:
    """The path of a program of the machine; without it the test is skipped with a sentence."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if found is None:
        pytest.skip(f"needs Debian's package {PACKAGES[name]}")
    return found


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def replaced(file: str, changes: dict[str, str]) -> str:
    """A shipped file's text with changes, each of which it must have."""
    text = (ROOT / "docs/deployment" / file).read_text()
    for shipped, here in changes.items():
        assert shipped in text
        text = text.replace(shipped, here)
    return text


def nginx_file(folder: Path, site: int, proxy: Proxy) -> Path:
    """nginx.conf within a configuration of its own."""
    names = ("privkey.pem", "fullchain.pem")
    certificate = ["-keyout", str(folder / names[0]), "-out", str(folder / names[1])]
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}"]
    subprocess.run([*make, *certificate], check=True, capture_output=True)
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{site}",
        "listen 80;": f"listen 127.0.0.1:{proxy.plain};",
        "listen [::]:80;": "",
        "listen 443 ssl": f"listen 127.0.0.1:{proxy.tls} ssl",
        "listen [::]:443 ssl http2;": "",
        "/etc/letsencrypt/live/lucky11.example": str(folder),
        "/var/lib/nginx/lucky11": str(folder / "cache"),
    }
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    own = "".join(f"{name}_temp_path {folder}/{name};\n" for name in kinds)
    file = folder / "nginx.conf"
    file.write_text(
        f"pid {folder}/pid;\nerror_log {folder}/error;\nevents {{}}\n"
        f"http {{\naccess_log off;\n{own}{replaced('nginx.conf', changes)}}}\n"
    )
    return file


def caddy_file(folder: Path, site: int, proxy: Proxy) -> Path:
    """The Caddyfile with certificates of Caddy's own, since no authority can reach this machine."""
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{site}",
        "lucky11.example {\n": "lucky11.example {\n\ttls internal\n",
    }
    ports = f"\thttp_port {proxy.plain}\n\thttps_port {proxy.tls}\n\tdefault_bind 127.0.0.1\n"
    own = f"{{\n\tadmin off\n\tskip_install_trust\n\tstorage file_system {folder}/caddy\n{ports}}}\n"
    file = folder / "Caddyfile"
    file.write_text(own + replaced("Caddyfile", changes))
    return file


@contextmanager
def running(name: str, folder: Path, site: int) -> Iterator[Proxy]:
    """The proxy before a site that listens at this port."""
    path, proxy = program(name), Proxy(free_port(), free_port())
    if name == "nginx":
        file = nginx_file(folder, site, proxy)
        command = [path, "-c", str(file), "-e", str(folder / "error"), "-g", "daemon off;"]
    else:
        file = caddy_file(folder, site, proxy)
        command = [path, "run", "--adapter", "caddyfile", "--config", str(file)]
    environment = os.environ | {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    with open(folder / f"{name}.log", "ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        assert eventually(lambda: _answers(proxy.tls)), (folder / f"{name}.log").read_text()
        yield proxy
    finally:
        process.terminate()
        process.wait(20)
