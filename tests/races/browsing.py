"""The site in real web processes, and browsers that keep cookies and fill in the forms they are shown."""

import http.client
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from django.conf import settings

from accounts.models import User
from tests.races.together import program, wait_until
from tests.support.pages import signed_in


@contextmanager
def website(environment: dict[str, str], workers: int = 2) -> Iterator[int]:
    """Have granian serve the site in so many processes; the number of its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    options = ["--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)]
    options += ["--blocking-threads", "4", "--workers-kill-timeout", "4", "--log-level", "error"]
    with program("-m", "granian", *options, "lucky11.wsgi:application", environment=environment) as server:

        def answers() -> bool:
            assert server.poll() is None, "granian has ended"
            try:
                return Browser(port).get("/healthz")[0] == 200
            except OSError:
                return False

        wait_until(answers, "the site answers", 60)
        yield port


class Browser:
    """One visitor's cookies; signed in when given a player."""

    def __init__(self, port: int, player: User | None = None) -> None:
        self.port = port
        self.cookies: dict[str, str] = {}
        if player is not None:
            name = settings.SESSION_COOKIE_NAME
            self.cookies[name] = signed_in(player).cookies[name].value

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of a page."""
        return self._ask("GET", path)

    def post(self, path: str, fields: dict[str, str]) -> tuple[int, str]:
        """Status and text of the answer to a form."""
        return self._ask("POST", path, urlencode(fields))

    def entry_form(self, draw_id: int) -> dict[str, str]:
        """What the entry form of a draw's page would send."""
        status, page = self.get(f"/draws/{draw_id}/")
        form = re.search(rf'<form[^>]*action="/draws/{draw_id}/enter/".*?</form>', page, re.DOTALL)
        assert form, f"no entry form on the page ({status})"
        tags = re.findall(r"<input[^>]*>", form[0])
        fields = [re.search(r'name="(\w+)".*?value="([^"]*)"', tag) for tag in tags]
        return {field[1]: field[2] for field in fields if field}

    def _ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies} if cookies else {}
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            for line in response.headers.get_all("Set-Cookie", []):
                name, _, value = line.split(";")[0].partition("=")
                self.cookies[name] = value
            return response.status, response.read().decode()
        finally:
            connection.close()
