"""The files of variables: .env in the checkout, or those that LUCKY11_ENV_FILE lists."""

import io
from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured


def read_files(listed: str | None, default: Path) -> None:
    """Add the variables of the listed files, separated by `:`, to the environment, which wins over all.

    An earlier file wins over a later one. An empty list means no file, and None means the default file, if it
    is there. Raises ImproperlyConfigured if a file cannot be read, or if a listed one is not there.
    """
    if listed is None:
        files = [default] if default.exists() else []
    else:
        files = [Path(name) for name in listed.split(":") if name]
    for file in files:
        environ.Env.read_env(io.StringIO(_text(file, listed)))


def _text(file: Path, listed: str | None) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is not text in UTF-8"
        named = "" if listed is None else ", which LUCKY11_ENV_FILE names,"
        raise ImproperlyConfigured(
            f"The file of variables {file}{named} cannot be read: {why}. Nothing was started. Check the "
            "name and the file's owner and mode, or run this as the account that may read it."
        ) from None
