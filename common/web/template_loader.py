"""Templates are written to be read; browsers get them without the white space of their layout."""

from __future__ import annotations

import re

from django.template.base import Origin
from django.template.loaders import filesystem

# What a tag of HTML consists of: tags of the template language, quoted values, anything else but its end.
PART = r"""\{%.*?%\}|\{\{.*?\}\}|"(?:\{%.*?%\}|\{\{.*?\}\}|[^"])*"|[^<>"]"""
TAG = re.compile(rf"<([a-zA-Z]+)(?:{PART})*>\n?")
EMPTY = {"br", "hr", "img", "input", "link", "meta", "source"}
# A line of its own for a tag that shows nothing. A block does not count: what fills it may be text.
SHOWS_NOTHING = r"(?:if|elif|else|endif|for|empty|endfor|with|endwith|load)\b[^%\n]*"
SILENT_LINE = re.compile(rf"^(\{{#[^\n]*#\}}|\{{% {SHOWS_NOTHING}%\}})\n", re.MULTILINE)


def condensed(source: str) -> str:
    """The source without indentation, and without line breaks where they part no words.

    Those are the ones within a tag, between an element's edge and its content, and after a tag of
    the template language that shows nothing. One between two words stays.
    """
    source = SILENT_LINE.sub(r"\1", re.sub(r"\n[ \t]+", "\n", source))
    return re.sub(r"\n(?=</)", "", TAG.sub(_on_one_line, source))


def _on_one_line(tag: re.Match[str]) -> str:
    line = tag[0].rstrip("\n").replace("\n", " ")
    return f"{line}\n" if tag[1] in EMPTY and tag[0].endswith("\n") else line


class Loader(filesystem.Loader):
    """Reads the project's own templates, those of HTML condensed."""

    def get_contents(self, origin: Origin) -> str:
        """The source of a template. Raises TemplateDoesNotExist when there is no such file."""
        contents = super().get_contents(origin)
        return condensed(contents) if str(origin.name).endswith(".html") else contents
