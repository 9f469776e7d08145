"""Turns accounts of the old site into players: which id and email each keeps, and which are merged."""

from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import old_site
from accounts.models import User
from lucky11.importing import clean, queries
from lucky11.importing.decisions import Decision
from lucky11.importing.job import Import
from lucky11.importing.linking import link
from lucky11.importing.source import CannotRead

AT_ONCE = 1000


def import_users(job: Import) -> None:
    """Add every account, in batches of their own database transactions."""
    query = queries.accounts(job.source, merge=job.choices.merge)
    for batch in job.batches("users", query, AT_ONCE, job.source.count("users")):
        with transaction.atomic():
            players, owners = _decide(batch, job)
            if job.choices.apply:
                old_site.add_players(players, owners)
        job.count("users read", len(batch))
        job.count("users here before", len(batch) - len(owners))
        job.count("players added", len(players))


def _decide(batch: list[Any], job: Import) -> tuple[list[User], dict[str, str]]:
    """Return the players to add, and the player of each new account of the batch: old id -> id."""
    known = old_site.known_players([row.id for row in batch])
    given = {row.id: _note_problems(row, job, is_new=row.id not in known) for row in batch}
    nameless = old_site.unreachable(known.values())
    taken = old_site.taken_ids(clean.our_id(row.id) for row in batch if row.id not in known)
    # An account that is not the oldest with its email leaves it to that one.
    addresses = {row.id: given[row.id] or (row.usable if row.first == row.id else None) for row in batch}
    holders = old_site.holders_of(address for address in addresses.values() if address)
    players, owners = [], {}
    for row in batch:
        if row.id in known:
            job.remember_player(row.id, known[row.id])
            _refuse_another_choice(row, job)
            if known[row.id] in nameless and addresses[row.id] in holders:
                _link_now(row, known[row.id], job)
            continue
        address = addresses[row.id]
        if row.owner != row.id:
            owners[row.id] = job.player_of(row.owner)
        elif holders.get(address or ""):
            owners[row.id] = holders[address or ""] or ""
            job.problem("joined here already", "users", row.id)
        else:
            if address in holders:
                decision = _taken(row, job)
                if decision and decision.action == "link":
                    owners[row.id] = decision.argument
                    job.remember_player(row.id, decision.argument)
                    continue
                address = decision.argument if decision and decision.action == "email" else None
            player = _player(row, address, taken, job)
            players.append(player)
            owners[row.id] = player.pk
        job.remember_player(row.id, owners[row.id])
    return players, owners


def _refuse_another_choice(row: Any, job: Import) -> None:
    """Refuse to change a decision: merged accounts stay merged, separate ones separate (coins are posted)."""
    together = job.player_of(row.id) == job.player_of(row.first)
    if row.first != row.id and together != job.choices.merge:
        raise CannotRead(
            f"An earlier import {'merged' if together else 'kept apart'} users {row.id} and {row.first}, "
            "who share an email. Use the same --duplicates again."
        )


def _player(row: Any, address: str | None, taken: set[str], job: Import) -> User:
    user_id = clean.our_id(row.id)
    if user_id in taken:
        job.problem("user id taken", "users", row.id)
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


def _taken(row: Any, job: Import) -> Decision | None:
    return job.problem("email taken", "users", row.id, row.usable)


def _link_now(row: Any, player: str, job: Import) -> None:
    """Link an account that came over without its email, which another account here has."""
    decision = _taken(row, job)
    if decision is None or decision.action != "link":
        return
    job.count("accounts linked", 1)
    job.remember_player(row.id, decision.argument)
    if job.choices.apply and player != decision.argument:
        link(row.id, decision.argument)


def _note_problems(row: Any, job: Import, *, is_new: bool) -> str | None:
    """Report what is wrong with an account; return the email that was decided for a new one, if any."""
    decision = None
    if not (row.email or "").strip():
        decision = job.problem("user without email", "users", row.id, is_open=is_new)
    elif row.usable is None:
        decision = job.problem("invalid email", "users", row.id, row.email, is_open=is_new)
    elif row.owner != row.id:
        job.problem("duplicate email, merged", "users", row.id, f"into {row.owner}")
    elif row.first != row.id:
        beside = f"beside {row.first}"
        decision = job.problem("duplicate email, kept apart", "users", row.id, beside, is_open=is_new)
    _note_oddities(row, job)
    return decision.argument if decision and decision.action == "email" else None


def _note_oddities(row: Any, job: Import) -> None:
    if clean.our_id(row.id) != row.id:
        job.problem("user id not kept", "users", row.id, f"is {clean.our_id(row.id)}")
    if row.created_at is None:
        job.problem("user without time", "users", row.id)
    if clean.whole(row.coins, least=0) is None:
        job.problem("impossible coins", "users", row.id, row.coins)
    said, real = (row.total_participations, row.total_wins), (row.tickets, row.wins)
    if said != real:
        job.problem("wrong statistics", "users", row.id, f"tickets and wins {said}, really {real}")
