"""A page as it is read without its styles: by a text browser, a reader view, a search engine, a voice."""

import re
from html.parser import HTMLParser

# What browsers set in one line when no style sheet says otherwise.
INLINE = re.compile(
    "a|abbr|b|bdi|bdo|button|cite|code|data|dfn|em|i|img|input|kbd|label|mark|meter|output|picture|progress|q"
    "|s|samp|select|small|span|strong|su[bp]|svg|textarea|time|u|use|var"
)
SILENT = {"head", "script", "style", "svg", "template"}
WORD = r"[\w€+−“(]"


class Reading(HTMLParser):
    """The text of a page, where two of its words touch though no space is between them, and its links."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.touching: list[str] = []
        self.links: list[tuple[str, str]] = []
        self._silent: list[str] = []
        self._before = ""
        self._tag_between = False
        self._link: tuple[str, str] | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        given = dict(attrs)
        if tag in SILENT:
            self._silent.append(tag)
        if tag == "a" and given.get("href") and "aria-hidden" not in given:
            self._link = (given["href"] or "", given.get("aria-label") or "")
        self._pass(tag)

    def handle_endtag(self, tag: str) -> None:
        """End an element, a link with its name."""
        if self._silent and self._silent[-1] == tag:
            self._silent.pop()
        if tag == "a" and self._link:
            self.links.append((self._link[0], " ".join(self._link[1].split())))
            self._link = None
        self._pass(tag)

    def handle_data(self, data: str) -> None:
        """Read some text."""
        if self._silent:
            return
        if self._tag_between and re.search(r"[\w.,:;!?)”%]\Z", self._before) and re.match(WORD, data):
            self.touching.append(self._before[-30:] + "|" + data[:30])
        self._before, self._tag_between = data, False
        if self._link:
            self._link = (self._link[0], self._link[1] + data)

    def _pass(self, tag: str) -> None:
        self._tag_between = True
        if not INLINE.fullmatch(tag):
            self._before = ""
