"""Mail is a row first: a mail server that refuses, hangs or dies loses nothing and repeats nothing."""

import time
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail as sent_mails
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import OutboxEmail
from accounts.notifications import outbox
from accounts.notifications.outbox import deliver_due, enqueue, enqueue_all, waiting
from tests.support.mail_server import silent_server

ALICE, BOB = "alice@lucky11.example", "bob@lucky11.example"


def only_mail() -> OutboxEmail:
    return OutboxEmail.objects.get()


def make_due() -> None:
    """Let the waits pass of all mails that were not given up."""
    OutboxEmail.objects.filter(attempts__lt=outbox.MAX_ATTEMPTS).update(due_at=timezone.now())


@pytest.mark.django_db
def test_a_mail_arrives_once_with_both_parts_however_often_the_fact_is_reported(mail_server):
    for _ in range(3):
        enqueue("won:1:0", ALICE, "You\nwon – ágora", "Text – für alle", "<p>Text – für alle</p>")
    assert deliver_due() == 1
    assert deliver_due() == 0
    [mail] = mail_server.accepted
    assert (mail["To"], mail["Subject"]) == (ALICE, "You won – ágora")
    assert mail["From"] == settings.DEFAULT_FROM_EMAIL
    assert mail["Message-ID"].endswith("@lucky11.example>")
    assert mail["Date"]
    assert mail.get_body(("plain",)).get_content().strip() == "Text – für alle"
    assert mail.get_body(("html",)).get_content().strip() == "<p>Text – für alle</p>"
    assert only_mail().sent_at is not None


@pytest.mark.django_db
def test_a_mail_belongs_to_the_fact_it_tells():
    with transaction.atomic():
        enqueue("won:1:0", ALICE, "You won", "Text")
        transaction.set_rollback(True)
    assert waiting() == 0


@pytest.mark.django_db
def test_the_mails_of_a_sweep_share_one_connection(mail_server):
    for number in range(5):
        enqueue(f"mail-{number}", ALICE, f"Mail {number}", "Text")
    assert deliver_due() == 5
    assert (len(mail_server.accepted), mail_server.connections) == (5, 1)


@pytest.mark.django_db
def test_no_outage_is_long_enough_to_lose_a_mail(mail_server):
    enqueue("a", ALICE, "Hello", "Text")
    mail_server.stop()
    for _ in range(outbox.MAX_ATTEMPTS + 5):
        make_due()
        assert deliver_due() == 0
    assert (only_mail().attempts, waiting()) == (0, 1)
    assert "ConnectionRefusedError" in only_mail().last_error
    assert only_mail().due_at - timezone.now() < timedelta(minutes=1), "it goes soon after the server is back"
    mail_server.start()
    make_due()
    assert deliver_due() == 1
    assert mail_server.subjects() == ["Hello"]
    assert only_mail().last_error == ""


@pytest.mark.django_db
def test_while_the_server_is_away_a_sweep_asks_for_it_once(mail_server):
    enqueue_all([OutboxEmail(key=f"{n}", recipient=ALICE, subject="Hello", text="Text") for n in range(5)])
    mail_server.stop()
    assert deliver_due() == 0
    assert OutboxEmail.objects.exclude(last_error="").count() == 1


@pytest.mark.django_db
def test_a_mail_refused_for_now_waits_longer_each_time_and_says_why(mail_server):
    enqueue("a", ALICE, "To Alice", "Text")
    enqueue("b", BOB, "To Bob", "Text")
    mail_server.on_recipient = lambda to: "451 Try later" if to == ALICE else "250 OK"
    waits = []
    for turn in range(3):
        assert deliver_due() == (turn == 0), "the other mail is not kept waiting"
        refused = OutboxEmail.objects.get(key="a")
        assert refused.attempts == turn + 1
        assert "451" in refused.last_error
        assert "Try later" in refused.last_error
        waits.append(refused.due_at - timezone.now())
        make_due()
    assert timedelta(seconds=8) < waits[0] < waits[1] < waits[2]
    mail_server.on_recipient = lambda to: "250 OK"
    assert deliver_due() == 1
    assert mail_server.subjects() == ["To Alice", "To Bob"]


@pytest.mark.django_db
@pytest.mark.parametrize("step", ["on_recipient", "on_data"])
def test_a_mail_refused_for_good_is_given_up_after_three_tries_until_staff_try_again(mail_server, step):
    enqueue("a", ALICE, "Hello", "Text")
    setattr(mail_server, step, lambda _: "550 No such mailbox")
    for _ in range(outbox.MAX_REFUSALS):
        assert waiting() == 1
        assert deliver_due() == 0
        make_due()
    assert waiting() == 0
    assert only_mail().last_error.startswith("Given up after 3 attempts.")
    assert "No such mailbox" in only_mail().last_error
    assert deliver_due() == 0
    setattr(mail_server, step, lambda _: "250 OK")
    assert outbox.try_again([only_mail().pk]) == 1
    assert deliver_due() == 1
    assert mail_server.subjects() == ["Hello"]


@pytest.mark.django_db
@pytest.mark.parametrize("code", ["451 Busy", "421 Goodbye", "554 Not this one"])
def test_a_refused_mail_does_not_keep_the_others_of_its_sweep_waiting(mail_server, code):
    for subject in ("Bad", "Good", "Better"):
        enqueue(subject, ALICE, subject, "Text")
    mail_server.on_data = lambda mail: code if mail["Subject"] == "Bad" else "250 OK"
    assert deliver_due() == 2
    assert mail_server.subjects() == ["Better", "Good"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address",
    [
        "alice@lucky11.example\nBcc: everyone@lucky11.example",
        "alice@lucky11.example\r\nSubject: Free coins",
        "alice@lucky11.example, bob@lucky11.example",
        "alice@lucky11.example\x00".replace("\x00", "\x0b"),
        "<alice@lucky11.example>",
        "alice",
        "@",
        "",
        "a@" + "x" * 70 + ".example\u2028",
    ],
)
def test_what_is_not_one_address_is_given_up_at_once_and_holds_nobody_up(mail_server, address):
    enqueue("bad", address, "Hello", "Text")
    enqueue("good", BOB, "Hello Bob", "Text")
    assert deliver_due() == 1
    assert [mail["To"] for mail in mail_server.accepted] == [BOB]
    bad = OutboxEmail.objects.get(key="bad")
    assert bad.last_error.startswith("Given up without an attempt.")
    assert waiting() == 0


@pytest.mark.django_db
def test_a_subject_cannot_carry_another_header(mail_server):
    enqueue("a", ALICE, "Hello\r\nBcc: everyone@lucky11.example\n\nBody", "Text")
    deliver_due()
    [mail] = mail_server.accepted
    assert mail["Bcc"] is None
    assert mail["Subject"] == "Hello Bcc: everyone@lucky11.example Body"


@pytest.mark.django_db
def test_every_attempt_carries_the_same_message_id(mail_server):
    enqueue("a", ALICE, "Hello", "Text")
    deliver_due()
    OutboxEmail.objects.update(sent_at=None, due_at=timezone.now())  # a crash after the server took it
    deliver_due()
    first, second = (mail["Message-ID"] for mail in mail_server.accepted)
    assert first == second


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "copies"), [("in the middle", 1), ("before the answer", 2)])
def test_a_server_that_dies_over_a_mail_puts_it_into_the_mailbox_once(mail_server, moment, copies):
    enqueue("a", ALICE, "Hello", "Text " * 5000)
    mail_server.dies = moment
    assert deliver_due() == 0
    assert (only_mail().attempts, waiting()) == (1, 1)
    mail_server.dies = ""
    make_due()
    assert deliver_due() == 1
    assert len(mail_server.accepted) == copies
    assert mail_server.subjects() == ["Hello"]


@pytest.mark.django_db
def test_a_server_that_says_nothing_ends_the_sweep_after_one_timeout(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_TIMEOUT = "127.0.0.1", 0.3
    for number in range(20):
        enqueue(f"mail-{number}", ALICE, "Hello", "Text")
    with silent_server() as settings.EMAIL_PORT:
        began = time.monotonic()
        assert deliver_due() == 0
        assert time.monotonic() - began < 4
    assert waiting() == 20


@pytest.mark.django_db
def test_a_slow_server_is_left_after_a_while_and_the_rest_goes_with_the_next_sweep(mail_server, monkeypatch):
    for number in range(3):
        enqueue(f"mail-{number}", ALICE, f"Mail {number}", "Text")
    monkeypatch.setattr(outbox, "SWEEP_SECONDS", 0)
    assert [deliver_due() for _ in range(4)] == [1, 1, 1, 0]


@pytest.mark.django_db
def test_a_mail_costs_the_same_queries_however_many_wait_or_were_given_up(mail_server):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert deliver_due(1) == 1
        return len(captured)

    enqueue("first", ALICE, "Hello", "Text")
    enqueue("second", ALICE, "Hello", "Text")
    few = cost()
    enqueue_all(
        OutboxEmail(
            key=f"{n}", recipient=BOB, subject="S", text="T", attempts=20 * (n % 2), due_at=outbox.NEVER
        )
        for n in range(1000)
    )
    assert cost() == few


@pytest.mark.django_db
def test_a_thousand_mails_are_written_with_as_many_queries_as_one_lot(django_assert_max_num_queries):
    mails = [OutboxEmail(key=f"{n}", recipient=ALICE, subject="S", text="T") for n in range(500)]
    with django_assert_max_num_queries(1):
        enqueue_all(mails)
    assert waiting() == 500


@pytest.mark.django_db
def test_without_a_mail_server_mails_are_kept_as_sent(settings):
    enqueue("a", ALICE, "Hello", "Text")
    assert deliver_due() == 1
    assert len(sent_mails.outbox) == 1
