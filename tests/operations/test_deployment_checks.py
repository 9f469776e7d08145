"""What `manage.py check --deploy` wants of a production beside TLS to its database (test_tls.py)."""

from __future__ import annotations

import pytest
from django.db import connection
from psycopg import sql

from lucky11 import checks
from tests.operations.test_tls import URL, check

VERIFIED = f"{URL}?sslmode=verify-full&sslrootcert=/ca.pem"


@pytest.mark.slow
def test_a_production_that_left_everything_out_is_told_everything_with_a_hint():
    left_out = ("DEFAULT_FROM_EMAIL", "ALERT_EMAILS", "BACKUP_KEYS", "BEHIND_TLS_PROXY")
    wrong = {"REDIS_URL": "redis://127.0.0.1:1/0", "SITE_ORIGIN": "http://lucky11.internal"}
    code, said = check(VERIFIED, **dict.fromkeys(left_out, ""), **wrong)
    assert code == 1
    for name in ("E003", "E006", "W001", "W002", "W003", "W005"):
        assert f"(lucky11.{name})" in said
    assert said.count("HINT: ") >= 6


def ids(found) -> list[str]:
    assert all(each.hint for each in found)
    return [str(each.id).removeprefix("lucky11.") for each in found]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("redis://redis.internal:6379/0", ["E003"]),
        ("redis://:secret@redis.internal:6379/0", []),
        ("rediss://redis.internal:6379/0", []),
        ("unix:///run/redis/redis.sock", []),
    ],
)
def test_redis_has_a_password_or_tls(settings, url, expected):
    settings.REDIS_URL = url
    assert ids(checks.redis_protection(None)) == expected


@pytest.mark.parametrize(
    ("origin", "hosts", "expected"),
    [
        ("https://lucky11.internal", ["lucky11.internal"], []),
        ("https://lucky11.internal", [".internal"], []),
        ("https://lucky11.internal", ["other.internal"], ["E007"]),
        ("http://lucky11.internal", ["lucky11.internal"], ["E006"]),
        ("https://lucky11.internal/", ["lucky11.internal"], ["E006"]),
        ("lucky11.internal", ["lucky11.internal"], ["E006"]),
    ],
)
def test_the_site_has_a_public_address_that_it_answers_to(settings, origin, hosts, expected):
    settings.SITE_ORIGIN, settings.ALLOWED_HOSTS = origin, hosts
    assert ids(checks.site_origin(None)) == expected


@pytest.mark.parametrize(
    ("address", "real"),
    [
        ("help@lucky11.internal", True),
        ("help@counterexample.com", True),
        ("help@lucky11.example", False),
        ("help@example.org", False),
        ("help@mail.localhost", False),
        ("help", False),
        ("", False),
    ],
)
def test_an_address_of_an_example_is_nobodys(settings, address, real):
    settings.DEFAULT_FROM_EMAIL, settings.SUPPORT_EMAIL = "Lucky11 <hello@lucky11.internal>", address
    settings.ALERT_EMAILS = [address] if address else []
    settings.ALERT_WEBHOOK_URL = ""
    assert ids(checks.mail_addresses(None)) == ([] if real else ["W002"])
    assert ids(checks.alerts(None)) == ([] if real else ["W003"])


def test_a_webhook_is_somebody_too(settings):
    settings.ALERT_EMAILS, settings.ALERT_WEBHOOK_URL = [], "https://chat.internal/hook"
    assert checks.alerts(None) == []


@pytest.mark.parametrize(
    ("folder", "keys", "wanted", "expected"),
    [
        ("", [], True, ["W004"]),
        ("/backups", [], True, ["W005"]),
        ("/backups", ["key"], True, []),
        ("/backups", [], False, []),
    ],
    ids=["none", "plain", "encrypted", "plain on purpose"],
)
def test_backups_are_encrypted_or_the_operator_has_said_no(settings, folder, keys, wanted, expected):
    settings.BACKUP_FOLDER, settings.BACKUP_STORAGE = folder, ""
    settings.BACKUP_KEYS, settings.BACKUP_ENCRYPTION = keys, wanted
    assert ids(checks.backups(None)) == expected


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([], []),
        (["ALTER ROLE {} SUPERUSER"], ["E004"]),
        (["GRANT CREATE ON SCHEMA public TO {}", "ALTER TABLE incidents OWNER TO {}"], ["E005"]),
        (
            [
                "CREATE ROLE lucky11_owning",
                "GRANT CREATE ON SCHEMA public TO lucky11_owning",
                "ALTER TABLE incidents OWNER TO lucky11_owning",
                "GRANT lucky11_owning TO {}",
            ],
            ["E005"],
        ),
    ],
    ids=["neither", "superuser", "owner", "member of the owner"],
)
@pytest.mark.django_db
def test_the_sites_role_is_neither_superuser_nor_owner(statements, expected):
    role = sql.Identifier("lucky11_checked")
    with connection.cursor() as cursor:
        for words in ("CREATE ROLE {}", *statements, "SET LOCAL ROLE {}"):
            cursor.execute(sql.SQL(words).format(role))
    assert ids(checks.database_role(None, databases=["default"])) == expected
    # It asks the database only if it may.
    assert checks.database_role(None) == []
