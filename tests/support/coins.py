"""Coins for tests: what only the database's owner may give, and rates of their own."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger import rates, services
from ledger.models import CoinOrder, Transaction
from tests.support.as_app import as_owner


def order(user_id: str, amount: int, key: str) -> None:
    """What an operator's command writes before it posts."""
    with as_owner():
        CoinOrder.objects.get_or_create(idempotency_key=key, defaults={"user_id": user_id, "coins": amount})


def move(user_id: str, amount: int, key: str, **fields: Any) -> Transaction:
    """Give a player coins, or take them, for no reason that a page would have: as if they came over."""
    order(user_id, amount, key)
    return services.post(user_id, "import", amount, key, **({"description": "For the test"} | fields))


def follow_settings() -> None:
    """What a release that changes the settings does: it migrates, as the database's owner."""
    with as_owner():
        rates.follow_settings()


@pytest.fixture
def adjustments_without_limit(db: None, settings: Any) -> Iterator[None]:
    """A site of one member of staff: `migrate` ran with STAFF_APPROVALS off."""
    settings.STAFF_APPROVALS = False
    follow_settings()
    yield
    settings.STAFF_APPROVALS = True
    follow_settings()
