"""What a first visit costs on a slow phone: bytes and requests, as a production site serves its files."""

import gzip
import os
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from contextlib import suppress

import pytest

from tests.browser.conftest import ROOT, free_port, running_process
from tests.browser.passkeys import DEVICE

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]

KB = 1024
# What compressed HTML, all of the page, and how many requests may come to.
BUDGETS = {
    "list": (12 * KB, 150 * KB, 16),
    "draw": (12 * KB, 140 * KB, 12),
    "sign in": (8 * KB, 80 * KB, 6),
    "join": (8 * KB, 80 * KB, 6),
    "account": (8 * KB, 80 * KB, 6),
}
CSS, SCRIPT, FONT = 14 * KB, 25 * KB, 48 * KB
# 1.6 Mbit/s, 150 ms, and a processor four times as slow.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 90_000}


PRODUCTION = {
    "DEBUG": "false",
    "ALLOWED_HOSTS": "127.0.0.1,localhost",
    "SITE_ORIGIN": "http://127.0.0.1",
    "SECURE_SSL_REDIRECT": "false",
    "SECURE_COOKIES": "false",
}


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The folder of static files, collected once: compressing takes long, and they are only read."""
    folder = tmp_path_factory.mktemp("collected") / "static"
    collect = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    environment = os.environ | PRODUCTION | {"STATIC_ROOT": str(folder)}
    subprocess.run(collect, cwd=ROOT, env=environment, check=True)
    return folder


@pytest.fixture
def production(server_environment, collected, tmp_path):
    """The web process alone, with its files collected, named by their contents and compressed."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = server_environment | PRODUCTION | {"SITE_ORIGIN": origin, "STATIC_ROOT": str(collected)}
    granian = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1"]
    command = [*granian, "--port", str(port), "--blocking-threads", "4", "lucky11.wsgi:application"]
    with running_process(command, environment, tmp_path / "web.log") as process:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            assert process.poll() is None, (tmp_path / "web.log").read_text()
            with suppress(OSError), urllib.request.urlopen(f"{origin}/healthz", timeout=5):
                break
            time.sleep(0.1)
        yield origin


def first_visit(window, path):
    """The bytes that came over the line by kind, how many requests, and the page's HTML, compressed.

    The icon of the tab is left out: a browser asks for it when it likes, in some visits and not in others.
    """
    line = window.page.context.new_cdp_session(window.page)
    kinds, sizes = {}, {}

    def received(said):
        if "/img/icon." not in said["response"]["url"]:
            kinds[said["requestId"]] = said["type"]

    line.on("Network.responseReceived", received)
    line.on(
        "Network.loadingFinished",
        lambda said: sizes.update({said["requestId"]: said["encodedDataLength"]}),
    )
    line.send("Network.enable")
    line.send("Network.setCacheDisabled", {"cacheDisabled": True})
    line.send("Network.emulateNetworkConditions", SLOW)
    line.send("Emulation.setCPUThrottlingRate", {"rate": 4})
    answer = window.page.goto(window.origin + path, wait_until="networkidle")
    html = gzip.compress(answer.body(), 6)
    spent = Counter({"html": len(html)})
    for request, kind in kinds.items():
        if kind != "Document":
            spent[kind] += sizes.get(request, 0)
    return spent, len(kinds)


def test_a_first_visit_keeps_to_the_budgets(production, visit, make_draw, alice):
    art = ["tram", "moka", "headphones", "bicycle", "vinyl", "telescope"]
    draws = [make_draw(illustration=name, max_participants=100) for name in art]
    paths = {
        "list": ("/", None),
        "draw": (f"/draws/{draws[0].pk}/", alice),
        "sign in": ("/accounts/login/", None),
        "join": ("/accounts/signup/", None),
        "account": ("/profile/", alice),
    }
    over = []
    for name, (path, player) in paths.items():
        window = visit(production, width=390, player=player)
        spent, requests = first_visit(window, path)
        html, total, most = BUDGETS[name]
        print(f"{name}: {dict(spent)}, {sum(spent.values())} bytes, {requests} requests")
        limits = {"html": html, "Stylesheet": CSS, "Script": SCRIPT, "Font": FONT}
        over += [f"{name}: {kind} {spent[kind]}" for kind, limit in limits.items() if spent[kind] > limit]
        if sum(spent.values()) > total or requests > most:
            over.append(f"{name}: {sum(spent.values())} bytes, {requests} requests")
        assert spent["Stylesheet"] > 0, "the page has no style"
        assert window.complaints == []
    assert over == []


def test_passkeys_work_with_the_one_script_that_is_collected(production, visit):
    window = visit(production.replace("127.0.0.1", "localhost"))
    session = window.page.context.new_cdp_session(window.page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page = window.go("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.get_by_text("this device has no passkey for this site").wait_for()
    assert page.locator("script[src*=passkey]").count() == page.locator("script[src][defer]").count() == 1
    assert window.complaints == []


def test_what_was_fetched_once_is_not_fetched_again(production, visit, make_draw):
    make_draw(illustration="tram")
    window = visit(production, width=390)
    fetched = """() => performance.getEntriesByType("resource")
        .filter(one => one.transferSize > 0 && one.name.includes("/static/")).map(one => one.name)"""
    assert len(window.go("/").evaluate(fetched)) >= 5
    assert window.go("/how-it-works/").evaluate(fetched) == []
