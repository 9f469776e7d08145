"""The site in a web server of its own, and players signed in to it with real cookies and form tokens."""

import http.client
import os
import re
import socket
import subprocess
import sys
import time
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from accounts.models import User
from accounts.signin.sessions import SessionStore

# As in lucky11/processes.py.
WORKERS, THREADS = 2, 4
GRANIAN = (
    *("--interface", "wsgi", "--host", "127.0.0.1", "--log-level", "error", "--workers-kill-timeout", "4"),
    *("--workers", str(WORKERS), "--blocking-threads", str(THREADS)),
)
START_SECONDS = 60


@dataclass(frozen=True)
class Browser:
    """A signed-in player's cookies and the token of a form they were shown."""

    cookies: str
    token: str


class Site:
    """The site answering on a free port of this machine, from a database, while the `with` block runs."""

    def __init__(self, database: str = "") -> None:
        self.database = database or os.environ["PGDATABASE"]

    def __enter__(self) -> "Site":
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        options = [*GRANIAN, "--port", str(self.port)]
        command = [sys.executable, "-m", "granian", *options, "lucky11.wsgi:application"]
        environment = os.environ | {"DATABASE_POOL_SIZE": str(THREADS), "PGDATABASE": self.database}
        self.server = subprocess.Popen(command, env=environment)
        try:
            self._wait()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *error: object) -> None:
        self.server.terminate()
        try:
            self.server.wait(15)
        except subprocess.TimeoutExpired:
            self.server.kill()
            self.server.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self.server.poll() is None:
            try:
                if self.get("/healthz")[0] == 200:
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("granian did not start; its lines above say why.")

    def get(self, path: str, cookies: str = "") -> tuple[int, str, str]:
        """Status, text and new cookies of a page."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
            response = connection.getresponse()
            new = "; ".join(line.split(";")[0] for line in response.headers.get_all("Set-Cookie", []))
            return response.status, response.read().decode(), new
        finally:
            connection.close()

    def browser(self, player_id: str, draw_id: int) -> Browser:
        """Sign a player in, and show them the form of a draw."""
        session = f"{settings.SESSION_COOKIE_NAME}={signed_in(player_id)}"
        status, page, new = self.get(f"/draws/{draw_id}/", session)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
        if status != 200 or token is None:
            raise RuntimeError(f"The page of a draw answered {status} and has no form.")
        return Browser(f"{session}; {new}", token[1])


def signed_in(player_id: str) -> str:
    """The key of a new session in which the player is signed in."""
    user = User.objects.get(pk=player_id)
    session = SessionStore()
    session[SESSION_KEY] = user.pk
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return str(session.session_key)
