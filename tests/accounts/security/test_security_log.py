"""The security log: each event has a row and a line, without secrets, and nobody changes what is there."""

import json
import logging
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.core.cache import cache, caches
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import SecurityEvent
from accounts.security.log import fingerprint, record
from common.database.service_flag import as_service
from common.encryption import decrypt
from common.web import rate_limits
from lucky11.monitoring.logs import JsonFormatter
from tests.accounts.signin.openid_flow import say_yes, through, way_to_the_provider
from tests.accounts.signin.test_second_factor import at_home, give_password, set_up
from tests.conftest import PASSWORD, unguarded
from tests.support.as_app import as_owner
from tests.support.codes import code_mailed_to, shown_to
from tests.support.pages import signed_in, words
from tests.support.staff import make_member, sign_in_boss

pytestmark = pytest.mark.django_db

TYPED = "what-somebody-typed-here"
STRANGER = "stranger@elsewhere.example"


@pytest.fixture(autouse=True)
def _nobody_tried_before(db):
    cache.clear()
    rate_limits.reset()
    caches["redis"].clear()


def try_password(email, password=TYPED, client=None):
    return (client or Client()).post("/accounts/login/", {"login": email, "password": password})


def events(*kinds):
    return list(SecurityEvent.objects.filter(kind__in=kinds).order_by("pk")) if kinds else kinds_written()


def kinds_written():
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))


def the_event(kind):
    [event] = events(kind)
    return event


def test_a_wrong_password_is_an_event_of_the_account(alice):
    try_password(alice.email)
    event = the_event("sign_in_failed")
    assert (event.user, event.by, event.who, event.client) == (alice, None, "", "127.0.0.1")
    assert event.details == {"method": "password"}
    assert len(event.request_id) == 32


def test_an_unknown_email_is_kept_as_a_fingerprint_that_only_who_types_it_finds(client, make_player):
    try_password(STRANGER)
    try_password("Another" + STRANGER)
    first, second = events("sign_in_failed")
    assert (first.user, first.who) == (None, fingerprint(STRANGER.upper()))
    assert first.who != second.who
    sign_in_boss(client, make_player)
    found = words(client.get("/admin/accounts/securityevent/", {"q": STRANGER}))
    assert "1 security event" in found


def test_too_many_attempts_are_an_event(alice):
    for _ in range(12):
        try_password(alice.email)
    assert events("locked")
    assert events("locked")[0].user == alice


def test_a_sign_in_of_staff_is_an_event_and_one_of_a_player_is_not(alice, make_player):
    give_password(alice)
    assert events() == []
    boss = make_player("boss", is_staff=True)
    give_password(boss)
    assert the_event("staff_signed_in").user == boss


def test_wrong_codes_are_events(alice):
    set_up(alice)
    client, _ = give_password(alice)
    client.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert the_event("sign_in_failed").user == alice
    other = Client()
    other.post("/accounts/password/reset/", {"email": alice.email})
    other.post("/accounts/password/reset/confirm/", {"code": "AAAA-AAA"})
    assert the_event("code_refused").user == alice


def test_adding_and_removing_a_factor_are_events(alice):
    client, _ = set_up(alice)
    assert [event.details["factor"] for event in events("factor_added")] == ["totp", "recovery_codes"]
    client.post("/accounts/2fa/totp/deactivate/")
    removed = [event.details["factor"] for event in events("factor_removed")]
    assert removed == ["totp", "recovery_codes"]


def test_passwords_set_in_any_way_are_events(client, alice, make_player):
    new = {"password1": "brass-river-lamp", "password2": "brass-river-lamp"}
    signed_in(alice).post("/accounts/password/change/", {"oldpassword": PASSWORD, **new})
    assert the_event("password_changed").by == alice
    visitor = Client()
    visitor.post("/accounts/password/reset/", {"email": alice.email})
    visitor.post("/accounts/password/reset/confirm/", {"code": code_mailed_to(alice.email)})
    visitor.post("/accounts/password/reset/complete/", new)
    assert the_event("password_reset").user == alice
    boss = sign_in_boss(client, make_player)
    client.post(f"/admin/accounts/user/{alice.pk}/password/", {**new, "usable_password": "true"})
    event = events("password_changed")[-1]
    assert (event.user, event.by, event.details) == (alice, boss, {"change": "set by staff"})


def test_ending_another_session_is_an_event(alice):
    here, _ = give_password(alice)
    give_password(alice)
    assert UserSession.objects.count() == 2
    here.post("/accounts/sessions/")
    event = the_event("session_ended")
    assert (event.user, event.by) == (alice, alice)


def test_connecting_a_provider_is_an_event_and_so_is_each_refusal(client, provider, alice):
    provider.wrong = "nonce"
    through(client)
    assert the_event("sign_in_failed").details == {"method": "provider", "reason": "state"}
    provider.wrong = ""
    home = at_home(alice)
    home.get(say_yes(way_to_the_provider(home, process="connect")), follow=True)
    assert the_event("provider_connected").user == alice
    home.post("/accounts/3rdparty/", {"account": SocialAccount.objects.get().pk})
    assert the_event("provider_removed").user == alice


def test_what_is_refused_is_an_event(alice):
    assert signed_in(alice).get("/admin/accounts/user/", follow=True).status_code == 403
    event = the_event("refused")
    assert (event.user, event.details["reason"]) == (alice, "permission")
    Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": alice.email, "password": TYPED})
    assert events("refused")[-1].details == {"reason": "form", "page": "account_login"}


def test_what_a_link_proves_is_not_in_the_log(alice):
    Client(enforce_csrf_checks=True).post("/accounts/confirm-email/MQ:secret-key/")
    assert "secret-key" not in str(the_event("refused").details)


def test_a_stranger_cannot_fill_the_log_with_refusals(settings):
    settings.RATE_LIMIT_SECONDS = 3600
    browser = Client(enforce_csrf_checks=True)
    for _ in range(settings.RATE_LIMIT_PLAYER + 20):
        browser.post("/accounts/login/", {})
    assert len(events("refused")) == settings.RATE_LIMIT_PLAYER


def test_nothing_secret_is_in_a_row_or_a_line(client, alice, make_player, caplog):
    with caplog.at_level(logging.INFO):
        set_up(alice)
        secret = decrypt(Authenticator.objects.get(user=alice, type="totp").data["secret"])
        code = shown_to(alice)
        browser, _ = give_password(alice)
        browser.post("/accounts/2fa/authenticate/", {"code": "135790"})
        browser.post("/accounts/2fa/authenticate/", {"code": code})
        for email in (alice.email, STRANGER):
            try_password(email)
        visitor = Client()
        visitor.post("/accounts/password/reset/", {"email": alice.email})
        mailed = code_mailed_to(alice.email)
        visitor.post("/accounts/password/reset/confirm/", {"code": "BBBB-BBB"})
        visitor.post("/accounts/password/reset/confirm/", {"code": mailed})
        sign_in_boss(client, make_player)
        client.get("/admin/accounts/user/", {"q": STRANGER})
    rows = json.dumps(list(SecurityEvent.objects.values()), default=str)
    lines = "\n".join(JsonFormatter().format(entry) for entry in caplog.records if "security" in entry.name)
    assert len(SecurityEvent.objects.all()) == lines.count('"logger": "lucky11.security"') > 5
    for typed in (PASSWORD, TYPED, secret, code, "135790", mailed, "BBBB", STRANGER, alice.email):
        assert typed not in rows
        assert typed not in lines


def test_a_line_for_machines_has_the_facts_of_its_row(alice, caplog):
    with caplog.at_level(logging.INFO):
        try_password(alice.email)
    [entry] = [entry for entry in caplog.records if entry.name == "lucky11.security"]
    line = json.loads(JsonFormatter().format(entry))
    assert (line["event"], line["user"], line["client"]) == ("sign_in_failed", alice.pk, "127.0.0.1")
    assert line["message"].startswith(f"event=sign_in_failed user={alice.pk}")


def test_a_log_that_cannot_be_written_keeps_nobody_out(make_player, caplog):
    boss = make_player("boss", is_staff=True)
    with as_owner() as cursor:
        cursor.execute("ALTER TABLE security_events ADD CONSTRAINT full_up CHECK (kind = '')")
    client, _ = give_password(boss)
    assert client.get("/profile/").status_code == 200
    assert "could not be stored: staff_signed_in" in caplog.text


def test_an_event_of_a_change_that_was_undone_is_gone_with_it(alice):
    with transaction.atomic():
        record(SecurityEvent.Kind.PASSWORD_CHANGED, None, user=alice)
        assert kinds_written() == ["password_changed"]
        transaction.set_rollback(True)
    assert events() == []


@pytest.mark.owner
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE security_events SET kind = 'x'",
        "DELETE FROM security_events",
        "TRUNCATE security_events",
    ],
)
def test_nobody_changes_or_removes_an_event(alice, statement):
    try_password(alice.email)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        with pytest.raises(DatabaseError, match="Rows of security_events"), transaction.atomic():
            cursor.execute(statement)
    with pytest.raises(DatabaseError, match="kept for a time"), transaction.atomic(), as_service("purge"):
        SecurityEvent.objects.all().delete()


def test_the_sweep_removes_what_is_older_than_it_is_kept(alice, settings):
    for days in (10, 29, 45, 181):
        record(SecurityEvent.Kind.LOCKED, None, user=alice)
        with unguarded() as cursor:
            old = timezone.now() - timedelta(days=days)
            cursor.execute(
                "UPDATE security_events SET at = %s WHERE id = (SELECT max(id) FROM security_events)", [old]
            )
    call_command("db_purge", verbosity=0)
    assert len(events()) == 3
    settings.SECURITY_LOG_DAYS = 1
    call_command("db_purge", verbosity=0)
    assert len(events()) == 2, "nothing of the last 30 days goes, whatever the setting says"


def test_auditors_read_the_log_and_find_by_player_kind_and_address(alice, bob, make_player):
    try_password(alice.email)
    try_password(bob.email)
    auditor = signed_in(make_member(make_player, "Auditor"))
    for query in ({"q": alice.email}, {"user": alice.pk}):
        page = words(auditor.get("/admin/accounts/securityevent/", query))
        assert alice.email in page
        assert bob.email not in page
    page = words(auditor.get("/admin/accounts/securityevent/", {"q": "127.0.0.1", "kind": "sign_in_failed"}))
    assert "2 results" in page
    assert "0 results" in words(auditor.get("/admin/accounts/securityevent/", {"q": "127.0.0.2"}))
    assert "Permission denied" in words(auditor.get("/admin/accounts/securityevent/", {"kind": "refused"}))
    support = signed_in(make_member(make_player, "Support"))
    assert support.get("/admin/accounts/securityevent/").status_code == 403
