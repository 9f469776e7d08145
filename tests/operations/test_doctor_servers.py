"""`manage.py doctor` on a documented production whose database or Redis is not as it should be."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.operations.documented.doctor import doctor, wrong
from tests.operations.documented.fixtures import documented, documented_servers
from tests.operations.documented.servers import Redis
from tests.support.mail_server import silent_server
from tests.support.nightly import at_night

__all__ = ["doctor", "documented", "documented_servers"]
pytestmark = [pytest.mark.slow, pytest.mark.nightly]


# -- the database --


@pytest.mark.parametrize(
    ("role", "said"), [("superuser", "a superuser"), at_night("owner", "owns the tables")]
)
def test_a_role_with_more_rights_than_the_sites_own_is_a_problem(doctor, role, said):
    lines = doctor(role=role)
    assert lines["Role"]["state"] == "problem"
    assert said in lines["Role"]["found"]
    assert "lucky11_app in DATABASE_URL" in lines["Role"]["advice"]


@pytest.mark.nightly
def test_a_right_too_many_is_named(documented, doctor):
    documented.postgres.ask("GRANT DELETE ON transactions TO lucky11_app")
    try:
        line = doctor()["Rights"]
    finally:
        documented.postgres.ask("REVOKE DELETE ON transactions FROM lucky11_app")
    assert line["state"] == "problem"
    assert "too much: lucky11_app may DELETE table transactions" in line["found"]
    assert "manage.py db_roles" in line["advice"]
    assert doctor()["Rights"]["state"] == "ok"


@pytest.mark.parametrize(
    ("change", "back", "said"),
    [
        (
            "DELETE FROM django_migrations WHERE (app, name) = ('lucky11', '0001_initial')",
            "INSERT INTO django_migrations (app, name, applied) VALUES ('lucky11', '0001_initial', now())",
            "are not applied",
        ),
        (
            "INSERT INTO django_migrations (app, name, applied) VALUES ('draws', '9999_of_tomorrow', now())",
            "DELETE FROM django_migrations WHERE name = '9999_of_tomorrow'",
            "another version: draws.9999_of_tomorrow",
        ),
    ],
    ids=["too few", "too many"],
)
def test_migrations_of_another_version_are_a_problem(documented, doctor, change, back, said):
    documented.postgres.ask(change)
    try:
        line = doctor()["Migrations"]
    finally:
        documented.postgres.ask(back)
    assert (line["state"], said in line["found"]) == ("problem", True)


def test_a_connection_that_is_not_verified_is_a_problem(documented, doctor):
    address = documented.database_url("site").replace("verify-full", "require")
    assert wrong(doctor(DATABASE_URL=address)) == {"TLS to the database": "problem"}


def test_without_the_database_everything_else_is_still_said(documented, doctor):
    documented.postgres.stop()
    try:
        lines = doctor(before="")
    finally:
        documented.postgres.start()
    assert lines["PostgreSQL"]["state"] == "problem"
    assert "Connection refused" in lines["PostgreSQL"]["found"]
    assert lines["Migrations"]["found"] == "Not checked: PostgreSQL does not answer."
    assert {"Redis", "Static files", "Packages", "Address"} & set(wrong(lines)) == set()


@pytest.mark.nightly
def test_a_server_that_never_says_a_word_holds_up_one_line_only(documented, doctor):
    with silent_server() as port:
        silence = f"postgres://lucky11_app@127.0.0.1:{port}/lucky11?sslmode=verify-full&sslrootcert=/ca.pem"
        lines = doctor(DATABASE_URL=silence, EMAIL_URL=f"smtp://127.0.0.1:{port}")
    # After connect_timeout, which is shorter than the doctor's own patience.
    assert lines["PostgreSQL"]["found"] == "connection timeout expired."
    assert lines["Rights"]["found"] == "Not checked: PostgreSQL does not answer."
    assert lines["Mail server"]["state"] == "problem"
    assert lines["Redis"]["state"] == "ok"


# -- Redis --


class OpenRedis(Redis):
    """A Redis as no production may have it."""

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def make(self) -> None:
        self.folder.mkdir(mode=0o700)
        told = f"bind 127.0.0.1\nport {self.port}\ndir {self.folder}\nmaxmemory 64mb\n"
        told += 'maxmemory-policy allkeys-lru\nsave ""\n'
        self.file.parent.mkdir(parents=True)
        self.file.write_text(told)
        for each in (self.folder, self.file):
            self.who.give(each)


@pytest.fixture
def open_redis(place: Path) -> Iterator[Redis]:
    server = OpenRedis(place, "")
    server.make()
    server.start()
    yield server
    server.stop()


def test_a_redis_that_is_open_forgets_tasks_and_keeps_nothing_is_named_for_each(doctor, open_redis):
    lines = doctor(REDIS_URL=open_redis.url)
    assert wrong(lines) == {
        "Protection of Redis": "problem",
        "Memory of Redis": "problem",
        "Persistence of Redis": "warning",
    }
    assert "requirepass" in lines["Protection of Redis"]["advice"]
    assert "noeviction" in lines["Memory of Redis"]["advice"]
    assert "appendonly" in lines["Persistence of Redis"]["advice"]


def test_without_redis_or_its_password_everything_else_is_still_said(documented, doctor):
    password = documented.passwords["redis"]
    lines = doctor(REDIS_URL=documented.redis.url.replace(password, "another-password"))
    assert "invalid username-password pair" in lines["Redis"]["found"]
    documented.redis.stop()
    try:
        lines = doctor(before="")
    finally:
        documented.redis.start()
    assert (lines["Redis"]["state"], lines["PostgreSQL"]["state"]) == ("problem", "ok")
    assert lines["Worker"]["found"] == "Not checked: Redis does not answer."
