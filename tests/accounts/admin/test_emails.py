"""Staff see which mails wait or fail and ask for another try; what a mail says is its reader's alone."""

from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone

from accounts.models import OutboxEmail
from accounts.notifications import outbox
from tests.support.pages import words
from tests.support.staff import logged, sign_in_boss, sign_in_clerk

pytestmark = pytest.mark.django_db

LIST = "/admin/accounts/outboxemail/"


@pytest.fixture
def mails(db):
    """One mail in each state, by its state."""
    OutboxEmail.objects.all().delete()
    later = timezone.now() + timedelta(hours=5)
    states = {
        "waiting": {},
        "failing": {"attempts": 3, "due_at": later, "last_error": "SMTPException: full"},
        "given up": {
            "attempts": outbox.MAX_ATTEMPTS,
            "due_at": later,
            "last_error": "SMTPException: no such box",
        },
        "sent": {"attempts": 1, "sent_at": timezone.now()},
    }
    for state, fields in states.items():
        OutboxEmail.objects.create(
            key=state, recipient=f"{state[:4]}@x.example", subject=state, text="the code is 471129", **fields
        )
    return {each.key: each for each in OutboxEmail.objects.all()}


def subjects(client, **query):
    return [each.subject for each in client.get(LIST, query).context["cl"].result_list]


def test_mails_are_filtered_by_what_became_of_them(client, make_player, mails):
    sign_in_boss(client, make_player)
    OutboxEmail.objects.exclude(pk__in=[each.pk for each in mails.values()]).delete()
    assert subjects(client, state="waiting") == ["waiting"]
    assert subjects(client, state="failing") == ["given up", "failing"]
    assert subjects(client, state="sent") == ["sent"]
    assert subjects(client, q="SENT@x.example") == ["sent"]
    said = words(client.get(LIST))
    assert "Given up" in said
    assert "SMTPException: no such box" in said
    assert "2 Failing emails" in words(client.get("/admin/"))


def test_no_page_shows_what_a_mail_says(client, make_player, mails):
    sign_in_boss(client, make_player)
    pages = [LIST, *(f"{LIST}{each.pk}/change/" for each in mails.values())]
    assert not any("471129" in client.get(page).content.decode() for page in pages)


def test_another_try_sends_failing_and_given_up_mails_now_and_is_logged(client, make_player, mails):
    boss = sign_in_boss(client, make_player)
    chosen = [each.pk for each in mails.values() if each.key != "waiting"]
    answer = client.post(LIST, {"action": "try_again", "_selected_action": chosen}, follow=True)
    assert "2 emails will be sent with the next sweep." in words(answer)
    before = len(mail.outbox)
    assert outbox.deliver_due() >= 3
    sent = [each.subject for each in mail.outbox[before:]]
    assert {"failing", "given up", "waiting"} <= set(sent)
    assert "sent" not in sent
    assert logged(mails["failing"]) == [(boss.email, "Asked to try again now. Why: SMTPException: full")]
    assert logged(mails["sent"]) == []


def test_who_may_only_look_cannot_ask_for_another_try(client, make_player, mails):
    sign_in_clerk(client, make_player, "accounts.view_outboxemail")
    assert "Try again now" not in words(client.get(LIST))
    client.post(LIST, {"action": "try_again", "_selected_action": mails["failing"].pk})
    assert OutboxEmail.objects.get(key="failing").attempts == 3


def test_nobody_writes_changes_or_deletes_a_mail(client, make_player, mails):
    sign_in_boss(client, make_player)
    one = f"{LIST}{mails['failing'].pk}/"
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{one}change/", {"recipient": "thief@x.example"}).status_code == 403
    assert client.post(f"{one}delete/", {"post": "yes"}).status_code == 403
