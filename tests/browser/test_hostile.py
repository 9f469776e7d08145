"""Whatever is written into a field, a parameter or an address: the site refuses it and stays whole."""

import pytest
from django.contrib import admin
from django.urls import reverse

from tests.browser.every_page import PLACES
from tests.browser.hostile import MORE, VALUES, Attacker
from tests.browser.places import SOMEBODY
from tests.conftest import MANY

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

WHO = sorted({place.who for place in PLACES} - {SOMEBODY})
# In every run; the others, and staff with their hundreds of fields, at night.
OFTEN = ("visitor", "alice")
# Answers that are errors of ours on purpose.
BROKEN = "broken"


@pytest.fixture(autouse=True)
def _nobody_is_too_fast(settings):
    settings.RATE_LIMIT_PLAYER = int(MANY)
    settings.ACCOUNT_RATE_LIMITS = False


def paths_of(who, world):
    found = {
        place.path.format(**world.numbers): place
        for place in PLACES
        if place.who == who and place.address != BROKEN and "{" not in place.path.format(**world.numbers)
    }
    return [*found, *(staff_pages() if who == "staff" else [])]


def staff_pages():
    """Every list, one page of each kind of row, and what staff do there."""
    yield reverse("admin:index")
    for model, page in admin.site._registry.items():
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        yield reverse(f"{name}_changelist")
        yield reverse(f"{name}_add")
        newest = model._default_manager.order_by("-pk").first()
        for pattern in page.get_urls():
            if newest is not None and pattern.name and "object_id" in str(pattern.pattern):
                yield reverse(f"admin:{pattern.name}", args=[newest.pk])


def whatever_breaks(attacker, paths, values):
    broken = set()
    for path in paths:
        for attack in attacker.attacks_on(path, values):
            status = attacker.send(attack)
            if status >= 500:
                broken.add(f"{status} {attack}")
    return sorted(broken)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("who", [who for who in WHO if who in OFTEN])
def test_no_value_breaks_a_page(who, world):
    attacker = Attacker(who, world.cookies.get(who, ""), together=who == "staff")
    assert whatever_breaks(attacker, paths_of(who, world), VALUES) == []
    assert len(attacker.seen) > 30


@pytest.mark.nightly
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("who", WHO)
def test_no_value_of_any_kind_breaks_any_page(who, world):
    attacker = Attacker(who, world.cookies.get(who, ""))
    assert whatever_breaks(attacker, paths_of(who, world), VALUES | MORE) == []
