"""The id of the current request, for its log lines; the settings import this before anything else exists."""

from contextvars import ContextVar

request_id: ContextVar[str] = ContextVar("request_id", default="")
