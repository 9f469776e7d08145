"""What is asked of every page, and how a browser answers it."""

from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
RULES = {"type": "tag", "values": STANDARDS}
# The dark theme is the same page in other colours, a small window the same page in another shape.
SMALL_IN_THE_DARK = {"type": "rule", "values": ["color-contrast", "target-size"]}
# WCAG 1.4.12
SPACED = (
    "* { letter-spacing: .12em !important; word-spacing: .16em !important; line-height: 1.5 !important; }"
)
LARGE = "html { font-size: 200% !important; }"
# What sticks to the bottom of the window hides what is scrolled under it, until one scrolls.
# What fades from one colour to another has none while axe looks.
STILL = "* { transition: none !important; }"
UNSTUCK = f".tabs, .buybar {{ position: static !important; }} {STILL}"
SCRIPT = Path(__file__).with_suffix(".js").read_text()
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class _AsWritten(HTMLParser):
    """The elements of a page as they are written, each with its depth, and what is never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.lines.append(f"{len(self.open)} {tag}")
        names = [name for name, _ in attrs]
        if len(set(names)) != len(names):
            self.wrong.append(f"an attribute twice: {self.get_starttag_text()}")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(f"</{tag}> closes nothing at line {self.getpos()[0]}")


def ask(page: Page, what: str, about: object = None) -> Any:
    """One of the questions of looking.js, mostly answered by what is wrong."""
    return page.evaluate(f"about => ({SCRIPT.strip()}).{what}(about)", about)


def invalid_html(page: Page, source: str) -> list[str]:
    """What is wrong with a page's HTML.

    An HTML parser repairs what is nested wrongly, not closed, or not allowed where it stands; so a page is
    right when the browser's parser finds the elements exactly where they are written.
    """
    written = _AsWritten()
    written.feed(source)
    lines = [line.lower() for line in ask(page, "tree", source)]
    if lines != written.lines:
        at = next(
            (n for n, pair in enumerate(zip(lines, written.lines, strict=False)) if pair[0] != pair[1]),
            min(len(lines), len(written.lines)),
        )
        written.wrong.append(f"written {written.lines[at - 3 : at + 2]}, understood {lines[at - 3 : at + 2]}")
    return written.wrong


def walk(page: Page) -> list[str]:
    """What is wrong on the way through the page by the Tab key alone."""
    add_style(page, STILL)
    frames = page.frames[1:]
    # Two more than there are stops, and as many again for what scrolls and is a stop of its own.
    for _ in range(ask(page, "follow") + 4):
        page.keyboard.press("Tab")
        # The keys of a frame are heard by a process of its own, which may not have passed them on yet.
        for frame in [*frames, page.main_frame] if frames else []:
            frame.evaluate("0")
    return [f"by key, {line}" for line in ask(page, "walked")]


def add_style(page: Page, *rules: str) -> None:
    """Style the page as a reader's own tools do, which the Content-Security-Policy allows."""
    ask(page, "restyle", list(rules))


def violations(page: Page, only: object = RULES, **options: object) -> list[str]:
    """What axe finds, a line each."""
    # Half a megabyte, which a page that is looked at again has already.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(
        "options => axe.run(options).then((answer) => answer.violations)",
        {"runOnly": only, "resultTypes": ["violations"], **options},
    )
    return [
        f"{violation['id']}: {node['html'][:160]} {node.get('failureSummary', '')[:300]}"
        for violation in found
        for node in violation["nodes"]
    ]


def too_wide(page: Page, width: int) -> list[str]:
    """Whether something stands out of the window, and what."""
    found: list[str] = ask(page, "outside", width)
    return found
