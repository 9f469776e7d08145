"""Firefox and WebKit, driven as WebDriver says: Firefox by its own socket, WebKit through its driver."""

import json
import os
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.browser.conftest import free_port

LONGEST = 60  # seconds for one answer of an engine
Process = subprocess.Popen[bytes]


class Engine:
    """A window of another engine, asked by scripts as a person would look and press."""

    def command(self, name: str, **parameters: Any) -> Any:
        """Send a command of WebDriver by its name; each engine has a way of its own."""
        raise NotImplementedError

    def go(self, address: str) -> None:
        """Open an address."""
        self.command("Navigate", url=address)

    def ask(self, script: str, *about: Any) -> Any:
        """Return what a function body of JavaScript returns in the page."""
        return self.command("ExecuteScript", script=script, args=list(about))

    def until(self, script: str, *about: Any) -> Any:
        """Wait until it returns something, also across pages, and return that."""
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            # Between two pages there is none to ask.
            with suppress(Refused):
                if found := self.ask(script, *about):
                    return found
        raise AssertionError(f"In {LONGEST} seconds it never became true: {script}")

    def fill(self, field: str, value: str) -> None:
        """Type into a field, given by a CSS selector."""
        self.until("return document.querySelector(arguments[0])", field)
        self.ask(
            "const field = document.querySelector(arguments[0]); field.focus(); field.value = arguments[1];"
            "field.dispatchEvent(new Event('input', { bubbles: true }));",
            field,
            value,
        )

    def press(self, button: str) -> None:
        """Press what a CSS selector names."""
        self.until("return document.querySelector(arguments[0])", button)
        self.ask("document.querySelector(arguments[0]).click()", button)

    def reads(self, text: str) -> None:
        """Wait until the page says this."""
        self.until("return document.body?.innerText.includes(arguments[0])", text)


class Refused(Exception):
    """The engine answered with an error."""


class Firefox(Engine):
    """Marionette: lists of a kind, a number, a command or error, and the rest, after their length."""

    def __init__(self, port: int) -> None:
        self.line = _connected(port)
        self.stream = self.line.makefile("rb")
        self._read()
        self.command("NewSession")

    def command(self, name: str, **parameters: Any) -> Any:
        """Send a command, and wait for its answer."""
        message = json.dumps([0, 1, f"WebDriver:{name}", parameters])
        self.line.sendall(f"{len(message)}:{message}".encode())
        _, _, error, answer = self._read()
        if error:
            raise Refused(error)
        return answer.get("value") if isinstance(answer, dict) else answer

    def close(self) -> None:
        """Hang up."""
        self.stream.close()
        self.line.close()

    def _read(self) -> Any:
        length = b""
        while (letter := self.stream.read(1)) != b":":
            length += letter
        return json.loads(self.stream.read(int(length)))


class WebKit(Engine):
    """WebKitWebDriver, by HTTP."""

    PATHS = {"NewSession": "", "Navigate": "/url", "ExecuteScript": "/execute/sync"}

    def __init__(self, port: int, browser: str) -> None:
        _connected(port).close()
        self.root = f"http://127.0.0.1:{port}/session"
        options = {"binary": browser, "args": ["--automation"]}
        wanted = {"alwaysMatch": {"webkitgtk:browserOptions": options}}
        self.root += "/" + self.command("NewSession", capabilities=wanted)["sessionId"]

    def command(self, name: str, **parameters: Any) -> Any:
        """Send a command, and wait for its answer."""
        body = json.dumps(parameters).encode()
        request = urllib.request.Request(
            self.root + self.PATHS[name], body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(request, timeout=LONGEST) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as error:
            raise Refused(error.read().decode()) from None


def _connected(port: int) -> socket.socket:
    end = time.monotonic() + LONGEST
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), timeout=LONGEST)
        except OSError:
            if time.monotonic() > end:
                raise


@contextmanager
def _running(command: list[str], log: Path, **more: str) -> Iterator[Process]:
    with log.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=file, env=os.environ | more)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=LONGEST)


@contextmanager
def _screen(program: str, number: str, log: Path) -> Iterator[None]:
    """An X server's screen, once it answers."""
    with _running([program, number, "-screen", "0", "1280x900x24"], log):
        end = time.monotonic() + LONGEST
        with socket.socket(socket.AF_UNIX) as line:
            while line.connect_ex(f"/tmp/.X11-unix/X{number[1:]}") and time.monotonic() < end:
                pass
        yield


@contextmanager
def firefox(folder: Path) -> Iterator[Engine]:
    """A Firefox without windows and with a profile of its own."""
    program = shutil.which("firefox-esr") or shutil.which("firefox")
    assert program
    port = free_port()
    (folder / "user.js").write_text(f'user_pref("marionette.port", {port});\n')
    command = [program, "--headless", "--marionette", "--no-remote", "--profile", str(folder)]
    with _running(command, folder / "firefox.log", HOME=str(folder)), closing(Firefox(port)) as browser:
        yield browser


@contextmanager
def webkit(folder: Path) -> Iterator[Engine]:
    """A WebKitGTK on a screen of its own, which nobody sees."""
    driver, screen = shutil.which("WebKitWebDriver"), shutil.which("Xvfb")
    assert driver
    assert screen
    port, number = free_port(), f":{os.getpid() % 20_000 + 100}"
    own = {"DISPLAY": number, "HOME": str(folder), "GDK_BACKEND": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
    with (
        _screen(screen, number, folder / "screen.log"),
        _running([driver, f"--port={port}"], folder / "webkit.log", **own),
    ):
        yield WebKit(port, _mini_browser())


def _mini_browser() -> str:
    return str(next(Path("/usr/lib").glob("*/webkit2gtk-4.*/MiniBrowser")))
