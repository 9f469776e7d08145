"""What goes wrong has a page in plain words; and no page carries style or script of its own."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import OperationalError, connection
from django.template import TemplateSyntaxError
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from draws.views import lists
from lucky11 import errors
from tests.support.pages import finish, signed_in, take, words

pytestmark = pytest.mark.django_db


@pytest.fixture
def request_(rf: RequestFactory):
    request = rf.get("/somewhere/")
    request.user = AnonymousUser()
    return request


@pytest.mark.parametrize(
    ("handler", "status", "sentence"),
    [
        (errors.bad_request, 400, "We could not read that"),
        (errors.permission_denied, 403, "You don’t have access to this"),
        (errors.csrf_failure, 403, "That form has expired"),
        (errors.page_not_found, 404, "We can’t find that page"),
        (errors.too_many_requests, 429, "A little too fast"),
        (errors.server_error, 500, "Something broke on our side"),
    ],
)
def test_each_error_has_a_page_in_plain_words(request_, handler, status, sentence):
    response = handler(request_)
    assert response.status_code == status
    assert sentence in words(response)
    assert "charged" in words(response)


def test_an_unknown_address_has_a_page_with_a_way_on(client, settings):
    settings.DEBUG = False
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "We can’t find that page" in words(response)
    assert "See the open draws" in words(response)


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (TemplateSyntaxError("planted_broken"), 500, "Something broke"),
        (OperationalError("planted_gone"), 503, "Back in a moment"),
    ],
)
def test_a_broken_site_says_so_without_asking_the_database(alice, monkeypatch, error, status, sentence):
    def fail(*_: object) -> None:
        raise error

    client = signed_in(alice)
    client.raise_request_exception = False
    monkeypatch.setattr(lists, "render", fail)
    response = client.get("/how-it-works/")
    assert response.status_code == status
    assert sentence in words(response)
    told = response.content.decode()
    assert not any(inside in told for inside in ("planted_", "Traceback", ".py", type(error).__name__))


def test_the_pages_for_500_and_503_make_no_query(request_):
    with CaptureQueriesContext(connection) as captured:
        errors.server_error(request_)
        try:
            raise OperationalError("gone")
        except OperationalError:
            response = errors.server_error(request_)
    assert len(captured) == 0
    assert (response.status_code, response["Retry-After"]) == (503, "10")


def test_even_a_broken_template_ends_in_words(request_, monkeypatch):
    monkeypatch.setattr(errors, "render_to_string", lambda *_: 1 / 0)
    response = errors.server_error(request_)
    assert response.status_code == 500
    assert "Something went wrong on our side" in words(response)


def test_no_page_has_inline_style_or_script_and_each_forbids_them(make_draw, alice, client):
    draw = make_draw()
    ended = make_draw(title="Ended")
    take(alice, ended, 2)
    finish(ended)
    player = signed_in(alice)
    addresses = [
        "/", "/winners/", "/how-it-works/", "/tickets/", "/coins/", "/profile/", "/messages/",
        "/messages/choices/",
        f"/draws/{draw.pk}/", f"/draws/{ended.pk}/", "/draws/999/", "/accounts/email/",
        "/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/change/",
    ]  # fmt: skip
    for browser in (client, player):
        for address in addresses:
            response = browser.get(address)
            page = response.content.decode()
            assert not re.search(r"<[^>]+\sstyle=|<style|\son\w+=|javascript:", page), address
            scripts = re.findall(r"<script(?! [^>]*application/(?:ld\+)?json)[^>]*>", page)
            assert all("src=" in tag for tag in scripts), address
            assert "style-src 'self'" in response["Content-Security-Policy"]
            assert "default-src 'none'" in response["Content-Security-Policy"]


def test_every_page_names_itself_and_works_for_keyboards_and_readers(draw, alice):
    client: Client = signed_in(alice)
    titles = set()
    for address in (
        "/",
        f"/draws/{draw.pk}/",
        "/winners/",
        "/tickets/",
        "/coins/",
        "/profile/",
        "/how-it-works/",
    ):
        page = client.get(address).content.decode()
        titles.update(re.findall(r"<title>(.*?)</title>", page, re.DOTALL))
        assert page.count("<h1") == 1
        assert '<html lang="en"' in page
        assert 'href="#main"' in page
        assert 'id="main"' in page
        for image in re.findall(r"<img[^>]*>", page):
            assert "alt=" in image
            assert "width=" in image
            assert "height=" in image
    assert len(titles) == 7
