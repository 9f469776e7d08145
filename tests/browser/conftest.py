"""A real Chromium, and the site it looks at: Django's test server, or the whole site in its own processes."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, connections
from django.test import Client, override_settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.models import User
from draws.models import Draw
from tests.support.pages import finish, take

# Playwright keeps an event loop in this thread, and Django takes that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ROOT = Path(__file__).parents[2]
QUIET = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
READY_SECONDS = 60


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    # Playwright runs the tests in a context with connections of its own: this one would stay open.
    connections.close_all()
    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if not program:
        pytest.skip("no Chromium on this machine")
    return {**browser_type_launch_args, "executable_path": program, "args": QUIET}


@pytest.fixture(scope="session")
def browser(browser: Browser) -> Iterator[Browser]:
    yield browser
    # Those of Playwright's context, which nobody can reach once it has ended.
    connections.close_all()


@dataclass
class Visit:
    """One browser window, and what its console complained about."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def hear(self, complaint: str) -> None:
        # A fade between two pages that the browser gave up is not our error, nor is a status we meant.
        if not complaint.startswith(("Transition was", "Failed to load resource: the server responded")):
            self.complaints.append(complaint)

    def go(self, path: str) -> Page:
        self.page.goto(self.origin + path)
        return self.page


@pytest.fixture
def visit(browser: Browser) -> Iterator[Callable[..., Visit]]:
    """Opens windows: `width`, `dark`, `script`, `worker`, and a player who is signed in already."""
    contexts = []

    def open_window(
        origin: str,
        width: int = 1280,
        dark: bool = False,
        script: bool = True,
        player: Any = None,
        worker: bool = False,
    ) -> Visit:
        phone = width < 600
        context = browser.new_context(
            viewport={"width": width, "height": 844 if phone else 800},
            is_mobile=phone,
            has_touch=phone,
            color_scheme="dark" if dark else "light",
            java_script_enabled=script,
            # What a service worker asks for passes by what tests hold back or count.
            service_workers="allow" if worker else "block",
        )
        contexts.append(context)
        if player is not None:
            client = Client()
            client.force_login(player)
            cookie = client.cookies[settings.SESSION_COOKIE_NAME]
            context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": origin}])
        window = Visit(context.new_page(), origin)
        window.page.set_default_timeout(15_000)
        window.page.on("console", lambda said: window.hear(said.text) if said.type == "error" else None)
        window.page.on("pageerror", lambda error: window.hear(str(error)))
        return window

    yield open_window
    for context in contexts:
        context.close()


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[Any]:
    """One world for all places: looking changes nothing that another look would notice."""
    from tests.browser.world import inhabited

    with (
        django_db_blocker.unblock(),
        override_settings(ROOT_URLCONF="tests.browser.broken_urls", ACCOUNT_REAUTHENTICATION_TIMEOUT=86_400),
        inhabited() as world,
    ):
        yield world


@pytest.fixture(scope="module")
def window(browser: Browser, world: Any) -> Iterator[Callable[..., Page]]:
    """One window a person, kept from page to page; a new one each time for somebody."""
    from tests.browser.every_page import SOMEBODY

    contexts: dict[tuple[str, bool], BrowserContext] = {}

    def of(who: str, script: bool = True) -> Page:
        if who == SOMEBODY and (who, script) in contexts:
            contexts.pop((who, script)).close()
        if (who, script) not in contexts:
            # Without the fade from page to page, so that every look is at the page alone.
            context = browser.new_context(
                java_script_enabled=script, reduced_motion="reduce", service_workers="block"
            )
            if who in world.players:
                name, value = settings.SESSION_COOKIE_NAME, world.cookies[who]
                context.add_cookies([{"name": name, "value": value, "url": world.origin}])
            context.set_default_timeout(15_000)
            contexts[who, script] = context
            context.new_page()
        return contexts[who, script].pages[0]

    yield of
    for context in contexts.values():
        context.close()


@pytest.fixture
def ended(make_draw: Callable[..., Draw], alice: User) -> Draw:
    """A finished draw with two tickets of Alice's."""
    draw = make_draw(title="Lisbon for two, one long weekend")
    take(alice, draw, 2)
    finish(draw)
    return draw


@pytest.fixture
def site_environment(server_environment: dict[str, str]) -> dict[str, str]:
    """What the running site finds in its environment; a test file may say more."""
    return server_environment


@dataclass
class Site:
    """The running site."""

    origin: str


@pytest.fixture
def running_site(site_environment: dict[str, str], tmp_path: Path) -> Iterator[Site]:
    """granian, a Celery worker and beat on the test's database, as the Procfile starts them."""
    port = free_port()
    origin = f"http://127.0.0.1:{port}"
    environment = site_environment | {"SITE_ORIGIN": origin, "CSRF_TRUSTED_ORIGINS": origin}
    environment["MIN_OPEN_MINUTES"] = "1"
    # The queue's address is spelt in three ways; the settings know them when they hear where it comes from.
    environment["REDIS_URL"] = os.environ.get("REDIS_URL", environment["REDIS_URL"])
    binaries = Path(sys.executable).parent
    commands = {
        "web": f"{binaries}/granian --interface wsgi --host 127.0.0.1 --port {port} --workers 1 "
        "--blocking-threads 4 lucky11.wsgi:application",
        "worker": f"{binaries}/celery -A lucky11 worker --pool threads --concurrency 2",
        "beat": f"{binaries}/celery -A lucky11 beat --schedule {tmp_path}/beat --pidfile=",
    }
    with contextlib.ExitStack() as stack:
        processes = {
            name: stack.enter_context(running_process(command.split(), environment, tmp_path / f"{name}.log"))
            for name, command in commands.items()
        }
        _wait_until_ready(origin, processes, tmp_path)
        yield Site(origin)


def publish_a_draw(page: Page, site: Site, seconds: int, **terms: str) -> None:
    """Staff write a draft in the admin and publish it; it closes so many seconds from now."""
    page.goto(f"{site.origin}/admin/draws/draw/add/")
    with connection.cursor() as cursor:
        cursor.execute("SELECT date_trunc('second', clock_timestamp()) + %s * interval '1 s'", [seconds])
        closes = cursor.fetchone()[0]
    terms |= {"draw_time_0": f"{closes:%Y-%m-%d}", "draw_time_1": f"{closes:%H:%M:%S}"}
    for name, value in terms.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_role("button", name="Save and continue editing").click()
    page.get_by_role("link", name="Publish").click()
    page.locator("[name=reason]").fill("For the test")
    page.get_by_role("button", name="Publish").click()
    expect(page.locator(".messagelist")).to_contain_text("is open")


@contextlib.contextmanager
def running_process(
    command: list[str], environment: dict[str, str], log: Path
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(origin: str, processes: dict[str, subprocess.Popen[bytes]], logs: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        for name, process in processes.items():
            assert process.poll() is None, (logs / f"{name}.log").read_text()
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{origin}/readyz", timeout=5):
            return
        time.sleep(0.1)
    pytest.fail("\n".join(f"{name}: {(logs / f'{name}.log').read_text()}" for name in processes))
