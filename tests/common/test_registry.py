"""What an app plugs into the apps below it: under a key of its own, in one place, in order."""

import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from accounts import approvals
from accounts.notifications.notify import KINDS
from common.encryption import COLUMNS
from common.registry import Registry


def test_entries_are_found_by_key_and_come_in_the_order_in_which_they_were_added():
    registry = Registry[int]("numbers")
    registry.add("two", 2)
    registry.add("one", 1)
    assert (registry["two"], registry.get("three")) == (2, None)
    assert list(registry.items()) == [("two", 2), ("one", 1)]


def test_a_key_is_used_once():
    registry = Registry[int]("numbers")
    registry.add("one", 1)
    with pytest.raises(ImproperlyConfigured, match="The registry of numbers has an entry 'one' already"):
        registry.add("one", 2)
    assert list(registry.items()) == [("one", 1)]


@pytest.mark.parametrize("app", ["accounts", "ledger", "draws"])
def test_an_app_adds_itself_once_when_the_site_starts(app):
    with pytest.raises(ImproperlyConfigured, match="already"):
        apps.get_app_config(app).ready()


def test_every_app_is_in_the_registries():
    assert {"sign_in", "welcome", "won"} <= set(KINDS)
    assert set(approvals.ACTS) == {"adjust_coins", "cancel_draw", "correct_draw", "pass_on_prize"}
    assert set(COLUMNS) == {"second factor", "claim", "draw"}
