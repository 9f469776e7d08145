"""Checking a draw without script, without Workers, from a folder, and on the site in its own processes."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.browser.checking import CASES, choose, verdict
from tests.browser.looking import RULES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_the_running_site_lets_a_visitor_check_its_draw(ended, running_site, visit):
    window = visit(running_site.origin)
    page = window.go(f"/draws/{ended.pk}/verify/")
    page.get_by_role("button", name="Check this draw in your browser").click()
    expect(verdict(page)).to_have_text("PASS: every step holds")
    assert len(page.workers) == 1
    assert window.complaints == []


def test_without_script_the_page_says_how_to_check_and_offers_both_programs(live_server, visit, ended):
    page = visit(live_server.url, script=False).go(f"/draws/{ended.pk}/verify/")
    expect(page.get_by_role("heading", name="Checking needs a program")).to_be_visible()
    expect(page.get_by_role("link", name="Python file")).to_have_attribute(
        "href", "/verify/lucky11_verify.py"
    )
    expect(page.get_by_role("link", name="page to keep")).to_be_visible()
    expect(page.locator("[data-tools]")).to_be_hidden()


def test_the_file_to_keep_checks_from_a_folder(client, visit, tmp_path):
    answer = client.get("/verify/lucky11_checker.html")
    assert answer["Content-Disposition"] == 'attachment; filename="lucky11_checker.html"'
    (tmp_path / "lucky11_checker.html").write_bytes(answer.content)
    window = visit(tmp_path.as_uri())
    page = window.go("/lucky11_checker.html")
    page.locator("[data-tools]").wait_for()
    for document, headline in [
        (CASES[6]["proof"], "PASS: every step holds"),
        (CASES[6]["proof"] | {"winners": [1]}, "FAIL at the step “winners”"),
    ]:
        choose(page, document)
        expect(page.locator("[data-headline]")).to_have_text(headline)
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    assert window.complaints == []


@pytest.mark.parametrize("worker", [True, False], ids=["with", "without"])
def test_browsers_with_and_without_workers_check_the_same(live_server, visit, ended, worker):
    window = visit(live_server.url)
    if not worker:
        window.page.add_init_script("delete globalThis.Worker")
    page = window.go(f"/draws/{ended.pk}/verify/")
    choose(page, CASES[6]["proof"])
    expect(verdict(page)).to_have_text("PASS: every step holds")
    assert len(page.workers) == worker
    assert window.complaints == []


def test_a_saved_copy_of_the_page_leads_to_the_programs(live_server, visit, ended, tmp_path):
    saved = visit(live_server.url, script=False).go(f"/draws/{ended.pk}/verify/").content()
    (tmp_path / "saved.html").write_text(saved.replace('href="/', f'href="{live_server.url}/'))
    page = visit(tmp_path.as_uri()).go("/saved.html")
    expect(page.get_by_role("heading", name="Checking needs a program")).to_be_visible()
    expect(page.get_by_role("link", name="page to keep")).to_have_attribute(
        "href", f"{live_server.url}/verify/lucky11_checker.html"
    )
