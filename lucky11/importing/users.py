"""Accounts of the old site become players here: who keeps which id and e-mail, who is merged with whom."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import old_site
from accounts.models import User
from lucky11.importing import clean, queries
from lucky11.importing.report import Report
from lucky11.importing.source import CannotRead, Source, batches

AT_ONCE = 1000


@dataclass
class People:
    """Whose an account of the old site is here. Only those are remembered whose id says nothing about it."""

    merge: bool
    elsewhere: dict[str, str] = field(default_factory=dict)

    def player_of(self, old_id: str) -> str:
        """The id here of the player that the account of the old site belongs to."""
        return self.elsewhere.get(old_id) or clean.our_id(old_id)

    def remember(self, old_id: str, user_id: str) -> None:
        """Where the account went, when that does not follow from its id."""
        if user_id != clean.our_id(old_id):
            self.elsewhere[old_id] = user_id


def bring_users(source: Source, report: Report, people: People) -> None:
    """Bring every account over, in batches of their own database transactions."""
    rows = source.rows(queries.accounts(source, merge=people.merge))
    for batch in report.followed("users", source.count("users"), batches(rows, AT_ONCE)):
        for row in batch:
            _find_dirt(row, report)
        with transaction.atomic():
            players, owners = _decide(batch, report, people)
            if report.applied:
                old_site.add_players(players, owners)
        report.counts["users read"] += len(batch)
        report.counts["users here before"] += len(batch) - len(owners)
        report.counts["players added"] += len(players)


def _decide(batch: list[Any], report: Report, people: People) -> tuple[list[User], dict[str, str]]:
    """The players to add, and whose the new accounts of the batch are: old id -> id."""
    known = old_site.known_players([row.id for row in batch])
    taken = old_site.taken_ids(clean.our_id(row.id) for row in batch if row.id not in known)
    # An account that is not the oldest of its e-mail leaves it to that one.
    addresses = {row.id: row.usable if row.first == row.id else None for row in batch}
    holders = old_site.holders_of(address for address in addresses.values() if address)
    players, owners = [], {}
    for row in batch:
        if row.id in known:
            people.remember(row.id, known[row.id])
            _refuse_another_choice(row, people)
            continue
        address = addresses[row.id]
        if row.owner != row.id:
            owners[row.id] = people.player_of(row.owner)
        elif holders.get(address or ""):
            owners[row.id] = holders[address or ""] or ""
            report.find("joined here already", f"user {row.id}")
        else:
            if address in holders:
                report.find("e-mail taken", f"user {row.id}")
                address = None
            player = _player(row, address, taken, report)
            players.append(player)
            owners[row.id] = player.pk
        people.remember(row.id, owners[row.id])
    return players, owners


def _refuse_another_choice(row: Any, people: People) -> None:
    """Accounts that were merged stay merged, and those kept apart, apart: their coins are posted."""
    together = people.player_of(row.id) == people.player_of(row.first)
    if row.first != row.id and together != people.merge:
        raise CannotRead(
            f"An earlier import {'merged' if together else 'kept apart'} users {row.id} and {row.first}, "
            "who share an e-mail. Give the same --duplicates again."
        )


def _player(row: Any, address: str | None, taken: set[str], report: Report) -> User:
    user_id = clean.our_id(row.id)
    if user_id in taken:
        report.find("user id taken", f"user {row.id}")
        user_id = clean.derived_id(row.id)
    joined = row.created_at or clean.UNKNOWN_TIME
    return User(
        pk=user_id,
        email=address,
        password=make_password(None),
        first_name=row.first_name or "",
        last_name=row.last_name or "",
        profile_image_url=clean.web_address(row.profile_image_url),
        is_vip=bool(row.is_vip),
        created_at=joined,
        updated_at=_not_before(joined, row.updated_at),
    )


def _not_before(joined: datetime, updated: datetime | None) -> datetime:
    return max(joined, updated) if updated else joined


def _find_dirt(row: Any, report: Report) -> None:
    named = f"user {row.id}"
    if clean.our_id(row.id) != row.id:
        report.find("user id not kept", f"{named} is {clean.our_id(row.id)}")
    if not (row.email or "").strip():
        report.find("user without e-mail", named)
    elif row.usable is None:
        report.find("invalid e-mail", named)
    elif row.owner != row.id:
        report.find("duplicate e-mail, merged", f"{named} into {row.owner}")
    elif row.first != row.id:
        report.find("duplicate e-mail, kept apart", f"{named} beside {row.first}")
    if row.created_at is None:
        report.find("user without time", named)
    if clean.whole(row.coins, least=0) is None:
        report.find("impossible coins", f"{named}: {row.coins}")
    said, real = (row.total_participations, row.total_wins), (row.tickets, row.wins)
    if said != real:
        report.find("wrong statistics", f"{named}: tickets and wins {said}, really {real}")
