"""What every email carries for the programs that sort and show it, as a mail server gets it."""

import re
from itertools import count

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from accounts.models import OutboxEmail
from accounts.notifications.notify import KINDS, send
from accounts.notifications.outbox import deliver_due, enqueue
from accounts.privacy.account_deletion import delete_account
from lucky11.operations.doctor import mail as doctor
from tests.support.pages import just_proved

pytestmark = pytest.mark.django_db

_numbers = count(1)
OPTIONAL, NEEDED = ("ticket", "result", "welcome"), ("won", "refunded", "account")


def tell(player, kind, title="A title & more") -> None:
    send(
        player,
        KINDS[kind],
        f"carried:{next(_numbers)}",
        title=title,
        body="In so many words.",
        url="/coins/",
        template="ledger/email/welcome",
        context={"coins": 50},
    )


@pytest.fixture
def sent(make_player, mail_server):
    """A player, and the emails that a deed of theirs brings to the mail server."""

    def by(deed):
        player = make_player("ana")
        OutboxEmail.objects.all().delete()
        deed(player)
        deliver_due()
        return mail_server.accepted

    return by


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def html_of(mail):
    return mail.get_body(("html",)).get_content()


DEEDS = {
    "a receipt": lambda player: tell(player, "ticket"),
    "a prize": lambda player: tell(player, "won"),
    "a new address": lambda player: just_proved(player).post(
        "/accounts/email/", {"action_add": "", "email": "ana.new@lucky11.example"}
    ),
    "a code": lambda player: Client().post("/accounts/password/reset/", {"email": player.email}),
    "the last one": lambda player: delete_account(player.pk),
}


@pytest.mark.parametrize("deed", DEEDS.values(), ids=DEEDS)
def test_every_mail_says_that_a_program_wrote_it_and_reads_well_in_any_mail_program(sent, deed):
    mails = sent(deed)
    assert mails
    for mail in mails:
        assert mail["Auto-Submitted"] == "auto-generated"
        encodings = {part["Content-Transfer-Encoding"] for part in mail.walk() if not part.is_multipart()}
        assert encodings == {"quoted-printable"}
        signature = re.search(r"\n-- \n(.*)\Z", text_of(mail), re.DOTALL)[1]
        assert signature.startswith(f"Lucky11, {settings.SITE_ORIGIN}\n")
        html = html_of(mail)
        assert 'name="format-detection" content="telephone=no,date=no,address=no,email=no"' in html


def test_the_page_of_a_mail_has_the_title_of_its_subject(sent):
    mails = sent(lambda player: [tell(player, "ticket"), DEEDS["a new address"](player)])
    assert len(mails) > 2
    titles = [re.search(r"<title>(.*?) – Lucky11</title>", html_of(mail))[1] for mail in mails]
    assert titles == [mail["Subject"].replace("&", "&amp;").replace("'", "&#x27;") for mail in mails]


def test_mails_of_operators_say_that_a_program_wrote_them(mail_server):
    enqueue("alert", "operator@lucky11.example", "Lucky11: the queue", "It is long.")
    deliver_due()
    doctor.server("operator@lucky11.example")
    assert [mail["Auto-Submitted"] for mail in mail_server.accepted] == ["auto-generated"] * 2


@pytest.mark.parametrize("kind", OPTIONAL)
def test_a_mail_that_may_be_switched_off_offers_it_to_the_mail_program_and_to_its_reader(
    sent, settings, kind
):
    settings.SITE_ORIGIN = "https://lucky11.example"
    [mail] = sent(lambda player: tell(player, kind))
    offered = mail["List-Unsubscribe"].strip()
    address = offered.removeprefix("<").removesuffix(">")
    assert address.startswith("https://lucky11.example/unsubscribe/")
    assert offered == f"<{address}>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert address in text_of(mail)
    assert address in html_of(mail)


@pytest.mark.parametrize("kind", NEEDED)
def test_a_mail_that_is_always_sent_offers_no_way_out(sent, kind):
    [mail] = sent(lambda player: tell(player, kind))
    assert mail["List-Unsubscribe"] is None
    assert mail["List-Unsubscribe-Post"] is None
    assert "/unsubscribe/" not in text_of(mail) + html_of(mail)
    assert reverse("accounts:message_choices") in text_of(mail)
