"""Every page in the pseudo-languages: no word is left in English, and longer words and the other side fit."""

import re
from calendar import month_name

import pytest
from django.utils import translation
from django.utils.translation import ngettext
from playwright.sync_api import expect

from common.text.wording import grouped
from lucky11.i18n.languages import FROM_THE_RIGHT, LONGER
from tests.browser import looking
from tests.browser.checking import STEPS
from tests.browser.every_page import PLACES
from tests.browser.plain_words import plain, written
from tests.browser.walking import named, visit

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db]

LONGER_ON_A_PHONE = (LONGER[0], "ltr", 390)
# English from right to left is looked at in every run (test_every_page.py).
FROM_THE_RIGHT_ON_A_DESK = (FROM_THE_RIGHT[0], "rtl", 1280)
# The browser writes dates itself, and has never heard of our languages.
MONTH = re.compile(f"({'|'.join(month_name[1:])})")
# For developers, about parts and mails: not translated.
SCAFFOLDING = {"styleguide"}
SEEN = [place for place in PLACES if place.address not in SCAFFOLDING]


# What is not marked is found in the templates in every run (test_marking.py).
@pytest.mark.nightly
@pytest.mark.parametrize(
    ("language", "direction", "width"), [LONGER_ON_A_PHONE, FROM_THE_RIGHT_ON_A_DESK], ids=lambda one: one
)
@pytest.mark.parametrize("place", SEEN, ids=named)
def test_a_page_is_translated_and_fits(place, language, direction, width, window, world):
    page = window(place.who)
    with visit(page, world, place, language) as (seen, _):
        page.set_viewport_size({"width": width, "height": 844})
        html = page.locator("html")
        assert (html.get_attribute("lang"), html.get_attribute("dir")) == (language, direction)
        wrong = seen.complaints
        wrong += [f"not translated, {line}" for line in plain(looking.ask(page, "texts"), written())]
        looking.ask(page, "unfold")
        looking.add_style(page, looking.UNSTUCK)
        wrong += looking.too_wide(page, width)
        wrong += looking.ask(page, "squeezed") + looking.ask(page, "clipped")
    assert not wrong, "\n".join([f"{place.name} in {language}:", *wrong])


def test_a_word_that_is_not_translated_is_found_wherever_it_stands(window, world):
    page = window("visitor")
    place = next(place for place in PLACES if place.name == "open draws")
    with visit(page, world, place, LONGER[0]):
        before = plain(looking.ask(page, "texts"), written())
        page.evaluate(
            """() => {
                document.querySelector("main").insertAdjacentHTML("beforeend", `
                    <p>Planted here</p> <img alt="Planted picture">
                    <input type="submit" value="Planted button">
                    <p hidden>Planted and <b translate="no">not this</b></p> <code>nor this</code>
                    <a aria-label="Planted label" title="Planted title">Lisbon for two, one long weekend</a>
                `);
                document.title = "Planted name of the page";
            }"""
        )
        after = plain(looking.ask(page, "texts"), written())
    assert sorted(set(after) - set(before)) == [
        "alt: Planted picture",
        "aria-label: Planted label",
        "p: Planted and",
        "p: Planted here",
        "title: Planted name of the page",
        "title: Planted title",
        "value: Planted button",
    ]


def test_a_word_that_is_cut_off_is_found(window, world):
    page = window("visitor")
    place = next(place for place in PLACES if place.name == "open draws")
    with visit(page, world, place, LONGER[0]):
        before = looking.ask(page, "clipped")
        page.evaluate(
            """() => document.querySelector("main").insertAdjacentHTML("beforeend",
                `<button id="tight" type="button"><span>${"öñé".repeat(40)}</span></button>`)"""
        )
        page.evaluate("document.querySelector('#tight').style.cssText = 'width: 4rem; white-space: nowrap'")
        assert len(set(looking.ask(page, "clipped")) - set(before)) == 1


def test_the_checker_speaks_the_readers_language(window, world):
    page = window("visitor")
    place = next(place for place in PLACES if place.name == "checking a drawn draw")
    with visit(page, world, place, FROM_THE_RIGHT[0]) as (seen, _):
        page.locator("[data-check]").click()
        expect(page.locator("[data-outcome]")).to_have_attribute("data-verdict", "pass")
        page.locator("#checker-hash").fill("0" * 64)
        page.locator("[data-kept] button").click()
        expect(page.locator("[data-kept] [data-answer]")).not_to_be_empty()
        left = plain(looking.ask(page, "texts"), written())
        assert [line for line in left if not MONTH.search(line)] == []
        assert page.locator("[data-steps] li").count() == len(STEPS)
        assert seen.complaints == []


def test_a_script_counts_and_groups_as_the_page_does(window, world):
    page = window("alice")
    place = next(place for place in PLACES if place.name == "draw, open")
    for language in ("en", LONGER[0], FROM_THE_RIGHT[0]):
        with visit(page, world, place, language):
            written_by_script = page.evaluate(
                """() => {
                    const form = document.querySelector("form[data-price]");
                    const one = (name) => form.querySelector(`button [data-${name}`).textContent;
                    return [1, 1284].map((price) => {
                        form.dataset.price = price;
                        form.dispatchEvent(new Event("figures"));
                        return `${one("cost]")} ${one("unit]")}`;
                    });
                }"""
            )
        with translation.override(language):
            words = [ngettext("coin", "coins", count) for count in (1, 1284)]
            assert written_by_script == [f"1 {words[0]}", f"{grouped(1284)} {words[1]}"]
