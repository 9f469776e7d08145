"""A draw's picture: its row and its files come and go together; a published draw keeps what players saw."""

import pytest
from django.db import DatabaseError, transaction

from draws.exceptions import DrawNotFound, PictureRefused
from draws.lifecycle.publish import publish_draw
from draws.models import Draw, PrizePicture
from draws.pictures import uploads
from draws.pictures.files import Files, read
from tests.support.photos import ALT, saved, scene, upload

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("picture_folder")]


def files_of(image=None):
    return read(upload(saved(image or scene())))


def give(draw, image=None, alt=ALT, actor=None):
    return uploads.set_picture(draw.pk, files_of(image), alt, actor=actor)


def kept(folder):
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_draft_gets_a_picture_and_its_address_column_has_the_widest_file(make_draft, alice, picture_folder):
    draft = make_draft()
    picture = give(draft, alt="  A bicycle,\n red ", actor=alice)
    draft.refresh_from_db()
    assert draft.prize_image_url == f"/pictures/{picture.name}-1440.webp"
    assert (picture.width, picture.height, picture.alt) == (1440, 1080, "A bicycle, red")
    assert picture.uploaded_by == alice
    assert kept(picture_folder) == sorted(f"{picture.name}-{width}.webp" for width in (480, 960, 1440))


@pytest.mark.parametrize(
    ("alt", "sentence"),
    [
        ("", "Describe what the picture shows"),
        (" \n", "Describe what the picture shows"),
        ("x" * 251, "at most 250"),
    ],
)
def test_a_picture_without_words_is_refused_and_leaves_no_file(make_draft, picture_folder, alt, sentence):
    draft = make_draft()
    with pytest.raises(PictureRefused, match=sentence):
        give(draft, alt=alt)
    assert not PrizePicture.objects.exists()
    assert kept(picture_folder) == []


def test_a_picture_for_no_draw_leaves_no_file(db, picture_folder):
    with pytest.raises(DrawNotFound):
        uploads.set_picture(999, files_of(), ALT, actor=None)
    assert kept(picture_folder) == []


def test_a_row_that_cannot_be_written_leaves_no_file(make_draft, picture_folder):
    draft = make_draft()
    broken = Files("not a name", 480, 360, {480: b"x"})
    with pytest.raises(DatabaseError):
        uploads.set_picture(draft.pk, broken, ALT, actor=None)
    assert kept(picture_folder) == []
    draft.refresh_from_db()
    assert draft.prize_image_url == ""


def test_files_of_a_transaction_that_failed_go_with_the_next_sweep_and_no_others(make_draft, picture_folder):
    stays = give(make_draft(), scene().rotate(180))

    @transaction.atomic
    def fails_later():
        give(make_draft())
        raise RuntimeError

    with pytest.raises(RuntimeError):
        fails_later()
    (picture_folder / "notes.txt").write_text("not ours")
    assert len(kept(picture_folder)) == 7
    assert uploads.sweep_files() == 3
    assert kept(picture_folder) == sorted(
        [*(f"{stays.name}-{width}.webp" for width in (480, 960, 1440)), "notes.txt"]
    )
    assert uploads.sweep_files() == 0


def test_a_sweep_before_the_first_picture_finds_nothing(db, picture_folder):
    assert uploads.sweep_files() == 0


def test_another_picture_takes_the_place_of_a_drafts_first_one(make_draft, picture_folder):
    draft = make_draft()
    give(draft)
    second = give(draft, scene(1000, 750), alt="A blue one")
    assert PrizePicture.objects.get() == second
    draft.refresh_from_db()
    assert draft.prize_image_url == f"/pictures/{second.name}-1000.webp"
    assert uploads.sweep_files() == 3
    assert kept(picture_folder) == sorted(f"{second.name}-{width}.webp" for width in (480, 960, 1000))


def test_a_removed_picture_leaves_a_draft_as_it_was(make_draft, picture_folder):
    draft = make_draft()
    give(draft)
    uploads.remove_picture(draft.pk)
    draft.refresh_from_db()
    assert draft.prize_image_url == ""
    assert uploads.sweep_files() == 3
    assert kept(picture_folder) == []


def test_a_deleted_draft_takes_its_picture_along(make_draft, picture_folder):
    draft = make_draft()
    give(draft)
    draft.delete()
    assert not PrizePicture.objects.exists()
    assert uploads.sweep_files() == 3


def test_half_a_file_of_a_process_that_died_is_written_anew(make_draft, picture_folder):
    files = files_of()
    picture_folder.mkdir()
    (picture_folder / f"{files.name}-480.webp").write_bytes(b"half")
    uploads.set_picture(make_draft().pk, files, ALT, actor=None)
    assert (picture_folder / f"{files.name}-480.webp").read_bytes() == files.by_width[480]


def test_a_copied_draw_shares_the_files_and_keeps_them_when_the_first_one_goes(make_draft, picture_folder):
    first, copy = make_draft(), make_draft()
    give(first)
    first.refresh_from_db()
    shared = uploads.copy_picture(copy.pk, first.prize_image_url, actor=None)
    assert (shared.alt, len(kept(picture_folder))) == (ALT, 3)
    first.delete()
    assert uploads.sweep_files() == 0
    assert len(kept(picture_folder)) == 3


@pytest.mark.parametrize(
    "address", ["", "/pictures/x.webp", f"/pictures/{'0' * 32}-480.webp", "/static/img/icon.svg"]
)
def test_a_picture_that_the_site_does_not_have_cannot_be_copied(make_draft, address):
    with pytest.raises(PictureRefused, match="no such picture"):
        uploads.copy_picture(make_draft().pk, address, actor=None)


def test_a_published_draw_without_a_picture_gets_one_once(draw):
    first = give(draw)
    with pytest.raises(PictureRefused, match="the picture cannot change"):
        give(draw, scene().rotate(180))
    with pytest.raises(PictureRefused, match="the picture cannot change"):
        uploads.remove_picture(draw.pk)
    assert PrizePicture.objects.get().name == first.name


@pytest.mark.parametrize("had", [{"illustration": "tram"}, {"prize_image_url": "/static/img/icon.svg"}])
def test_players_who_entered_for_one_picture_are_not_shown_another(make_draw, had, picture_folder):
    draw = make_draw(**had)
    with pytest.raises(PictureRefused, match="Players entered this draw"):
        give(draw)
    assert kept(picture_folder) == []
    draw.refresh_from_db()
    assert {name: getattr(draw, name) for name in had} == had


def test_the_words_of_a_published_picture_can_be_corrected(draw):
    give(draw, alt="A bycicle")
    uploads.describe_picture(draw.pk, "A bicycle")
    assert PrizePicture.objects.get().alt == "A bicycle"
    with pytest.raises(PictureRefused, match="Describe what the picture shows"):
        uploads.describe_picture(draw.pk, " ")


BY_HAND = {
    "another address": "UPDATE draws SET prize_image_url = '/x.webp' WHERE id = %s",
    "an illustration": "UPDATE draws SET illustration = 'tram' WHERE id = %s",
    "no address": "UPDATE draws SET prize_image_url = '' WHERE id = %s",
    "other files": f"UPDATE prize_pictures SET name = '{'0' * 32}' WHERE draw_id = %s",
    "no row": "DELETE FROM prize_pictures WHERE draw_id = %s",
}


@pytest.mark.parametrize("how", BY_HAND)
def test_the_database_keeps_a_published_picture_whoever_writes(make_draft, how):
    draft = make_draft()
    give(draft)
    publish_draw(draft.pk)
    with (
        pytest.raises(DatabaseError, match="A published draw keeps its picture"),
        transaction.atomic(),
        transaction.get_connection().cursor() as cursor,
    ):
        cursor.execute(BY_HAND[how], [draft.pk])
    assert Draw.objects.get(pk=draft.pk).prize_image_url.startswith("/pictures/")
