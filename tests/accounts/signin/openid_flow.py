"""The way through an OpenID Connect provider and back, as a browser goes it."""

import html
import re

import httpx
from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount

from accounts.models import OutboxEmail, User

ADDRESS = "nova@lucky11.example"
LOGIN = "/accounts/oidc/openid/login/"
# Without certificates, which plain HTTP does not need and which take long to read.
BROWSER = httpx.Client(verify=False)


def way_to_the_provider(client, **sent):
    """The provider's address, from the page that the button leads to."""
    page = client.post(LOGIN, sent)
    assert page.status_code == 200, page.content
    found = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page.content.decode())
    assert found
    return html.unescape(found[1])


def say_yes(address, **form):
    """Press the button of the provider's form; the way back, as a path of the site."""
    assert "<form" in BROWSER.get(address).text
    answer = BROWSER.post(address, data=form)
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://testserver")


def through(client, follow=True, **sent):
    """The whole way: button, provider, and back."""
    return client.get(say_yes(way_to_the_provider(client, **sent)), follow=follow)


def accept(client, **fields):
    sent = {"accepts_rules": "on", "first_name": "Nova"} | fields
    return client.post("/accounts/3rdparty/signup/", sent, follow=True)


def is_signed_in(client):
    return client.get("/profile/").status_code == 200


def nothing_was_done(client, players=0):
    assert not is_signed_in(client)
    assert User.objects.count() == players
    assert not SocialAccount.objects.exists()
    assert EmailAddress.objects.count() == players
    assert not OutboxEmail.objects.exclude(subject__startswith="Welcome").exists()
