"""Collected static files: named by their contents, compressed, and the style sheets joined into one."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

JOINED = "css/site.css"


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Several sheets are easier to work on; on a slow line each is a request more before anything shows."""

    style_sheets = (JOINED,)

    def post_process(self, paths: dict[str, Any], dry_run: bool = False, **options: Any) -> Iterator[Any]:
        """Join the sheets as they were collected, then name and compress every file."""
        if not dry_run:
            self.delete(JOINED)
            whole = "\n".join(self._text(name) for name in settings.STYLE_SHEETS)
            self.save(JOINED, ContentFile(whole.encode()))
            paths[JOINED] = (self, JOINED)
        yield from super().post_process(paths, dry_run, **options)

    def _text(self, name: str) -> str:
        with self.open(name) as sheet:
            return str(sheet.read().decode())
