"""What a machine can make of the forms for strangers: accounts with welcome coins, and emails to anybody."""

import time

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from accounts.models import OutboxEmail, User
from tests.conftest import PASSWORD
from tests.support.pages import signed_in, words

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = 60, 3600, 86_400
SOMEBODY = "somebody@elsewhere.example"


@pytest.fixture
def clock(db):
    """A clock that stands still until the test moves it; nobody has tried anything yet."""
    cache.clear()
    with time_machine.travel(time.time(), tick=False) as moved:
        yield moved


def join(email, address="198.51.100.7"):
    sent = {"email": email, "password1": "tall-orange-kettle", "accepts_rules": "on"}
    return Client(REMOTE_ADDR=address).post("/accounts/signup/", sent)


def mails_to(email):
    return OutboxEmail.objects.filter(recipient=email).count()


def slowly(clock, times, act):
    """Do something as often as the limits by the minute allow; the answers' status codes."""
    answers = []
    for _ in range(times):
        answers.append(act().status_code)
        clock.shift(MINUTE // 10)
    return answers


def test_one_address_opens_only_so_many_accounts_a_day(clock, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"signup": "20/m/ip,25/d/ip"}
    numbers = iter(range(100))
    answers = slowly(clock, 30, lambda: join(f"crowd-{next(numbers)}@lucky11.example"))
    assert answers == [302] * 25 + [429] * 5
    assert User.objects.count() == 25
    assert join("home@lucky11.example", "203.0.113.9").status_code == 302
    clock.shift(DAY)
    assert join("later@lucky11.example").status_code == 302


def test_the_site_itself_has_such_a_limit(settings):
    assert f"{settings.SIGNUPS_PER_ADDRESS}/d/ip" in settings.ACCOUNT_RATE_LIMITS["signup"]


def test_all_addresses_of_one_customer_count_as_one(clock, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"signup": "3/d/ip"}
    answers = [join(f"v6-{n}@lucky11.example", f"2001:db8:1:2::{n + 1:x}").status_code for n in range(5)]
    assert answers == [302] * 3 + [429] * 2


def test_joining_again_and_again_does_not_flood_a_mailbox(clock, alice):
    pages = set()
    for n in range(10):
        answer = join(alice.email, f"198.51.100.{n + 1}")
        pages.add((answer.status_code, answer["Location"]))
        clock.shift(HOUR // 2)
    assert mails_to(alice.email) - 1 <= 5, "one is the welcome"
    assert len(pages) == 1, "whether an email went out must not be seen"


def test_resetting_again_and_again_does_not_flood_a_mailbox(clock, alice):
    for email in (alice.email, SOMEBODY):
        before = mails_to(email)
        for n in range(24):
            Client(REMOTE_ADDR=f"198.51.100.{n + 1}").post("/accounts/password/reset/", {"email": email})
            clock.shift(MINUTE)
        assert 0 < mails_to(email) - before <= 20


def test_an_account_cannot_send_confirmations_to_the_world(clock, alice):
    client = signed_in(alice)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for n in range(33):
        client.post("/accounts/email/", {"action_add": "", "email": f"world-{n}@elsewhere.example"})
        client.post("/accounts/email/", {"action_remove": "", "email": f"world-{n}@elsewhere.example"})
        clock.shift(MINUTE)
    assert OutboxEmail.objects.filter(recipient__startswith="world-").count() <= 30


def test_a_page_says_that_it_was_too_often(clock, settings):
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {"signup": "1/d/ip"}
    join("first@lucky11.example")
    assert "A little too fast" in words(join("second@lucky11.example"))
