"""The id of the request at hand, for its log lines; the settings read this before anything else is there."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
