"""An old account whose email somebody here had taken is linked to that player later: whole, and once."""

import io
import json
from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command

from accounts.models import User
from draws.models import OldTicket, OldWinner
from ledger.models import Transaction
from lucky11.models import OperationRun
from tests.conftest import defects
from tests.races.together import at_once, refusals
from tests.support.old_site import FIRST, Shape, moves_of, old_site
from tests.support.old_site_import import counted, run, written

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow, pytest.mark.owner]

OLD_ID = str(FIRST + 28)
DECIDED = ("--apply", "--settle", "--refund")


@pytest.fixture
def boss(db: None) -> User:
    return User.objects.create_superuser("boss@lucky11.example", "tall-orange-kettle")


@pytest.fixture
def url(boss: User) -> Iterator[str]:
    """The old site, brought over, in which a superuser of this site had an account."""
    with old_site(Shape()) as made:
        with psycopg.connect(made) as source:
            source.execute("UPDATE users SET email = %s WHERE id = %s", [boss.email, OLD_ID])
        assert counted(run(made, *DECIDED, code=1))["email taken"] == 1
        yield made


def linked(old_id: str, to: str, *options: str) -> str:
    out = io.StringIO()
    call_command("link_imported_player", old_id, "--to", to, *options, stdout=out)
    return out.getvalue()


def refused(old_id: str, to: str) -> str:
    before = written(whole=True)
    with pytest.raises(CommandError) as refusal:
        linked(old_id, to)
    assert written(whole=True) == before
    return str(refusal.value)


def test_a_superuser_gets_the_coins_and_history_once(url, boss):
    coins = User.objects.get(pk=OLD_ID).coins
    tickets = OldTicket.objects.filter(user=OLD_ID).count()
    wins = OldWinner.objects.filter(user=OLD_ID).count()
    assert coins >= sum(amount for _, amount in moves_of(Shape(), 28)) > 0
    assert tickets > 0
    assert wins > 0
    said = f"{coins:,} coins, {tickets} tickets and {wins} wins of player {OLD_ID}"
    before = written(whole=True)
    assert linked(OLD_ID, boss.pk, "--dry-run") == f"{said} would go to player {boss.pk}.\n"
    assert written(whole=True) == before
    assert linked(OLD_ID, boss.pk) == f"{said} went to player {boss.pk}.\n"
    boss.refresh_from_db()
    assert (boss.coins, boss.total_participations, boss.total_wins) == (coins, tickets, wins)
    left = User.objects.get(pk=OLD_ID)
    assert (left.coins, left.total_participations, left.total_wins, left.is_active) == (0, 0, 0, False)
    assert left.first_name == ""
    assert defects() == []
    record = OperationRun.objects.get(kind="link_imported_player")
    assert record.ok
    assert record.details["to"] == boss.pk
    assert f"is player {boss.pk}'s already" in refused(OLD_ID, boss.pk)


def test_an_import_after_the_link_posts_nothing_twice(url, boss):
    linked(OLD_ID, boss.pk)
    first = written(whole=True)
    report = run(url, *DECIDED)
    assert "email taken" not in counted(report)
    assert written(whole=True) == first
    # And what is booked there later goes to who has the account now.
    with psycopg.connect(url) as source:
        source.execute("INSERT INTO transactions VALUES (7000000, %s, 'prize', 11, 'Late', now())", [OLD_ID])
        source.execute("UPDATE users SET coins = coins + 11 WHERE id = %s", [OLD_ID])
    coins = User.objects.get(pk=boss.pk).coins
    run(url, *DECIDED)
    assert User.objects.get(pk=boss.pk).coins == coins + 11
    assert defects() == []


def test_a_decision_links_an_account_that_came_over_before(url, boss, tmp_path):
    coins = User.objects.get(pk=OLD_ID).coins
    run(url, *DECIDED, code=1)
    row = {"table": "users", "id": OLD_ID, "code": "email-taken", "values": boss.email}
    path = tmp_path / "link.json"
    path.write_text(json.dumps([row | {"decision": f"link={boss.pk}"}]))
    run(url, *DECIDED, "--decisions", str(path))
    assert User.objects.get(pk=boss.pk).coins == coins
    first = written(whole=True)
    run(url, *DECIDED, "--decisions", str(path))
    assert written(whole=True) == first


def test_links_at_once_post_the_coins_once(url, boss):
    coins = User.objects.get(pk=OLD_ID).coins
    outcome = at_once([lambda: linked(OLD_ID, boss.pk)] * 4)
    assert refusals(outcome) == ["CommandError"] * 3
    assert User.objects.get(pk=boss.pk).coins == coins
    assert Transaction.objects.filter(idempotency_key__startswith="import:link:").count() == 2
    assert defects() == []


def test_what_must_not_be_linked_is_refused(url, boss, make_player):
    player = make_player("somebody")
    assert "No account nobody came over" in refused("nobody", player.pk)
    assert "no open account of player nobody" in refused(OLD_ID, "nobody")
    used = User.objects.get(pk=str(FIRST + 29))
    used.set_password("a-long-enough-phrase")
    used.save()
    assert "Somebody has used the imported account" in refused(used.pk, player.pk)
    linked(OLD_ID, boss.pk)
    assert "was linked to player" in refused(OLD_ID, player.pk)
