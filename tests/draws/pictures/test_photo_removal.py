"""A published photo that may not be shown is taken down by staff, for good, and nothing sealed notices."""

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from draws.exceptions import PictureRefused
from draws.lifecycle.duplicate import duplicate_draw
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, PrizePicture, TextChange
from draws.pictures import uploads
from draws.pictures.files import read
from tests.draws.admin.test_duplicating import LISBON
from tests.support.pages import finish, take, words
from tests.support.photos import ALT, saved, scene, upload
from tests.support.staff import form_data, logged, make_member, sign_in_boss, sign_in_clerk

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("picture_folder")]

WHY = "It is a photographer’s, who did not agree"


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


@pytest.fixture
def shown(make_draft):
    """A published draw with a photo."""
    draft = make_draft()
    give(draft)
    return publish_draw(draft.pk)


def give(draw, image=None):
    files = read(upload(saved(image or scene())))
    return uploads.set_picture(draw.pk, files, ALT, actor=None)


def page(draw, what="take-down"):
    return f"/admin/draws/draw/{draw.pk}/{what}/"


def take_down(client, draw, reason=WHY):
    return client.post(page(draw), form_data(client.get(page(draw)), reason=reason), follow=True)


def kept(folder):
    return sorted(path.name for path in folder.iterdir())


def test_the_photo_goes_with_all_its_files_and_the_drawn_picture_comes(client, boss, shown, picture_folder):
    name = shown.picture.name
    assert len(kept(picture_folder)) == 3
    assert "Take the photo down" in words(client.get(page(shown, "change")))
    said = words(take_down(client, shown))
    assert f"The photo of {shown} has been taken down." in said
    assert kept(picture_folder) == []
    for width in (480, 960, 1440):
        assert client.get(f"/pictures/{name}-{width}.webp").status_code == 404
    seen = Client().get(f"/draws/{shown.pk}/")
    assert f"/pictures/made/{shown.pk}-" in seen.content.decode()
    assert name not in seen.content.decode()
    assert "The site’s staff took down the photo of this draw today." in words(seen)
    assert "Changes to the text" not in words(seen)


def test_the_staff_log_says_who_took_it_down_and_why_and_staff_see_which_it_was(client, boss, shown):
    address = shown.prize_image_url
    after = words(take_down(client, shown))
    assert logged(shown) == [(boss.email, f"Took the photo down: {address}. Why: {WHY}")]
    assert f"Before {address}" in after
    change = TextChange.objects.get(draw=shown)
    assert (change.old, change.new, change.actor) == (address, "", boss)


def test_without_a_reason_the_photo_stays(client, boss, shown, picture_folder):
    assert "Say why" in words(take_down(client, shown, reason=" "))
    assert len(kept(picture_folder)) == 3
    assert Draw.objects.get(pk=shown.pk).prize_image_url == shown.prize_image_url
    assert logged(shown) == []


def test_every_draw_that_shows_the_photo_loses_it_and_each_log_says_so(client, boss, shown, picture_folder):
    draft, other = duplicate_draw(shown.pk, LISBON), duplicate_draw(shown.pk, LISBON)
    publish_draw(other.pk)
    asked = words(client.get(page(shown)))
    assert f"Draws that show it {shown}, {draft}, {other}" in asked
    take_down(client, shown)
    assert kept(picture_folder) == []
    assert not PrizePicture.objects.exists()
    for draw in (shown, draft, other):
        assert Draw.objects.get(pk=draw.pk).prize_image_url == ""
        assert WHY in logged(draw)[-1][1]
    assert set(TextChange.objects.values_list("draw", flat=True)) == {shown.pk, other.pk}


def test_another_photo_stays_where_it_is(client, boss, shown, make_draft, picture_folder):
    stays = give(make_draft(), scene().rotate(180))
    take_down(client, shown)
    assert kept(picture_folder) == sorted(f"{stays.name}-{width}.webp" for width in (480, 960, 1440))


def test_nothing_that_is_sealed_changes(client, boss, shown, alice):
    take(alice, shown)
    terms, opened = shown.seal.terms, bytes(shown.seal.open_hash)
    assert "picture" not in terms
    assert shown.prize_image_url not in terms
    take_down(client, shown)
    shown.refresh_from_db()
    shown.seal.refresh_from_db()
    assert (shown.seal.terms, bytes(shown.seal.open_hash)) == (terms, opened)
    finish(shown)
    assert client.get(f"/draws/{shown.pk}/proof.json").status_code == 200
    assert Draw.objects.get(pk=shown.pk).winner == alice


def test_a_finished_draws_photo_can_be_taken_down_as_well(client, boss, shown, alice, picture_folder):
    take(alice, shown)
    finish(shown)
    take_down(client, shown)
    assert kept(picture_folder) == []


def test_a_draw_whose_photo_was_taken_down_gets_no_other_one(client, boss, shown, picture_folder):
    take_down(client, shown)
    assert "photo" not in client.get(page(shown, "change")).context["adminform"].form.fields
    with pytest.raises(PictureRefused, match="was taken down"):
        give(shown, scene().rotate(180))
    assert kept(picture_folder) == []
    assert "This draw has no photo." in words(client.get(page(shown)))


@pytest.mark.parametrize("published", [True, False])
def test_a_draw_without_a_photo_and_a_draft_have_nothing_to_take_down(client, boss, make_draft, published):
    draft = make_draft()
    if published:
        publish_draw(draft.pk)
    else:
        give(draft)
    sentence = "This draw has no photo." if published else "Remove a draft’s photo in its form."
    assert sentence in words(client.get(page(draft)))
    assert client.post(page(draft), {"reason": WHY}).status_code == 400
    assert PrizePicture.objects.exists() is not published
    with pytest.raises(PictureRefused, match="not a published draw with a photo"):
        uploads.take_down_picture(draft.pk, actor=None)


def test_only_who_publishes_draws_takes_photos_down(client, make_player, shown):
    sign_in_clerk(client, make_player, "draws.view_draw", "draws.change_draw")
    assert client.get(page(shown)).status_code == 403
    assert client.post(page(shown), {"reason": WHY}).status_code == 403
    assert "Take the photo down" not in words(client.get(page(shown, "change")))
    client.force_login(make_member(make_player, "Draws"))
    take_down(client, shown)
    assert Draw.objects.get(pk=shown.pk).prize_image_url == ""


BY_HAND = {
    "another photo afterwards": "UPDATE draws SET prize_image_url = '/x.webp' WHERE id = %s",
    "an illustration afterwards": "UPDATE draws SET illustration = 'tram' WHERE id = %s",
    "what stood there forgotten": "DELETE FROM draw_text_changes WHERE draw_id = %s",
}


@pytest.mark.parametrize("how", BY_HAND)
def test_the_database_keeps_it_taken_down_whoever_writes(shown, how):
    uploads.take_down_picture(shown.pk, actor=None)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(BY_HAND[how], [shown.pk])
