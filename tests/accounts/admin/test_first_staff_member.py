"""The account that `createsuperuser` makes gets in after confirming its email, like anyone."""

import re

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.models import OutboxEmail, User
from ledger.services import balance
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db


def test_the_first_staff_member_confirms_by_mail_and_enters_the_admin(client: Client, monkeypatch):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)
    call_command("createsuperuser", interactive=False, email="Boss@lucky11.example", verbosity=0)
    door = client.get("/admin/", follow=True).redirect_chain[-1][0]
    answer = client.post(door, {"login": "boss@lucky11.example", "password": PASSWORD}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/confirm-email/?next=%2Fadmin%2F"
    assert client.get("/admin/").status_code == 302
    link = re.search(r"/accounts/confirm-email/\S+", OutboxEmail.objects.get().text)
    assert link
    client.post(link.group())
    boss = User.objects.get(email="boss@lucky11.example")
    assert balance(boss.pk) == 50
    client.post(door, {"login": "boss@lucky11.example", "password": PASSWORD})
    assert client.get("/admin/").status_code == 200
