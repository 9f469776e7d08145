"""Collected static files: named by their contents, compressed, with the files of a page joined into one."""

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

from common.web.style_sheets import shortened

# As deep in the folders as the sheets that they are joined from, which name the fonts from where they are.
STYLE_SHEET, ADMIN_STYLE_SHEET = "css/joined/site.css", "css/joined/admin.css"
PASSKEY_SCRIPT = "js/passkeys.all.js"
# What collectstatic leaves out by default.
IGNORED = ["CVS", ".*", "*~"]
# What a script imports from beside it, by the name that the file gets.
IMPORTS = (r'(?P<matched>from "(?P<url>\./\w+\.js)")', 'from "%(url)s"')


def joined() -> dict[str, tuple[list[str], str]]:
    """Return the files that are joined from others: of which, and what is written between them."""
    return {
        STYLE_SHEET: (settings.STYLE_SHEETS, "\n"),
        ADMIN_STYLE_SHEET: (settings.ADMIN_STYLE_SHEETS, "\n"),
        # A script's last statement may lack its semicolon, and the next script would continue it.
        PASSKEY_SCRIPT: (settings.PASSKEY_SCRIPTS, "\n;\n"),
    }


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Joins the files of a page: on a slow line each file is another request before anything shows."""

    style_sheets = (STYLE_SHEET,)
    admin_style_sheets = (ADMIN_STYLE_SHEET,)
    passkey_scripts = (PASSKEY_SCRIPT,)
    # The checker's modules keep their names: its Worker asks for some of them as well, by those.
    patterns = (*CompressedManifestStaticFilesStorage.patterns, ("js/draws.js", (IMPORTS,)))

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the files as they were collected and shorten our sheets, then name and compress every file."""
        if not dry_run:
            for whole, (parts, between) in joined().items():
                self._write(whole, between.join(self._text(name) for name in parts))
                paths[whole] = (self, whole)
            for name in paths:
                if name.startswith("css/"):
                    self._write(name, shortened(self._text(name)))
        yield from super().post_process(paths, dry_run, **options)

    def stale(self) -> set[str]:
        """Return the names of files that are not as collecting them now would make them."""
        sources = {name: _read(storage, name) for name, storage in _sources().items()}
        for whole, (parts, between) in joined().items():
            sources[whole] = between.encode().join(sources.get(name, b"") for name in parts)
        return {name for name, source in sources.items() if not self._is_current(name, source)}

    def _is_current(self, name: str, source: bytes) -> bool:
        named = self.hashed_files.get(self.hash_key(self.clean_name(name)), "")
        if not (named and self.exists(name) and self.exists(named)):
            return False
        as_sent = shortened(source.decode()).encode() if name.startswith("css/") else source
        # Only what is joined is named after it was shortened.
        wanted = as_sent if name in joined() else source
        # Between a file and its named copy, the names of the files that it refers to differ.
        return _read(self, name) == as_sent and _with_plain_names(_read(self, named)) == _with_plain_names(
            wanted
        )

    def _write(self, name: str, text: str) -> None:
        self.delete(name)
        self.save(name, ContentFile(text.encode()))

    def _text(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())


def _sources() -> dict[str, Storage]:
    """Return where each static file comes from; the first of a name wins, as it does for collectstatic."""
    found: dict[str, Storage] = {}
    for finder in get_finders():
        for path, storage in finder.list(IGNORED):
            found.setdefault(path, storage)
    return found


def _read(storage: Storage, name: str) -> bytes:
    with storage.open(name) as file:
        return bytes(file.read())


def _with_plain_names(content: bytes) -> bytes:
    return re.sub(rb"[\"']|\.[0-9a-f]{12}(?=\.\w)", b"", content)
