"""Collected static files: named by their contents, compressed, and those of one page joined into one."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

STYLE_SHEET, PASSKEY_SCRIPT = "css/site.css", "js/passkeys.all.js"


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Several files are easier to work on; on a slow line each is a request more before anything shows."""

    style_sheets = (STYLE_SHEET,)
    passkey_scripts = (PASSKEY_SCRIPT,)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the files as they were collected, then name and compress every file."""
        if not dry_run:
            self._join(STYLE_SHEET, settings.STYLE_SHEETS, "\n")
            # One script's last statement may lack its semicolon, and the next one would go on with it.
            self._join(PASSKEY_SCRIPT, settings.PASSKEY_SCRIPTS, "\n;\n")
            paths.update({name: (self, name) for name in (STYLE_SHEET, PASSKEY_SCRIPT)})
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, whole: str, names: list[str], between: str) -> None:
        self.delete(whole)
        self.save(whole, ContentFile(between.join(self._text(name) for name in names).encode()))

    def _text(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())
