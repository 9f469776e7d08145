"""Nothing that players or staff read is left to English: in code, in templates, in the checker's scripts."""

from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation
from django.utils.formats import get_format

from draws.pages import room
from draws.proof import checker_words
from lucky11.i18n.formats.en import formats
from lucky11.i18n.languages import offered
from tests.support.marking import ROOT, checker_sentences, constants, unmarked_calls, unmarked_texts, unsaid

APPS = ("accounts", "common", "draws", "ledger", "lucky11")
# They translate what they have listed themselves: what the checker says, and why a draw is void.
PASS_ON = {"draws/proof/checker_words.py", "draws/reasons.py"}
# For developers: parts with made-up texts.
SCAFFOLDING = "styleguide/"
MODULES = sorted(str(path.relative_to(ROOT)) for app in APPS for path in (ROOT / app).rglob("*.py"))
TEMPLATES = sorted(
    str(path.relative_to(ROOT / "templates"))
    for path in (ROOT / "templates").rglob("*")
    if path.suffix in (".html", ".txt")
)
ROOM_SCRIPTS = sorted((ROOT / "static/js/room").glob("*.js"))
SCRIPTS = sorted(path for path in (ROOT / "static/js/verify").glob("*.js") if path.name != "words.js")


def test_gettext_is_only_asked_for_texts_that_stand_in_the_code():
    sources = {name: (ROOT / name).read_text() for name in MODULES}
    marked = {constant for source in sources.values() for constant in constants(source)}
    wrong = {name: list(unmarked_calls(source, marked)) for name, source in sources.items()}
    assert {name: calls for name, calls in wrong.items() if calls and name not in PASS_ON} == {}


@pytest.mark.parametrize("name", [name for name in TEMPLATES if not name.startswith(SCAFFOLDING)])
def test_a_template_leaves_no_text_to_english(name):
    found = list(unmarked_texts((ROOT / "templates" / name).read_text(), html=name.endswith(".html")))
    assert not found, "\n".join([f"templates/{name}:", *found])


def test_a_text_that_is_not_marked_is_found():
    source = """{% load i18n %}{# a comment #}<p class="b{% if x %} c{% endif %}">{% translate "Yes" %}</p>
        <p>{% blocktranslate trimmed with n=x|num %}Good {{ n }}{% endblocktranslate %} {{ name }}</p>
        <code>python3 file.py</code> <span translate="no">Special Gothic</span> Lucky11
        <p>Planted text {{ x }}</p> <img alt="Planted picture"> <a aria-label="{% translate "No" %}">0</a>
        {% include "emails/_button.html" with label="Planted words" other=_("Marked words") level="info" %}
        {% if kind == "A Thing" %}{% endif %} {{ count }} ticket{{ count|pluralize }} {{ when|date:"j M Y" }}
        {{ when|date:"c" }} {{ when|date:"DATE_FORMAT" }} {{ x|default:"(None at all)" }}"""
    assert list(unmarked_texts(source)) == [
        "among a tag's words: Planted words",
        "a plural of English only: count|pluralize",
        'a date of English only: when|date:"j M Y"',
        "among a tag's words: (None at all)",
        "Planted text 0",
        "alt=Planted picture",
        "0 ticket0 0 0 0 0",
    ]


def test_a_call_of_gettext_that_no_translator_can_know_is_found():
    source = """
from django.utils import translation
from django.utils.translation import gettext_lazy as _, ngettext
GOOD = gettext_noop("good")
_(GOOD), _("good"), ngettext("one", "many", n), _("long " "and good"), other.gettext(x)
_(f"bad {x}"), _(name), ngettext("one", many, n), translation.gettext("a" + b)
"""
    assert [line.partition(": ")[2] for line in unmarked_calls(source, constants(source))] == [
        "_(f'bad {x}')",
        "_(name)",
        "ngettext('one', many, n)",
        "translation.gettext('a' + b)",
    ]


@pytest.mark.parametrize(("scripts", "given"), [(SCRIPTS, checker_words), (ROOM_SCRIPTS, room)])
def test_scripts_say_what_translators_are_given(scripts, given):
    said, counted = set(), set()
    for script in scripts:
        sentences, words = checker_sentences(script.read_text())
        said |= sentences
        counted |= words
    assert said == set(given.SENTENCES)
    assert counted == set(given.COUNTED)


@pytest.mark.parametrize("script", SCRIPTS + ROOM_SCRIPTS, ids=lambda path: path.name)
def test_a_script_has_no_other_sentence(script):
    assert list(unsaid(script.read_text())) == []
    planted = script.read_text() + '\nalert("A planted sentence.");\nalert(`Another for ${x} people`);\n'
    assert list(unsaid(planted)) == ["A planted sentence.", "Another for  people"]


def test_every_language_says_how_it_writes_dates_and_times():
    names = [name for name in vars(formats) if name.endswith("_FORMAT")]
    assert "EXACT_FORMAT" in names
    for code, _ in offered(pseudo=True):
        with translation.override(code):
            assert [name for name in names if get_format(name) == name] == []


def test_the_checkers_words_are_given_to_a_page_only_where_it_is_not_english():
    assert checker_words.translated() == {}
    with translation.override("en-xa"):
        words = checker_words.translated()
    assert set(words) == {*checker_words.SENTENCES, *checker_words.COUNTED}
    assert "%(round)s" in words["The signature is not the beacon’s for round %(round)s."]
    assert set(words["%(count)s ticket"]) == {"", "1"}


def test_translations_have_one_folder():
    assert [Path(settings.BASE_DIR) / "locale"] == settings.LOCALE_PATHS
