"""The page of a player's addresses offers for each what can be done with it, and nothing else."""

import re

import pytest
from allauth.account.models import EmailAddress

from tests.support.pages import just_proved

pytestmark = pytest.mark.django_db

MAIN, RESEND, REMOVE = "action_primary", "action_send", "action_remove"
SECOND, NEW = "ana.second@lucky11.example", "ana.new@lucky11.example"


@pytest.fixture
def ana(make_player):
    return make_player("ana")


def offered(client) -> dict[str, list[str]]:
    """The buttons of each address on the page."""
    page = client.get("/accounts/email/").content.decode()
    [listed] = re.findall(r'<ul role="list" class="rows">(.*?)</ul>', page, re.DOTALL)
    rows = re.findall(r"<li>(.*?)</li>", listed, re.DOTALL)
    return {
        re.findall(r"<strong[^>]*>(.*?)<", row)[0]: re.findall(r'name="(action_\w+)"', row) for row in rows
    }


def test_a_single_confirmed_address_has_no_buttons(ana):
    assert offered(just_proved(ana)) == {ana.email: []}


def test_each_address_has_the_buttons_that_make_sense(ana):
    EmailAddress.objects.create(user=ana, email=SECOND, verified=True)
    EmailAddress.objects.create(user=ana, email=NEW, verified=False)
    assert offered(just_proved(ana)) == {ana.email: [], SECOND: [MAIN, REMOVE], NEW: [RESEND, REMOVE]}


def test_the_buttons_do_what_they_say(ana):
    EmailAddress.objects.create(user=ana, email=SECOND, verified=True)
    client = just_proved(ana)
    client.post("/accounts/email/", {"email": SECOND, MAIN: ""})
    assert EmailAddress.objects.get(primary=True).email == SECOND
    assert offered(client) == {ana.email: [MAIN, REMOVE], SECOND: []}
    client.post("/accounts/email/", {"email": ana.email, REMOVE: ""})
    assert offered(client) == {SECOND: []}


def test_the_main_address_stays_whatever_a_form_says(ana):
    just_proved(ana).post("/accounts/email/", {"email": ana.email, REMOVE: ""})
    assert EmailAddress.objects.get(user=ana).email == ana.email
