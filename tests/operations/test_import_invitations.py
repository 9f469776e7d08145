"""An imported player, who never had a password here, is invited once, and finds the coins and the history."""

import io
import re
from datetime import timedelta
from email.message import EmailMessage

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from accounts.models import OldAccount, OutboxEmail, User, fingerprint_of
from accounts.notifications.outbox import deliver_due
from accounts.play.breaks import take_break
from accounts.privacy.account_deletion import delete_account
from accounts.signin.invitations import invite, to_invite, token_for
from lucky11.models import OperationRun
from tests.races.together import at_once, program, refusals, wait_until_alone
from tests.support.codes import code_in
from tests.support.mail_server import MailServer
from tests.support.old_site import FIRST, Shape, moves_of, old_site
from tests.support.old_site_import import run
from tests.support.pages import words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]

SUBJECT = "Your Lucky11 account is ready"
SHAPE = Shape(users=12, transactions=60, draws=4, tickets=36)
# Invites all, and stops before the email of the fourth is written.
STOPPING = """
import django; django.setup()
from tests.races.stopping import stop_before
stop_before("accounts.signin.invitations", "_notify", 4)
from django.core.management import call_command
call_command("invite_imported_players")
"""


@pytest.fixture
def imported(db: None) -> None:
    cache.clear()
    with old_site(SHAPE, dirty=False) as url:
        run(url, "--apply", "--refund")


def said(*options: str) -> str:
    out = io.StringIO()
    call_command("invite_imported_players", *options, stdout=out)
    return out.getvalue()


def old(number: int) -> User:
    return User.objects.get(pk=str(FIRST + number))


def invitations() -> list[str]:
    mails = OutboxEmail.objects.filter(key__startswith="invitation:")
    return sorted(mails.values_list("recipient", flat=True))


def mail_to(mail_server: MailServer, email: str, subject: str) -> EmailMessage:
    deliver_due()
    found = [mail for mail in mail_server.accepted if (mail["To"], mail["Subject"]) == (email, subject)]
    assert len(found) == 1
    return found[0]


def part(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


def test_from_the_invitation_to_the_old_coins(imported, mail_server):
    assert said() == "12 players invited.\n"
    player = old(3)
    mail = mail_to(mail_server, player.email, SUBJECT)
    text, html = part(mail, "plain"), part(mail, "html")
    link = re.search(rf"{settings.SITE_ORIGIN}(/welcome-back/\S+/)", text)
    assert link, text
    assert f'href="{settings.SITE_ORIGIN}{link[1]}"' in html
    for words_of in (text, html):
        assert f"{player.coins} coins and your history came along" in " ".join(words_of.split())
        assert "You have no password here yet" in words_of
        assert "works for 30 days" in " ".join(words_of.split())
    client = Client()
    page = client.get(link[1])
    assert f"{player.coins} coins and your history are waiting" in words(page)
    fields = dict(re.findall(r'<input type="hidden" name="(email)" value="([^"]+)"', page.content.decode()))
    action = re.search(r'<form[^>]*action="([^"]+)"', page.content.decode())
    client.post(action[1], fields, follow=True)
    code = next(
        code_in(part(mail, "plain"))
        for mail in [deliver_due()] and reversed(mail_server.accepted)
        if mail["To"] == player.email
    )
    client.post("/accounts/password/reset/confirm/", {"code": code}, follow=True)
    new = {"password1": "a-new-and-long-phrase", "password2": "a-new-and-long-phrase"}
    client.post("/accounts/password/reset/complete/", new, follow=True)
    client.post("/accounts/login/", {"login": player.email, "password": new["password1"]}, follow=True)
    coins = words(client.get("/coins/"))
    assert f"{player.coins}" in coins
    assert player.coins >= sum(amount for _, amount in moves_of(SHAPE, 3))
    assert "Old signup_bonus" in coins
    assert EmailAddress.objects.get(user=player).verified
    assert client.get(link[1], follow=True).request["PATH_INFO"] == "/coins/"
    # Used once, the link tells a stranger nothing.
    assert Client().get(link[1]).status_code == 410


def test_a_link_that_is_too_old_says_so_and_leads_to_a_new_code(imported, client):
    with time_machine.travel(timezone.now() - timedelta(days=settings.INVITATION_DAYS, minutes=1)):
        late = token_for(old(3))
    for token in (late, "made-up"):
        page = client.get(f"/welcome-back/{token}/")
        assert page.status_code == 410
        assert "This link no longer works" in words(page)
        assert 'href="/accounts/password/reset/"' in page.content.decode()
    assert client.get(f"/welcome-back/{token_for(old(3))}/").status_code == 200


def test_everybody_is_invited_once_in_lots_and_a_dry_run_writes_nothing(imported):
    assert said("--dry-run") == "12 players would be invited.\n"
    assert invitations() == []
    assert said("--limit", "5") == "5 players invited.\n"
    assert len(invitations()) == 5
    assert said() == "7 players invited.\n"
    assert said() == "0 players invited.\n"
    assert invitations() == sorted(f"player{number}@old.example" for number in range(12))
    assert OperationRun.objects.filter(kind="invite_imported_players", ok=True).count() == 3
    # The row remembers it, also when the email is long gone.
    OutboxEmail.objects.all().delete()
    assert said() == "0 players invited.\n"


def test_who_would_not_expect_it_gets_none(imported, make_player):
    make_player("stranger")
    here = make_player("here")
    OldAccount.objects.create(digest=fingerprint_of("x"), user=here)
    delete_account(old(0).pk)
    take_break(old(1), "exclusion-for-good")
    take_break(old(7), "week")
    User.objects.filter(pk=old(2).pk).update(suspended_at=timezone.now())
    User.objects.filter(pk=old(3).pk).update(is_staff=True)
    User.objects.filter(pk=old(4).pk).update(last_login=timezone.now())
    chosen = old(5)
    chosen.set_password("a-long-enough-phrase")
    chosen.save()
    EmailAddress.objects.filter(user=old(6)).delete()
    User.objects.filter(pk=old(6).pk).update(email=None)
    assert said() == "4 players invited. 2 are on a break and were left out.\n"
    assert invitations() == sorted(f"player{number}@old.example" for number in range(8, 12))


def test_commands_at_once_invite_each_player_once(imported):
    wanted = list(to_invite().values_list("pk", flat=True))
    outcome = at_once([lambda: [invite(pk) for pk in wanted]] * 4)
    assert refusals(outcome) == []
    assert len(invitations()) == 12


def test_a_command_killed_in_the_middle_goes_on_and_nobody_is_left_out_or_written_twice(
    imported, server_environment, mail_server
):
    with program("-c", STOPPING, environment=server_environment, stdout=-1) as command:
        assert command.stdout is not None
        assert command.stdout.readline() == "stopped\n"
        command.kill()
        command.wait()
    wait_until_alone()
    assert len(invitations()) == OldAccount.objects.filter(invited_at__isnull=False).count() == 3
    assert said() == "9 players invited.\n"
    deliver_due()
    assert mail_server.subjects() == [SUBJECT] * 12
    assert sorted(mail["To"] for mail in mail_server.accepted) == invitations()
