"""What is sent of the style sheets says the same as what is written."""

from pathlib import Path

import pytest
from django.conf import settings

from common.web.style_sheets import shortened

pytestmark = [pytest.mark.browser, pytest.mark.slow]

STATIC = Path(__file__).parents[2] / "static"
# Each rule as the browser understood it, with the rules around it.
RULES = """(source) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(source);
    const said = (rule) => rule.cssRules?.length
        ? [rule.cssText.split("{")[0], ...[...rule.cssRules].map(said)]
        : rule.cssText.replace(/(--[\\w-]+:)\\s+/g, "$1").replace(/,\\s+/g, ",");
    return [...sheet.cssRules].map(said);
}"""


@pytest.mark.parametrize(
    "sheets", [settings.STYLE_SHEETS, settings.ADMIN_STYLE_SHEETS], ids=["site", "admin"]
)
def test_a_browser_reads_the_same_rules_in_the_shortened_sheet(browser, sheets):
    written = "\n".join((STATIC / name).read_text() for name in sheets)
    page = browser.new_page()
    rules = page.evaluate(RULES, written)
    assert len(rules) > 20
    assert page.evaluate(RULES, shortened(written)) == rules
    page.close()
