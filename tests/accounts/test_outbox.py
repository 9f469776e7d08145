"""Mail is a row first: a mail server that refuses loses nothing, and nothing is sent twice."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection, transaction
from django.utils import timezone

from accounts.models import OutboxEmail
from accounts.outbox import deliver_due, enqueue, waiting


class Refused(Exception):
    pass


@pytest.mark.django_db
def test_a_mail_is_sent_once_however_often_the_fact_is_reported():
    for _ in range(3):
        enqueue("won:1:0", "alice@lucky11.example", "You\nwon", "Text", "<p>Text</p>")
    assert deliver_due() == 1
    assert deliver_due() == 0
    [sent] = mail.outbox
    assert (sent.to, sent.subject, sent.body) == (["alice@lucky11.example"], "You won", "Text")
    assert sent.alternatives[0][0] == "<p>Text</p>"
    assert OutboxEmail.objects.get().sent_at is not None


@pytest.mark.django_db
def test_a_mail_belongs_to_the_fact_it_tells():
    with transaction.atomic():
        enqueue("won:1:0", "alice@lucky11.example", "You won", "Text")
        transaction.set_rollback(True)
    assert waiting() == 0


@pytest.mark.django_db
def test_a_refused_mail_waits_longer_each_time_and_says_why(monkeypatch):
    enqueue("a", "alice@lucky11.example", "Hello", "Text")
    enqueue("b", "bob@lucky11.example", "Hello", "Text")

    def refuse(self, *args, **kwargs):
        if "alice@lucky11.example" in self.to:
            raise Refused("mailbox full")
        return 1

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.EmailMultiAlternatives.send", refuse)
        assert deliver_due() == 1
        first = OutboxEmail.objects.get(key="a")
        assert (first.attempts, first.last_error) == (1, "Refused: mailbox full")
        assert first.due_at > timezone.now()
        OutboxEmail.objects.filter(key="a").update(due_at=timezone.now())
        deliver_due()
    second = OutboxEmail.objects.get(key="a")
    assert second.due_at - timezone.now() > timedelta(seconds=15)
    OutboxEmail.objects.filter(key="a").update(due_at=timezone.now())
    assert deliver_due() == 1
    assert (waiting(), len(mail.outbox)) == (0, 1)


@pytest.mark.django_db
def test_every_attempt_carries_the_same_message_id(monkeypatch):
    enqueue("a", "alice@lucky11.example", "Hello", "Text")
    deliver_due()
    OutboxEmail.objects.update(sent_at=None, due_at=timezone.now())  # the crash after the server took it
    deliver_due()
    first, second = (message.extra_headers["Message-ID"] for message in mail.outbox)
    assert first == second
    assert first.endswith("@lucky11.example>")


@pytest.mark.django_db(transaction=True)
def test_two_workers_never_send_the_same_mail():
    for number in range(20):
        enqueue(f"mail-{number}", "alice@lucky11.example", f"Mail {number}", "Text")
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        deliver_due()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(message.subject for message in mail.outbox) == sorted(f"Mail {n}" for n in range(20))
    assert waiting() == 0
