"""What the environment says of the provider: all of it, or none."""

import pytest

from tests.test_configuration import COMPLETE, start

OIDC = {
    "OIDC_SERVER_URL": "https://login.example/",
    "OIDC_CLIENT_ID": "lucky11",
    "OIDC_CLIENT_SECRET": "hidden",
}


@pytest.mark.parametrize("missing", list(OIDC))
def test_a_provider_that_is_only_half_named_stops_the_start_with_a_sentence(missing):
    ended = start(**COMPLETE, **{name: value for name, value in OIDC.items() if name != missing})
    assert ended.returncode != 0
    assert f"{missing} is not set, but another OIDC variable is." in ended.stderr
    assert "hidden" not in ended.stderr


def test_an_address_that_is_none_stops_the_start():
    ended = start(**COMPLETE, **OIDC | {"OIDC_SERVER_URL": "login.example"})
    assert ended.returncode != 0
    assert "OIDC_SERVER_URL is not an address" in ended.stderr


def test_a_provider_that_is_named_and_none_at_all_both_start():
    assert start(**COMPLETE).returncode == 0
    assert start(**COMPLETE, **OIDC, OIDC_NAME="Replica").returncode == 0


def test_staff_need_a_second_factor_unless_it_is_a_development_site():
    script = "from django.conf import settings as s; print(s.STAFF_SECOND_FACTOR)"
    assert start(script, **COMPLETE).stdout == "True\n"
    assert start(script, **COMPLETE, DEBUG="true").stdout == "False\n"
    assert start(script, **COMPLETE, DEBUG="true", STAFF_SECOND_FACTOR="true").stdout == "True\n"
