"""Which pages each group of staff sees and which acts it may do: docs/staff.md says it, and this walks it."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from accounts import approvals
from accounts.models import Approval, Message, OutboxEmail, PlayBreak, RulesAcceptance, SecurityEvent, User
from draws.beacon import chain
from draws.entries.take import take_tickets
from draws.exceptions import StaffMayNotEnter
from draws.models import LogRecord, Participation, Round, Seal, Winner
from ledger.models import SpendLimit, Transaction
from lucky11.models import Incident, OperationRun
from tests.support import signing
from tests.support.pages import finish, signed_in, take
from tests.support.prizes import pass_on_prize
from tests.support.staff import all_routes, make_member

DOCUMENT = Path(__file__).parents[2] / "docs" / "staff.md"
GROUPS = ("Draws", "Prizes", "Support", "Coins", "Auditor")
WHO = (*GROUPS, "no group", "superuser", "player", "visitor")
SEE, DO, NOTHING = "see", "do", "–"


def documented() -> dict[str, dict[str, str]]:
    """The table of docs/staff.md: page -> who -> see, do or nothing."""
    rows = [
        [cell.strip() for cell in line.strip().strip("|").split("|")]
        for line in DOCUMENT.read_text().splitlines()
        if line.startswith("| ")
    ]
    head, *rows = rows
    assert tuple(head[1:]) == WHO
    return {row[0].strip("`"): dict(zip(WHO, row[1:], strict=True)) for row in rows}


@pytest.fixture
def rows(make_player: Callable[..., User], make_draft: Any, make_draw: Any, draw: Any) -> dict[str, Any]:
    """A row for every model that has a page, by the beginning of its address."""
    alice, boss = make_player("alice"), make_player("first", is_staff=True, is_superuser=True)
    drawn = make_draw(prize_amount=20, reserve_count=1)
    for player in (alice, make_player("bob")):
        take(player, drawn)
    finish(drawn)
    redraw = pass_on_prize(Winner.objects.get(draw=drawn).pk)
    winner = Winner.objects.get(draw=drawn, hand_over="to_claim")
    about = {"draw_id": draw.pk, "winner_id": winner.pk, "user_id": alice.pk, "amount": 600, "key": "k"}
    asked = {
        kind: Approval.objects.create(
            kind=kind, subject="x", summary=kind, payload=about | {"reason": "x"}, reason="x", asked_by=boss
        )
        for kind in approvals.ACTS
    }
    entry = LogEntry.objects.log_actions(boss.pk, [alice], CHANGE, "x", single_object=True)
    return {
        **{f"accounts/approval/ {kind}": row for kind, row in asked.items()},
        "accounts/message/": Message.objects.create(user=alice, key="k", kind="won", title="You won"),
        "accounts/outboxemail/": OutboxEmail.objects.latest("pk"),
        "accounts/playbreak/": PlayBreak.objects.create(user=alice, kind="exclusion"),
        "accounts/rulesacceptance/": RulesAcceptance.objects.latest("pk"),
        "accounts/securityevent/": SecurityEvent.objects.create(kind="locked", user=alice),
        "accounts/user/": alice,
        "admin/logentry/": entry,
        "auth/group/": Group.objects.get(name="Support"),
        "draws/draw/": make_draft(),
        "draws/draw/ published": draw,
        "draws/logrecord/": LogRecord.objects.latest("pk"),
        "draws/participation/": Participation.objects.latest("pk"),
        "draws/redraw/": redraw,
        "draws/round/": Round.objects.create(
            chain_hash=chain.CHAIN.chain_hash,
            round=1,
            signature=signing.sign(signing.DEFAULT_SECRET, 1),
            source="x",
        ),
        "draws/seal/": Seal.objects.latest("pk"),
        "draws/winner/": winner,
        "ledger/spendlimit/": SpendLimit.objects.create(user=alice, period="day", coins=20),
        "ledger/transaction/": Transaction.objects.latest("pk"),
        "lucky11/operationrun/": OperationRun.objects.create(kind="migrate"),
        "lucky11/incident/": Incident.objects.create(alert="disk", summary="The disk is full."),
    }


def pages(rows: dict[str, Any]) -> dict[str, str]:
    """Every page of the admin, named as in the table, and its address with the id of a real row."""
    found = {}
    for route in all_routes():
        if route.startswith("^(?P<app_label>"):
            labels = {model._meta.app_label for model in admin.site._registry}
            found.update({f"/admin/{label}/": f"/admin/{label}/" for label in labels})
        elif "<" not in route:
            found[f"/admin/{route}"] = f"/admin/{route}"
        else:
            model = "accounts/user/" if route.startswith("ledger/transaction/adjust/") else _model(route)
            for key, row in rows.items():
                if key.split(" ")[0] == model:
                    name = "/admin/" + re.sub(r"<[^>]+>", "<id>", route)
                    kind = key.partition(" ")[2]
                    address = re.sub(r"<[^>]+>", str(row.pk), route)
                    found[f"{name} ({kind})" if kind else name] = f"/admin/{address}"
    return found


def _model(route: str) -> str:
    return "/".join(route.split("/")[:2]) + "/"


def may(browser: Client, address: str) -> str:
    """What a page is to somebody: a form that they may send, something to see, or nothing."""
    shown = browser.get(address)
    sees = shown.status_code == 200
    if address.rstrip("/").count("/") <= 3 and not address.endswith("/password_change/"):
        acts = sees and shown.context is not None and shown.context.get("action_form") is not None
        return DO if acts else SEE if sees else NOTHING
    if address.endswith("/history/"):
        return SEE if sees else NOTHING
    with transaction.atomic():
        sent = browser.post(address, {})
        transaction.set_rollback(True)
    assert sent.status_code in (200, 302, 400, 403, 404), (address, sent.status_code)
    done = sent.status_code == 302 and re.match(r"/admin/(?!login/)", sent["Location"])
    does = sent.status_code in (200, 400) or bool(done)
    assert sees or not does, f"{address} takes a form that it does not show"
    return DO if does else SEE if sees else NOTHING


@pytest.fixture
def people(make_player: Callable[..., User], settings: Any) -> dict[str, Client]:
    settings.STAFF_SECOND_FACTOR = False
    browsers = {group: signed_in(make_member(make_player, group)) for group in GROUPS}
    return browsers | {
        "no group": signed_in(make_player("plain", is_staff=True)),
        "superuser": signed_in(make_player("boss", is_staff=True, is_superuser=True)),
        "player": signed_in(make_player("player")),
        "visitor": Client(),
    }


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_each_group_sees_and_does_what_the_table_says_and_nothing_else(people, rows):
    table = documented()
    found = {
        name: {who: may(browser, address) for who, browser in people.items()}
        for name, address in pages(rows).items()
    }
    rows_now = sorted(found.items())
    lines = "\n".join(f"| `{name}` | {' | '.join(cells.values())} |" for name, cells in rows_now)
    boss = people["superuser"]
    missing = [
        name
        for name, address in pages(rows).items()
        if found[name]["superuser"] == NOTHING and boss.get(address).status_code == 404
    ]
    assert missing == [], "what is not there is seen by nobody, which says nothing about who may"
    assert found == table, f"docs/staff.md says otherwise. What is so now:\n{lines}"


def test_every_model_with_a_page_has_a_row_in_the_table():
    named = " ".join(documented())
    for model in admin.site._registry:
        assert f"{model._meta.app_label}/{model._meta.model_name}/" in named


# -- who is of the staff takes no tickets --


def enter(player, draw):
    return take_tickets(player.pk, draw.pk, 1, "staff-request")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("group", GROUPS)
def test_members_of_every_group_take_no_tickets(make_player, draw, group):
    member = make_member(make_player, group)
    with pytest.raises(StaffMayNotEnter, match="nothing was charged"):
        enter(member, draw)
    member.refresh_from_db()
    assert member.coins == 50
    member.groups.clear()
    User.objects.filter(pk=member.pk).update(is_staff=False)
    assert enter(member, draw).numbers == [1]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("codename", ["publish_draw", "redraw_winner", "view_draw"])
def test_a_permission_of_ones_own_counts_like_a_group(make_player, draw, codename):
    member = make_player("own")
    member.user_permissions.add(Permission.objects.get(codename=codename))
    with pytest.raises(StaffMayNotEnter):
        enter(member, draw)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("staff", [True, False])
def test_a_superuser_takes_no_tickets(make_player, draw, staff):
    with pytest.raises(StaffMayNotEnter):
        enter(make_player("boss", is_staff=staff, is_superuser=True), draw)


@pytest.mark.django_db(transaction=True)
def test_a_player_who_joins_the_staff_keeps_the_tickets_they_hold(make_player, draw):
    player = make_player("early")
    enter(player, draw)
    player.is_staff = True
    player.save(update_fields=["is_staff"])
    player.groups.add(Group.objects.get(name="Draws"))
    assert enter(player, draw).replayed
    assert Participation.objects.filter(user=player).count() == 1


# -- the migration --


def rights(name: str) -> set[str]:
    """What a group may do."""
    held = Permission.objects.filter(group__name=name).select_related("content_type")
    return {f"{each.content_type.app_label}.{each.codename}" for each in held}


@pytest.mark.django_db
def test_the_auditor_reads_and_nothing_else():
    assert all(right.partition(".")[2].startswith("view_") for right in rights("Auditor"))
    assert "draws.read_claim" not in rights("Auditor")


@pytest.mark.django_db
def test_no_group_may_do_what_two_groups_are_for():
    assert "draws.read_claim" in rights("Prizes")
    for name in GROUPS:
        assert not {"auth.change_group", "accounts.add_user", "accounts.delete_user"} & rights(name)
        if name != "Prizes":
            assert not {"draws.read_claim", "draws.change_winner", "draws.redraw_winner"} & rights(name)
        if name != "Coins":
            assert "ledger.add_transaction" not in rights(name)


@pytest.mark.owner
@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_groups_of_these_names_keep_their_members_through_the_migration(make_player):
    member = make_member(make_player, "Support")
    Group.objects.get(name="Support").permissions.add(Permission.objects.get(codename="add_transaction"))
    before = rights("Support") - {"ledger.add_transaction"}
    call_command("migrate", "lucky11", "0001", verbosity=0)
    try:
        assert list(Group.objects.values_list("name", flat=True)) == ["Support"]
    finally:
        call_command("migrate", verbosity=0)
    assert rights("Support") == before
    assert list(member.groups.values_list("name", flat=True)) == ["Support"]
    assert set(Group.objects.values_list("name", flat=True)) >= set(GROUPS)
