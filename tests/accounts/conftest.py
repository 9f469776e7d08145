"""What the tests of signing in share."""

import pytest
from django.core.cache import cache

from tests.accounts.admin.four_eyes import both_groups
from tests.accounts.signin.openid_flow import ADDRESS
from tests.support.openid_provider import offered_by, running_provider


@pytest.fixture
def provider(settings, db):
    """A provider of this test's own, by which nova signs in; nobody has tried to sign in before."""
    cache.clear()
    with running_provider() as running:
        settings.SOCIALACCOUNT_PROVIDERS = offered_by(running.origin)
        running.claims = {"sub": "u-1", "email": ADDRESS, "email_verified": True, "given_name": "Nova"}
        yield running


@pytest.fixture
def ann(make_player):
    """In both groups whose acts need approval."""
    return both_groups(make_player, "ann")


@pytest.fixture
def ben(make_player):
    """Another one."""
    return both_groups(make_player, "ben")
