"""What every answer says about who may keep it and what its page may do."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.urls import reverse
from django.utils import timezone

from lucky11.gate.headers import NOT_KEPT
from tests.support.pages import take
from tests.test_configuration import COMPLETE, start

pytestmark = pytest.mark.django_db
SECRETS = [
    "/accounts/login/",
    "/accounts/password/reset/",
    "/welcome-back/x:y:z/",
    "/accounts/confirm-email/x:y:z/",
]


def kept(answer: Any) -> str:
    return str(answer.headers.get("Cache-Control", ""))


def test_a_visitors_pages_are_kept_as_they_were(client, draw):
    for path in ("/", "/how-it-works/", f"/draws/{draw.pk}/", "/winners/"):
        assert "no-store" not in kept(client.get(path)), path


@pytest.mark.parametrize("path", SECRETS)
def test_a_page_with_a_secret_is_never_kept(client, path):
    assert kept(client.get(path)) == NOT_KEPT


def test_what_was_posted_and_what_names_a_receipt_is_never_kept(client, draw):
    assert kept(client.post("/coins/daily/")) == NOT_KEPT
    assert kept(client.get(f"/draws/{draw.pk}/?receipt=1")) == NOT_KEPT


@pytest.mark.parametrize(
    "path", ["/", "/tickets/", "/coins/", "/profile/", "/how-it-works/", "/no/such/page/", "/log/"]
)
def test_a_players_pages_are_never_kept(client, alice, path):
    client.force_login(alice)
    assert kept(client.get(path)) == NOT_KEPT


def test_a_staff_page_is_never_kept(client, make_player, draw):
    client.force_login(make_player("boss", is_staff=True, is_superuser=True))
    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"
        assert kept(client.get(reverse(name))) == NOT_KEPT


def test_what_is_the_same_for_all_is_kept_for_players_too(client, alice, draw):
    take(alice, draw)
    client.force_login(alice)
    for path in (f"/draws/{draw.pk}/proof.json", "/log.json"):
        answer = client.get(path)
        assert "public" in kept(answer), path
        assert "no-store" not in kept(answer), path


@pytest.mark.parametrize(
    "path", ["/", "/healthz", "/no/such/page/", "/?q=%00", "/static/css/base/tokens.css"]
)
def test_every_answer_says_what_its_page_may_do(client, path):
    answer = client.get(path)
    answer.close()
    headers = answer.headers
    assert "camera=()" in headers["Permissions-Policy"]
    assert "publickey-credentials" not in headers["Permissions-Policy"]
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_security_txt_says_whom_to_tell_and_until_when(client, settings):
    settings.SECURITY_CONTACT = "mailto:security@lucky11.example"
    settings.SITE_ORIGIN = "https://lucky11.example"
    answer = client.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    said = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    assert said["Contact"] == "mailto:security@lucky11.example"
    assert said["Canonical"] == "https://lucky11.example/.well-known/security.txt"
    expires = datetime.fromisoformat(said["Expires"])
    assert timedelta(days=30) < expires - timezone.now() < timedelta(days=365)
    assert client.post("/.well-known/security.txt").status_code == 405


def test_a_password_manager_finds_where_the_password_is_changed(client, alice):
    client.force_login(alice)
    answer = client.get("/.well-known/change-password", follow=True)
    assert answer.redirect_chain == [("/accounts/password/change/", 302)]
    assert answer.status_code == 200


ASK = """
import django, json
django.setup()
from django.conf import settings
from django.test import Client
# The files are not collected here.
settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
browser = Client(headers={"host": "lucky11.internal", "x-forwarded-proto": "https"})
answer = browser.get("/accounts/password/reset/", secure=True)
cookies = [cookie.OutputString() for cookie in answer.cookies.values()]
print(json.dumps([settings.SESSION_COOKIE_NAME, cookies, answer.headers["Strict-Transport-Security"]]))
"""


def ask_production(**environment: str) -> tuple[str, list[str], str]:
    site = {"ALLOWED_HOSTS": "lucky11.internal", "SITE_ORIGIN": "https://lucky11.internal"}
    ended = start(ASK, **COMPLETE, **site, BEHIND_TLS_PROXY="true", **environment)
    assert ended.returncode == 0, ended.stderr
    name, cookies, transport = json.loads(ended.stdout.splitlines()[-1])
    return name, cookies, transport


def test_in_production_no_other_host_can_set_the_cookies_of_a_session_and_of_forms():
    name, cookies, transport = ask_production()
    assert name == "__Host-sessionid"
    assert [cookie.partition("=")[0] for cookie in cookies] == ["__Host-csrftoken"]
    assert re.search("; Secure(;|$)", cookies[0])
    assert "; Path=/;" in cookies[0]
    assert "Domain" not in cookies[0]
    assert transport == "max-age=31536000; includeSubDomains"


def test_browsers_are_asked_to_remember_https_for_good_only_where_the_operator_says_so():
    assert "preload" in ask_production(SECURE_HSTS_PRELOAD="true")[2]
