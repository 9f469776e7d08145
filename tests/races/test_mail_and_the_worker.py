"""Mail under fire: sweeps beside each other, workers killed, a server that holds on: each is told once."""

import subprocess
import threading
from collections import Counter

import pytest
from django.core.mail import send_mail
from django.db.models.functions import Now

from accounts.models import Message, OutboxEmail, User
from accounts.notifications import outbox
from accounts.notifications.outbox import deliver_due, enqueue, waiting
from benchmarks.fixtures import players as crowd
from draws.entries.take import take_tickets
from draws.lifecycle.close import close_due_draws
from draws.models import Draw, EntryToTell
from draws.notifications import sweeps
from draws.notifications.sweeps import send_receipts, send_results
from tests.conftest import let_close
from tests.races.together import at_once, program, refusals, wait_until, wait_until_alone
from tests.support.pages import take

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

ALICE = "alice@lucky11.example"
SWEEP = "import django; django.setup(); from accounts.notifications.outbox import deliver_due; deliver_due()"
# Tells in lots of 300 and stops before the third call of FUNCTION.
STOPPING = """
import django; django.setup()
from tests.races.stopping import stop_before
from draws.notifications import sweeps
sweeps.ENTRIES_AT_ONCE, sweeps.PLAYERS_AT_ONCE, sweeps.SWEEP_SECONDS = 300, 300, 600
stop_before("draws.notifications.kinds", "{function}", 3)
sweeps.{sweep}()
"""


@pytest.fixture(autouse=True)
def _a_slow_machine_cuts_no_sweep_short(monkeypatch):
    monkeypatch.setattr(sweeps, "SWEEP_SECONDS", 600)
    monkeypatch.setattr(outbox, "SWEEP_SECONDS", 600)


@pytest.fixture
def mail_environment(server_environment, mail_server):
    return server_environment | {"EMAIL_URL": f"smtp://127.0.0.1:{mail_server.port}"}


def stop_and_kill(environment, script: str) -> None:
    """Run the script until it says that it has stopped, kill it, and wait until the server has noticed."""
    with program("-c", script, environment=environment, stdout=subprocess.PIPE) as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "stopped\n"
        worker.kill()
        worker.wait()
    wait_until_alone()


def test_two_sweeps_at_once_deliver_each_mail_once(mail_server):
    for number in range(20):
        enqueue(f"mail-{number}", ALICE, f"Mail {number:02d}", "Text")
    assert refusals(at_once([deliver_due] * 4)) == []
    deliver_due()
    assert sorted(mail["Subject"] for mail in mail_server.accepted) == [f"Mail {n:02d}" for n in range(20)]
    assert waiting() == 0


def test_control_two_sweeps_that_look_and_then_send_deliver_each_mail_twice(mail_server):
    for number in range(20):
        enqueue(f"mail-{number}", ALICE, f"Mail {number:02d}", "Text")
    both_have_looked = threading.Barrier(2, timeout=30)

    def sweep():
        unsent = list(OutboxEmail.objects.filter(sent_at=None))
        both_have_looked.wait()
        for mail in unsent:
            send_mail(mail.subject, mail.text, None, [mail.recipient])
            OutboxEmail.objects.filter(pk=mail.pk).update(sent_at=Now())

    assert refusals(at_once([sweep] * 2)) == []
    assert Counter(str(mail["Subject"]) for mail in mail_server.accepted) == {
        f"Mail {n:02d}": 2 for n in range(20)
    }


def test_a_server_that_holds_on_keeps_one_worker_and_no_draw_from_closing(mail_server, alice, draw):
    take(alice, draw)
    let_close(draw)
    OutboxEmail.objects.all().delete()
    enqueue("slow", ALICE, "Slow", "Text")
    mail_server.hold()

    def meanwhile() -> list[int]:
        wait_until(lambda: mail_server.accepted, "the server has the mail")
        try:
            return [deliver_due(), deliver_due(), close_due_draws()]
        finally:
            mail_server.let_go()

    slow, others = at_once([lambda: deliver_due(1), meanwhile])
    assert slow == 1
    assert others == [0, 0, 3], "other workers turn round at once and close the draw"
    draw.refresh_from_db()
    assert draw.state == Draw.State.DRAWN


def test_a_worker_killed_while_the_server_holds_the_answer_leaves_one_mail_in_the_mailbox(
    mail_server, mail_environment
):
    for subject in ("First", "Second"):
        enqueue(subject, ALICE, subject, "Text")
    mail_server.hold()
    with program("-c", SWEEP, environment=mail_environment) as worker:
        wait_until(lambda: mail_server.accepted, "the server has the first mail")
        worker.kill()
        worker.wait()
    wait_until_alone()
    mail_server.let_go()
    assert waiting() == 2
    assert deliver_due() == 2
    assert waiting() == 0
    assert mail_server.subjects() == ["First", "Second"]
    assert Counter(str(mail["Subject"]) for mail in mail_server.accepted) == {"First": 2, "Second": 1}


def test_a_server_killed_in_the_middle_and_started_again_gets_every_mail(mail_server, mail_environment):
    for number in range(10):
        enqueue(f"mail-{number}", ALICE, f"Mail {number}", "Text")
    mail_server.on_data = lambda mail: (
        "250 OK" if len(mail_server.accepted) < 4 else mail_server.hold() or "250"
    )
    with program("-c", SWEEP, environment=mail_environment) as worker:
        wait_until(lambda: mail_server.is_holding, "the fifth mail is on its way")
        mail_server.stop()
        assert worker.wait(30) == 0, "the worker lives on"
    wait_until_alone()
    assert waiting() == 6
    mail_server.on_data = lambda mail: "250 OK"
    mail_server.is_holding = False
    mail_server.start()
    OutboxEmail.objects.filter(sent_at__isnull=True).update(due_at="2020-01-01T00:00Z")
    assert deliver_due() == 6
    assert mail_server.subjects() == [f"Mail {n}" for n in range(10)]
    taken = Counter(str(mail["Subject"]) for mail in mail_server.accepted)
    assert [taken[f"Mail {n}"] for n in range(10)] == [1] * 4 + [2] + [1] * 5, "only the fifth had no answer"


@pytest.fixture
def sold_to_a_thousand(make_draw):
    draw = make_draw(max_participants=1000, max_per_player=1, entry_fee=1)
    players = crowd(1000)
    # Who likes surprises is told the same, won or not.
    User.objects.update(covers_results_from=None)
    for player_id in players:
        take_tickets(player_id, draw.pk, 1, "request-1")
    return draw


def test_a_thousand_players_are_told_once_though_workers_are_killed_in_the_middle(
    sold_to_a_thousand, server_environment
):
    draw = sold_to_a_thousand
    stop_and_kill(server_environment, STOPPING.format(function="notify_entered", sweep="send_receipts"))
    assert Message.objects.filter(kind="ticket").count() == 600
    assert refusals(at_once([send_receipts] * 4)) == []
    assert not EntryToTell.objects.exists()
    assert Message.objects.filter(kind="ticket").count() == 1000
    assert Message.objects.filter(kind="ticket").values("user").distinct().count() == 1000

    let_close(draw)
    close_due_draws()
    stop_and_kill(server_environment, STOPPING.format(function="notify_not_won", sweep="send_results"))
    draw.refresh_from_db()
    assert draw.told_at is None
    assert Message.objects.filter(kind="result").count() == 600
    assert refusals(at_once([send_results] * 4)) == []
    draw.refresh_from_db()
    assert draw.told_at is not None
    for messages in (
        Message.objects.filter(kind="result"),
        OutboxEmail.objects.filter(key__startswith="res"),
    ):
        assert messages.count() == 999
        assert messages.values("key").distinct().count() == 999
    assert Message.objects.filter(kind="won").count() == 1


def test_entries_told_by_many_sweeps_while_tickets_are_taken_are_told_once(make_draw, make_player):
    draw = make_draw(max_participants=200, max_per_player=20, entry_fee=1)
    buyers = [make_player(coins=100) for _ in range(4)]

    def buy(player):
        return lambda: [take(player, draw) for _ in range(15)]

    assert refusals(at_once([*map(buy, buyers), *[lambda: [send_receipts() for _ in range(10)]] * 3])) == []
    send_receipts()
    assert Message.objects.filter(kind="ticket").count() == 60
    assert not EntryToTell.objects.exists()
