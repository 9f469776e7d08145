"""Through the provider in a real browser: two origins, a strict policy for contents, no script needed."""

import pytest
from django.core.cache import cache

from accounts.models import User
from tests.support.openid_provider import offered_by, running_provider

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False])
def test_a_visitor_joins_through_the_provider_and_comes_back(live_server, visit, settings, script):
    cache.clear()
    with running_provider() as provider:
        settings.SOCIALACCOUNT_PROVIDERS = offered_by(provider.origin)
        provider.claims = {"sub": "u-1", "email": "nova@lucky11.example", "email_verified": True}
        window = visit(live_server.url, script=script)
        page = window.go("/accounts/login/")
        page.get_by_role("button", name="Continue with Replica").click()
        page.wait_for_url(f"{provider.origin}/authorize**")
        page.get_by_role("button", name="Yes, it is me").click()
        page.get_by_role("heading", name="Join Lucky11").wait_for()
        page.get_by_label("First name").fill("Nova")
        page.get_by_label("I am 18 or older").check()
        page.get_by_role("button", name="Create my account").click()
        page.wait_for_url(f"{live_server.url}/")
        assert "50" in page.inner_text("header")
        assert User.objects.get().first_name == "Nova"
        window.page.context.clear_cookies()
        page = window.go("/accounts/login/?next=/coins/")
        page.get_by_role("button", name="Continue with Replica").click()
        page.get_by_role("button", name="Yes, it is me").click()
        page.wait_for_url("**/coins/")
        assert window.complaints == []
