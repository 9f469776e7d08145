"""Staff read every coin movement and can add one kind: a correction with a reason, made once."""

import threading
import uuid

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Approval
from ledger import services
from ledger.exceptions import LedgerError
from ledger.models import Transaction
from tests.support.coins import follow_settings
from tests.support.pages import take, words
from tests.support.staff import form_data, logged, sign_in_boss, sign_in_clerk

LIST = "/admin/ledger/transaction/"


def adjust_page(player):
    return f"{LIST}adjust/{player.pk}/"


def adjust(client, player, amount, reason="Lost in the post", **changes):
    form = form_data(client.get(adjust_page(player)), amount=amount, reason=reason, **changes)
    return client.post(adjust_page(player), form)


def found(client, **query):
    page = client.get(LIST, query)
    assert page.status_code == 200
    return list(page.context["cl"].result_list)


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


@pytest.mark.django_db(transaction=True)
def test_staff_give_coins_with_a_reason_the_player_reads(client, boss, alice):
    done = adjust(client, alice, 20)
    assert done.status_code == 302
    assert done["Location"] == f"/admin/accounts/user/{alice.pk}/change/"
    alice.refresh_from_db()
    assert alice.coins == 70
    row = Transaction.objects.latest("pk")
    assert (row.type, row.amount, row.actor, row.description) == ("adjustment", 20, boss, "Lost in the post")
    assert logged(alice) == [(boss.email, f"Coins +20, now 70 (transaction {row.pk}). Why: Lost in the post")]
    said = words(client.get(done["Location"]))
    assert "+20 70 Lost in the post" in said


@pytest.mark.django_db(transaction=True)
def test_staff_take_coins_away_but_never_more_than_there_are(client, boss, alice):
    assert adjust(client, alice, -50).status_code == 302
    refused = adjust(client, alice, -1)
    assert refused.status_code == 400
    assert f"{alice.email} has 0 coins, so 1 cannot be taken. Nothing was changed." in words(refused)
    alice.refresh_from_db()
    assert alice.coins == 0
    assert len(logged(alice)) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "reason", "sentence"),
    [
        ("0", "Because", "Enter a number of coins other than 0."),
        ("20", "  ", "Say why"),
        ("", "Because", "This field is required."),
        ("1.5", "Because", "Enter a whole number."),
        ("1000000001", "Because", "less than or equal to 1000000000"),
        ("1000000000", "Because", "more than 1,000,000,000 coins in all. Nothing was changed."),
    ],
)
def test_an_adjustment_that_makes_no_sense_is_refused_in_words(
    client, boss, alice, adjustments_without_limit, amount, reason, sentence
):
    refused = adjust(client, alice, amount, reason)
    assert refused.status_code == 400
    assert sentence in words(refused)
    alice.refresh_from_db()
    assert alice.coins == 50
    assert logged(alice) == []


@pytest.mark.django_db(transaction=True)
def test_the_same_form_sent_twice_moves_the_coins_once_and_is_logged_once(client, boss, alice):
    form = form_data(client.get(adjust_page(alice)), amount=20, reason="Once")
    assert [client.post(adjust_page(alice), form).status_code for _ in range(2)] == [302, 302]
    said = words(client.get("/admin/"))
    assert "This form had already been sent" in said
    alice.refresh_from_db()
    assert alice.coins == 70
    assert len(logged(alice)) == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_moves_the_coins_once_and_is_logged_once(client, boss, alice):
    form = form_data(client.get(adjust_page(alice)), amount=20, reason="Once")
    answers, start = [], threading.Barrier(4)

    def press():
        browser = Client()
        browser.force_login(boss)
        start.wait()
        answers.append(browser.post(adjust_page(alice), form).status_code)
        connection.close()

    presses = [threading.Thread(target=press) for _ in range(4)]
    for each in presses:
        each.start()
    for each in presses:
        each.join()
    assert answers == [302] * 4
    alice.refresh_from_db()
    assert alice.coins == 70
    assert len(logged(alice)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_form_with_another_amount_is_refused_and_the_first_stands(client, boss, alice):
    form = form_data(client.get(adjust_page(alice)), amount=20, reason="Once")
    client.post(adjust_page(alice), form)
    refused = client.post(adjust_page(alice), {**form, "amount": 200})
    assert "This form was already sent with a different number of coins" in words(refused)
    alice.refresh_from_db()
    assert alice.coins == 70


@pytest.mark.django_db
def test_two_forms_are_two_adjustments(client, boss, alice):
    adjust(client, alice, 5)
    adjust(client, alice, 5)
    alice.refresh_from_db()
    assert alice.coins == 60


@pytest.mark.django_db
def test_a_form_cannot_choose_a_key_of_another_kind(client, boss, alice):
    refused = adjust(client, alice, 5, key=f"daily:{alice.pk}:2030-01-01")
    assert refused.status_code == 400
    assert not Transaction.objects.filter(type="adjustment").exists()


@pytest.mark.django_db
def test_who_may_not_adjust_is_refused_and_is_not_offered_it(client, make_player, alice):
    sign_in_clerk(client, make_player, "ledger.view_transaction", "accounts.view_user")
    assert client.get(adjust_page(alice)).status_code == 403
    assert client.post(adjust_page(alice), {"amount": 5, "reason": "x"}).status_code == 403
    assert "Adjust coins" not in words(client.get(f"/admin/accounts/user/{alice.pk}/change/"))
    alice.refresh_from_db()
    assert alice.coins == 50


@pytest.mark.django_db
@pytest.mark.parametrize("approvals", [True, False])
def test_nobody_adjusts_their_own_coins(client, boss, settings, approvals):
    settings.STAFF_APPROVALS = approvals
    follow_settings()
    for answer in (
        client.get(adjust_page(boss)),
        client.post(adjust_page(boss), {"amount": 5, "reason": "x", "key": str(uuid.uuid4())}),
    ):
        assert "You cannot adjust your own coins" in words(answer)
    with pytest.raises(LedgerError, match="You cannot adjust your own coins"):
        services.adjust(boss.pk, 5, "A rise", actor=boss, key="own")
    boss.refresh_from_db()
    assert boss.coins == 50
    assert not Approval.objects.exists()


@pytest.mark.django_db
def test_a_site_of_one_member_of_staff_adjusts_any_number_of_coins(
    client, boss, alice, adjustments_without_limit
):
    shown = client.get(adjust_page(alice))
    assert "second member of staff" not in words(shown)
    assert adjust(client, alice, 100_000).status_code == 302
    alice.refresh_from_db()
    assert alice.coins == 100_050


@pytest.mark.django_db
def test_adjusting_somebody_who_is_no_player_is_a_plain_404(client, boss):
    assert client.get(f"{LIST}adjust/nobody/").status_code == 404


@pytest.mark.django_db
def test_the_ledger_is_read_only_for_everybody(client, boss, alice):
    row = Transaction.objects.latest("pk")
    assert client.get(f"{LIST}{row.pk}/change/").status_code == 200
    assert client.post(f"{LIST}{row.pk}/change/", {"amount": 1}).status_code == 403
    assert client.get(f"{LIST}add/").status_code == 403
    assert client.post(f"{LIST}{row.pk}/delete/", {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "delete_selected", "_selected_action": row.pk, "post": "yes"})
    assert Transaction.objects.filter(pk=row.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_movements_are_found_by_player_key_and_number_and_filtered_by_type(client, boss, draw, alice, bob):
    take(alice, draw)
    entry = Transaction.objects.get(type="entry")
    mine = set(Transaction.objects.filter(user=alice))
    for term in (alice.email, alice.email.upper(), alice.email[:8], alice.pk):
        assert set(found(client, q=term)) == mine
    assert found(client, q=entry.idempotency_key) == [entry]
    assert found(client, q=str(entry.pk)) == [entry]
    assert found(client, q="no such thing") == []
    assert found(client, type="entry") == [entry]
    assert found(client, type="prize") == []
    assert set(found(client, user=bob.pk)) == set(Transaction.objects.filter(user=bob))


@pytest.mark.django_db(transaction=True)
def test_a_movement_leads_to_its_player_and_to_its_draw(client, boss, draw, alice):
    take(alice, draw)
    entry = Transaction.objects.get(type="entry")
    for page in (client.get(LIST), client.get(f"{LIST}{entry.pk}/change/")):
        text = page.content.decode()
        assert f"/admin/accounts/user/{alice.pk}/change/" in text
        assert f"/admin/draws/draw/{draw.pk}/change/" in text
