"""Collected static files: named by their contents, compressed, with the files of a page joined into one."""

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from whitenoise.storage import CompressedManifestStaticFilesStorage

from common.web.style_sheets import shortened

# As deep in the folders as the sheets that they are joined from, which name the fonts from where they are.
STYLE_SHEET, ADMIN_STYLE_SHEET = "css/joined/site.css", "css/joined/admin.css"
PASSKEY_SCRIPT = "js/passkeys.all.js"
# What a script imports from beside it, by the name that the file gets.
IMPORTS = (r'(?P<matched>from "(?P<url>\./\w+\.js)")', 'from "%(url)s"')


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
            self._join(STYLE_SHEET, settings.STYLE_SHEETS, "\n")
            self._join(ADMIN_STYLE_SHEET, settings.ADMIN_STYLE_SHEETS, "\n")
            # A script's last statement may lack its semicolon, and the next script would continue it.
            self._join(PASSKEY_SCRIPT, settings.PASSKEY_SCRIPTS, "\n;\n")
            paths.update({name: (self, name) for name in (STYLE_SHEET, ADMIN_STYLE_SHEET, PASSKEY_SCRIPT)})
            for name in paths:
                if name.startswith("css/"):
                    self._write(name, shortened(self._text(name)))
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, whole: str, names: list[str], between: str) -> None:
        self._write(whole, between.join(self._text(name) for name in names))

    def _write(self, name: str, text: str) -> None:
        self.delete(name)
        self.save(name, ContentFile(text.encode()))

    def _text(self, name: str) -> str:
        with self.open(name) as file:
            return str(file.read().decode())
