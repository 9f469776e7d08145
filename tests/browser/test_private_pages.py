"""What is private is kept nowhere, on every page of the site; what is the same for all may be kept."""

import pytest

from lucky11.gate.headers import NOT_KEPT, SECRET
from tests.browser.every_page import PLACES
from tests.browser.hostile import Attacker, FormReader

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

# Each page once as it comes, for each who sees it; of those that are broken on purpose nobody is somebody.
SHOWN = {(place.who, place.path): place for place in PLACES if not place.acts and place.address != "broken"}


def test_whatever_a_player_or_staff_sees_is_not_kept_and_what_visitors_see_may_be(world):
    wrong = {}
    for (who, path), place in SHOWN.items():
        address = path.format(**world.numbers)
        answer = Attacker(who, world.cookies.get(who, "")).get(address)
        kept = answer.headers.get("Cache-Control", "")
        private = who in world.cookies or address.startswith(SECRET)
        if private is not (kept == NOT_KEPT):
            wrong[place.name] = kept
    assert wrong == {}


def test_no_form_of_the_site_but_the_staffs_takes_a_file(world, settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR, settings.FILE_UPLOAD_MAX_MEMORY_SIZE = str(tmp_path / "nowhere"), 0
    taken, tried = {}, set()
    for who, path in SHOWN:
        sender = Attacker(who, world.cookies.get(who, ""))
        reader = FormReader(path.format(**world.numbers))
        answer = sender.get(reader.page)
        reader.feed(answer.content.decode() if "html" in answer.headers["Content-Type"] else "")
        for form in (each for each in reader.forms if each.method == "post"):
            if (who, form.action) not in tried:
                tried.add((who, form.action))
                status = sender.send_file(form.action)
                if status != 413:
                    taken[who, form.action] = status
    assert taken == {}
    assert len({action for _, action in tried}) > 25
