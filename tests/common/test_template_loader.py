"""Templates are served without the indentation that they are written with."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template
from django.utils.translation.template import templatize

from common.web.template_loader import condensed

TEMPLATES = Path(settings.BASE_DIR) / "templates"
HTML = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
TEXT = re.compile(r"""u'(?:[^'\\]|\\.)*'|u"(?:[^"\\]|\\.)*\"""")
KEPT = re.compile(r"<(pre|textarea)\b[^>]*>[^<]*\n")


def test_a_page_is_served_condensed():
    source = (TEMPLATES / "base.html").read_text()
    assert re.search(r"\n +<body>", source)
    assert not re.search(r"\n[ \t]", get_template("base.html").template.source)


def test_a_mail_in_plain_text_is_sent_as_it_is_written():
    name = "draws/email/won.txt"
    assert get_template(name).template.source == (TEMPLATES / name).read_text()


@pytest.mark.parametrize("name", HTML)
def test_no_text_depends_on_white_space_for_those_who_write(name):
    source = (TEMPLATES / name).read_text()
    assert messages(condensed(source)) == messages(source)
    assert not KEPT.search(source)


def messages(source):
    """The texts of a template that translators are given."""
    return TEXT.findall(templatize(source))


def test_words_stay_apart():
    source = """
        <p class="a"
           id="b > c">
          {% if a > b %}
            one
          {% else %}
            two
          {% endif %}
          <img src="c">
          {{ d }} <b>
            five</b>
          six
        </p>
    """
    expected = """
<p class="a" id="b > c">{% if a > b %}one
{% else %}two
{% endif %}<img src="c">
{{ d }} <b>five</b>
six</p>
"""
    assert condensed(source) == expected
