"""Sentry, if SENTRY_DSN is set: errors with their place in the code, and nothing about a person."""

from typing import Any

import sentry_sdk


def start(dsn: str) -> None:
    """Send errors to this address, without cookies, forms, names or values of variables."""
    sentry_sdk.init(
        dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        before_send=_without_persons,
    )


def _without_persons(event: Any, hint: dict[str, Any]) -> Any:
    event.pop("user", None)
    event.pop("server_name", None)
    request = event.get("request")
    if request:
        event["request"] = {"method": request.get("method"), "url": request.get("url", "").partition("?")[0]}
    return event
