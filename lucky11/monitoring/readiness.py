"""Asking a web process of this site, on this machine or another, whether it is ready."""

import http.client
from contextlib import closing

from django.conf import settings

SECONDS = 5
LONGEST = 10_000
# What listens on every address is reached by this machine's own.
EVERY = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def ask(host: str, port: int) -> tuple[int, str]:
    """Return what /readyz answers there: its status (0 if nothing answers) and its text."""
    host = EVERY.get(host, host)
    # The site refuses to be called by any other name with 400.
    name = next((each.lstrip(".") for each in settings.ALLOWED_HOSTS if each.strip("*.")), host)
    try:
        with closing(http.client.HTTPConnection(host, port, timeout=SECONDS)) as web:
            web.request("GET", "/readyz", headers={"Host": name})
            answer = web.getresponse()
            return answer.status, answer.read(LONGEST).decode(errors="replace")
    except (OSError, http.client.HTTPException):
        return 0, "nothing answers yet"
