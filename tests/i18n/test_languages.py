"""The site in the reader's language: numbers, days, times, mails, and the pseudo-languages that show it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.conf import settings
from django.template import engines
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.formats import reset_format_cache
from django.utils.translation import gettext, ngettext, npgettext, pgettext

from accounts.models import Message, OutboxEmail
from accounts.players import confirm_email
from common.templatetags import lucky
from common.text import wording
from draws.notifications import sweeps
from draws.notifications.sweeps import send_receipts, send_results
from ledger.bonuses import grant_signup_bonus
from lucky11.i18n.languages import FROM_THE_RIGHT, LONGER, offered
from lucky11.i18n.pseudo_languages import RIGHT_TO_LEFT
from tests.browser.plain_words import plain, written
from tests.support.marking import english_of
from tests.support.pages import finish, take
from tests.test_configuration import COMPLETE, start

WEDNESDAY = datetime(2026, 11, 25, 16, 28, 49, tzinfo=UTC)


@pytest.fixture
def formats(monkeypatch):
    """The formats of Arabic, which the test may change."""
    from lucky11.i18n.formats.ar import formats

    def change(name, value):
        monkeypatch.setattr(formats, name, value)
        reset_format_cache()
        wording._separator.cache_clear()

    yield change
    monkeypatch.undo()
    reset_format_cache()
    wording._separator.cache_clear()


def test_a_production_site_is_offered_in_english_alone_and_asks_nobody_for_another():
    says = "from django.conf import settings as s; print([code for code, _ in s.LANGUAGES], s.MIDDLEWARE)"
    production = start(says, **COMPLETE).stdout
    assert production.startswith("['en'] ")
    assert "LanguageMiddleware" not in production
    for wish in ({"DEBUG": "true"}, {"PSEUDO_LANGUAGES": "true"}):
        said = start(says, **COMPLETE, **wish).stdout
        assert said.startswith("['en', 'en-xa', 'ar-xb'] ")
        assert "LanguageMiddleware" in said
    assert start(says, **COMPLETE, DEBUG="true", PSEUDO_LANGUAGES="false").stdout == production


def test_numbers_are_grouped_as_the_language_does(formats):
    formats("THOUSAND_SEPARATOR", "’")
    assert [wording.grouped(number) for number in (7, 1284, -1234567)] == ["7", "1,284", "-1,234,567"]
    assert (lucky.signed(-1284), lucky.money(1350), lucky.words(1284)) == ("−1,284", "1,350", "1,284")
    with translation.override(FROM_THE_RIGHT[0]):
        assert wording.grouped(1234567) == "1’234’567"
        assert (lucky.signed(-1284), lucky.money(1350)) == ("−1’284", "1’350")
        assert lucky.raw(1284) == "1284"


def test_numbers_of_a_language_that_groups_in_another_way_are_left_to_django(formats):
    formats("NUMBER_GROUPING", (3, 2, 0))
    with translation.override(FROM_THE_RIGHT[0]):
        assert wording.grouped(12345678) == "1,23,45,678"


@pytest.mark.parametrize(
    ("off", "day"),
    [
        (timedelta(), "today"),
        (timedelta(days=1), "tomorrow"),
        (timedelta(days=-1), "yesterday"),
        (timedelta(days=3), "Saturday"),
        (timedelta(days=-3), "last Sunday"),
        (timedelta(days=20), "15 Dec"),
        (timedelta(days=300), "21 Sep 2027"),
    ],
)
def test_days_are_said_as_people_say_them(off, day):
    with time_machine.travel(WEDNESDAY, tick=False):
        assert wording.day(WEDNESDAY + off) == day
        assert wording.day_time(WEDNESDAY + off) == f"{day}, 16:28"


def test_moments_are_written_in_full_and_to_the_second():
    with time_machine.travel(WEDNESDAY, tick=False):
        assert wording.full_time(WEDNESDAY) == "Wednesday 25 November, 16:28"
        assert wording.full_time(WEDNESDAY + timedelta(days=365)) == "Thursday 25 November 2027, 16:28"
        assert wording.exact_time(WEDNESDAY) == "25 Nov 2026, 16:28:49"
        assert ">Today at 16:28 UTC<" in lucky.day_at(WEDNESDAY)
        assert ">Tonight at 18:28 UTC<" in lucky.day_at(WEDNESDAY + timedelta(hours=2))
        with timezone.override("Asia/Tokyo"):
            assert ">Today at 01:28<" in lucky.day_at(WEDNESDAY)
            assert lucky.zone() == "your time"


def test_a_language_with_a_clock_of_twelve_hours_has_one_here():
    with time_machine.travel(WEDNESDAY, tick=False), translation.override(FROM_THE_RIGHT[0]):
        assert "4:28" in wording.day_time(WEDNESDAY)
        assert "16:28" not in wording.full_time(WEDNESDAY)


def test_a_pseudo_text_is_longer_and_keeps_what_no_translator_touches():
    kept = ["%(name)s", "%(share).1f", "%s", "100%%", "{title}", '<a href="/rules/">', "</a>", "&nbsp;"]
    english = " ".join(f"word {part}" for part in kept)
    for code, _ in (LONGER, FROM_THE_RIGHT):
        with translation.override(code):
            other = gettext(english)
        assert other.startswith("[")
        assert other.endswith("]")
        assert all(part in other for part in kept)
        assert "word" not in other
        assert len(other.replace(RIGHT_TO_LEFT, "")) > len(english) * 1.2
        assert (RIGHT_TO_LEFT in other) == (code == FROM_THE_RIGHT[0])


def test_every_question_to_gettext_is_answered_in_the_pseudo_language():
    with translation.override(LONGER[0]):
        assert gettext("Open").startswith("[Öþéñ")
        assert pgettext("a draw", "Open").startswith("[Öþéñ")
        assert [ngettext("%(n)s day", "%(n)s days", n)[:11] for n in (1, 2)] == ["[%(n)s ðåý ", "[%(n)s ðåýš"]
        assert npgettext("time", "day", "days", 2).startswith("[ðåýš")
        assert gettext("") == ""
        assert gettext("+ %(count)s") == "+ %(count)s"
        assert gettext("two\nlines ").endswith("] ")
        page = engines["django"].from_string(
            "{% load i18n %}{% blocktranslate with name=x %}Hello {{ name }}, 5 %{% endblocktranslate %}"
        )
        assert page.render({"x": "<b>"}).startswith("[Ĥéļļö &lt;b&gt;, 5 %")


@pytest.mark.django_db
def test_a_reader_is_answered_in_the_language_of_their_cookie_or_browser(client):
    for code, direction in [(LONGER[0], "ltr"), (FROM_THE_RIGHT[0], "rtl")]:
        by_browser = client.get("/rules/", headers={"accept-language": f"{code},en;q=0.5"})
        assert f'<html lang="{code}" dir="{direction}"' in by_browser.content.decode()
        assert "Accept-Language" in by_browser["Vary"]
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = code
        assert f'<html lang="{code}" dir="{direction}"' in client.get("/rules/").content.decode()
        client.cookies.clear()
    assert '<html lang="en" dir="ltr"' in client.get("/rules/").content.decode()
    assert translation.get_language() == "en"


@pytest.mark.django_db
def test_what_is_the_same_for_all_is_shared_in_all_languages(client, draw):
    shared = [f"/draws/{draw.pk}/proof.json", "/log.json"]
    for address in shared:
        answers = [client.get(address, headers={"accept-language": code}) for code, _ in offered(pseudo=True)]
        for answer in answers:
            assert answer.status_code == 200, address
            assert "public" in answer["Cache-Control"]
            assert "Vary" not in answer or "Language" not in answer["Vary"]
            assert "Content-Language" not in answer
        assert len({answer.getvalue() for answer in answers}) == 1


@pytest.mark.django_db
def test_the_checker_to_keep_is_the_same_file_for_all(client):
    files = {
        client.get("/verify/lucky11_checker.html", headers={"accept-language": code}).content
        for code, _ in offered(pseudo=True)
    }
    assert len(files) == 1
    assert b'<html lang="en">' in files.pop()


@pytest.mark.django_db
@pytest.mark.parametrize("language", [LONGER[0], FROM_THE_RIGHT[0]])
def test_mails_and_messages_are_written_in_the_language(language, make_player, alice, draw, monkeypatch):
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 600)
    OutboxEmail.objects.all().delete()
    Message.objects.all().delete()
    with translation.override(language):
        nova = make_player("nova", confirmed=False)
        confirm_email(nova)
        grant_signup_bonus(nova.pk)
        take(alice, draw)
        send_receipts()
        finish(draw)
        send_results()
    data = written(told=False)
    assert OutboxEmail.objects.count() >= 3
    left = []
    for mail in OutboxEmail.objects.all():
        texts = [("subject", mail.subject), *(("text", line) for line in mail.text.splitlines())]
        texts += english_of(mail.html)
        left += [f"{mail.key}, {line}" for line in plain(texts, data)]
        direction = "rtl" if language == FROM_THE_RIGHT[0] else "ltr"
        assert f'<html lang="{language}" dir="{direction}">' in mail.html
    for message in Message.objects.all():
        left += [f"{message.key}, {line}" for line in plain([("", message.title), ("", message.body)], data)]
    assert not left, "\n".join(left)


@pytest.mark.parametrize("name", ["400", "403", "403_csrf", "404", "405", "429", "500", "503", "maintenance"])
def test_the_pages_for_what_goes_wrong_are_translated(name):
    english = render_to_string(f"{name}.html", {"bare": True})
    assert '<html lang="en" dir="ltr"' in english
    with translation.override(LONGER[0]):
        page = render_to_string(f"{name}.html", {"bare": True, "wait": 2})
    assert plain(english_of(page), []) == []
