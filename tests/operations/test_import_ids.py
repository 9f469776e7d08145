"""Ids of the old site stay as they are, letter for letter, if a page and a passkey can carry them."""

from collections.abc import Iterator

import psycopg
import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import OldAccount, User, fingerprint_of
from accounts.old_site import known_players
from draws.models import OldDraw, OldTicket
from ledger.models import Transaction
from tests.conftest import defects
from tests.support.codes import code_mailed_to
from tests.support.old_site import FIRST, Shape, moves_of, old_site
from tests.support.old_site_import import counted, run, written
from tests.support.pages import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]

LOWER = "3f2b8c1e-9d4a-4e6b-8a7c-0123456789ab"
# The same but for the case: two accounts.
IDS = {21: LOWER, 22: LOWER.upper(), 23: "auth0|5f7c8ec7", 24: "Ana.Sousa+1@old~x", 25: "x" * 64}
UNFIT = {26: "x" * 65, 27: "São João", 28: "a/b c"}
DECIDED = ("--apply", "--settle", "--refund")


@pytest.fixture
def url(db: None) -> Iterator[str]:
    with old_site(Shape(), dirty=False) as made:
        with psycopg.connect(made) as source:
            for number, new in (IDS | UNFIT).items():
                old = str(FIRST + number)
                source.execute("UPDATE users SET id = %s WHERE id = %s", [new, old])
                for table in ("participations", "transactions", "winners"):
                    source.execute(f"UPDATE {table} SET user_id = %s WHERE user_id = %s", [new, old])
                source.execute("UPDATE draws SET winner_id = %s WHERE winner_id = %s", [new, old])
        yield made


def test_ids_stay_letter_for_letter_and_so_do_the_numbers_of_draws_tickets_and_transactions(url):
    assert counted(run(url, *DECIDED))["user id not kept"] == len(UNFIT)
    for number, old_id in IDS.items():
        player = User.objects.get(pk=old_id)
        assert player.email == f"player{number}@old.example"
        assert OldTicket.objects.filter(user=player).exists()
    # What cannot stay is found by it all the same.
    for number, old_id in UNFIT.items():
        assert User.objects.get(pk=known_players([old_id])[old_id]).email == f"player{number}@old.example"
    with psycopg.connect(url) as source:
        for table, ours in (("draws", OldDraw), ("participations", OldTicket)):
            old = {row[0] for row in source.execute(f"SELECT id FROM {table}")}
            assert set(ours.objects.values_list("pk", flat=True)) == old
        old = {f"old:{row[0]}" for row in source.execute("SELECT id FROM transactions")}
    kept = Transaction.objects.filter(reference__startswith="old:").values_list("reference", flat=True)
    assert {":".join(reference.split(":")[:2]) for reference in kept} == old
    assert defects() == []
    first = written(whole=True)
    run(url, *DECIDED)
    assert written(whole=True) == first


def test_a_column_of_uuids_is_read_as_its_text(url):
    with psycopg.connect(url) as source:
        source.execute("DELETE FROM users WHERE id <> %s", [LOWER])
        source.execute("ALTER TABLE users ALTER id TYPE uuid USING id::uuid")
    run(url, *DECIDED)
    assert User.objects.get().pk == LOWER


@pytest.mark.parametrize("number", [21, 22, 23, 24, 25])
def test_a_player_with_such_an_id_signs_in_by_a_code_and_staff_find_them(url, make_player, number):
    run(url, *DECIDED)
    cache.clear()
    client = Client()
    player = User.objects.get(pk=IDS[number])
    client.post("/accounts/password/reset/", {"email": player.email}, follow=True)
    client.post("/accounts/password/reset/confirm/", {"code": code_mailed_to(player.email)}, follow=True)
    new = {"password1": "a-new-and-long-phrase", "password2": "a-new-and-long-phrase"}
    client.post("/accounts/password/reset/complete/", new, follow=True)
    page = client.post("/accounts/login/", {"login": player.email, "password": new["password1"]}, follow=True)
    assert page.context["user"].pk == player.pk
    assert client.get("/coins/").status_code == 200
    assert player.coins >= sum(amount for _, amount in moves_of(Shape(), number))
    change = reverse("admin:accounts_user_change", args=[player.pk])
    boss = signed_in(make_player("boss", is_staff=True, is_superuser=True))
    assert boss.get(change).status_code == 200
    assert OldAccount.objects.get(digest=fingerprint_of(IDS[number])).user == player
