"""Whatever somebody types into a field for words: it is refused in a sentence, or shown on its own.

The forms are found by walking the pages of the staff and of players; no list of them has to be kept.
"""

import re
from html import escape

import pytest
from django.db import transaction
from django.urls import NoReverseMatch, URLPattern, get_resolver, reverse

from draws.models import Winner
from tests.browser.hostile import FormReader
from tests.staff.test_staff_groups import pages, rows
from tests.support.pages import signed_in, words
from tests.support.staff import make_member

__all__ = ["rows"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

UNSEEN = {
    "a space without width": "Two\u200bwords",
    "a turned line": "Two\u202ewords",
    "an isolate": "\u2066words",
}
SEEN = {
    "stacked marks": "Z" + "\u0301\u0323\u0308" * 40 + " words",
    "a word of 150 letters": "W" * 150,
    "words that run the other way": "שלום (עולם) 12",
    "a tag": "<b onclick=x>bold</b>",
    "5,000 characters": "words " * 833,
}
# Fields whose text is no prose: a name of a file or an address has rules of its own, and others are searches.
NO_WORDS = re.compile(
    r"csrf|email|login|password|code|_url|next|shown_version|seen|key|^q$|find|_\d$|_FORMS$"
)

IS_A_PAGE = re.compile(r".*/$").match
REFUSED = re.compile(r'errorlist|aria-invalid="true"')


class TextFields(FormReader):
    """Reads a page's forms, and which of their fields take words."""

    def __init__(self, page):
        super().__init__(page)
        self.texts = set()

    def handle_starttag(self, tag, attrs):
        super().handle_starttag(tag, attrs)
        given = dict(attrs)
        text = tag == "textarea" or (tag == "input" and given.get("type", "text") == "text")
        name = given.get("name", "")
        if text and self.forms and name and "disabled" not in given and not NO_WORDS.search(name):
            self.texts.add((len(self.forms) - 1, name))


def text_fields(browser, address):
    """Yield each form and field of a page that takes words and is sent."""
    shown = browser.get(address)
    if shown.status_code != 200 or "text/html" not in shown["Content-Type"]:
        shown.close()
        return
    reader = TextFields(address)
    reader.feed(shown.content.decode())
    for number, name in sorted(reader.texts):
        form = reader.forms[number]
        if form.method == "post" and "logout" not in form.action:
            yield form, name


def send(browser, form, name, text):
    """Send a form with `text` in one field and words in its other required ones; nothing is kept."""
    fields = {each: value for each, value in form.fields.items() if not each.startswith(("_", "preview"))}
    with transaction.atomic():
        answer = browser.post(form.action, fields | {"reason": "A reason"} | {name: text})
        shown = answer if answer.status_code != 302 else browser.get(answer["Location"])
        transaction.set_rollback(True)
    return answer, shown


def player_pages(draw, winner):
    """Every page of a player that has no number in its address, and those of a draw and of a prize."""
    for pattern in get_resolver().url_patterns:
        for each in getattr(pattern, "url_patterns", [pattern]):
            if not isinstance(each, URLPattern) or not each.name:
                continue
            namespace = f"{pattern.namespace}:" if getattr(pattern, "namespace", None) else ""
            for arguments in ([], [draw.pk], [winner.pk]):
                try:
                    yield from filter(IS_A_PAGE, [reverse(f"{namespace}{each.name}", args=arguments)])
                except NoReverseMatch:
                    continue


def complaints(browser, addresses):
    """Walk the forms; return what is wrong with how each field takes each text, and the fields there are."""
    wrong, fields = [], set()
    for address in addresses:
        for form, name in text_fields(browser, address):
            if (form.action, name) in fields:
                continue
            fields.add((form.action, name))
            for what, text in (UNSEEN | SEEN).items():
                answer, shown = send(browser, form, name, text)
                page = shown.content.decode()
                refused = answer.status_code != 302 and ("U+" in words(shown) or REFUSED.search(page))
                if answer.status_code >= 500 or shown.status_code >= 500:
                    wrong.append(f"{form.action} {name}: {what} breaks it")
                elif what in UNSEEN and not refused:
                    wrong.append(f"{form.action} {name}: {what} is not refused in a sentence")
                elif text in page and escape(text) != text:
                    wrong.append(f"{form.action} {name}: {what} is shown as markup")
    return wrong, fields


@pytest.mark.nightly
def test_the_staffs_forms_refuse_what_nobody_sees_and_bear_the_rest(rows, make_player, settings):
    settings.STAFF_SECOND_FACTOR = False
    browser = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    wrong, fields = complaints(browser, sorted(set(pages(rows).values())))
    assert wrong == []
    assert len(fields) > 20


def test_players_forms_too(rows, draw):
    winner = Winner.objects.get(hand_over="to_claim")
    browser = signed_in(winner.user)
    wrong, fields = complaints(browser, sorted(set(player_pages(draw, winner))))
    assert wrong == []
    assert len(fields) > 4


def test_a_title_that_runs_the_other_way_turns_nothing_beside_it(rows, make_draft, make_player, settings):
    settings.STAFF_SECOND_FACTOR = False
    title = SEEN["words that run the other way"]
    draft = make_draft(title=title)
    named = {"/admin/draws/draw/": title, f"/admin/draws/draw/{draft.pk}/change/": f"{draft}"}
    browser = signed_in(make_member(make_player, "Draws"))
    for address, name in named.items():
        assert f"<bdi>{name}</bdi>" in browser.get(address).content.decode(), address
