"""Staff give a draw its picture in the draw's form: a photo and its words, or a drawn illustration."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from draws.lifecycle.publish import publish_draw
from draws.models import Draw, PrizePicture
from tests.support.pages import signed_in, words
from tests.support.photos import ALT, opened, photo_with_a_place, png, saved, scene, upload
from tests.support.staff import form_data, logged, make_member, sign_in_boss

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("picture_folder")]


def page(draw, what="change"):
    return f"/admin/draws/draw/{draw.pk}/{what}/"


@pytest.fixture
def boss(client, make_player):
    return sign_in_boss(client, make_player)


def send(client, draw, file=None, **changes):
    data = form_data(client.get(page(draw)), **changes)
    data.pop("photo", None)
    return client.post(page(draw), data | ({"photo": file} if file else {}))


def errors(answer):
    assert answer.status_code == 200
    return answer.context["adminform"].form.errors


def test_a_photo_uploaded_to_a_draft_is_on_its_page_and_in_the_log(client, boss, make_draft, picture_folder):
    draft = make_draft()
    sent = send(client, draft, upload(photo_with_a_place()), photo_alt=ALT)
    assert sent.status_code == 302
    picture = PrizePicture.objects.get(draw=draft)
    assert (picture.alt, picture.uploaded_by) == (ALT, boss)
    shown = client.get(f"/draws/{draft.pk}/").content.decode()
    assert f"/pictures/{picture.name}-480.webp 480w" in shown
    assert f'alt="{ALT}"' in shown
    for path in picture_folder.iterdir():
        assert b"Secret" not in path.read_bytes()
    [(who, message)] = logged(draft)
    assert who == boss.email
    assert f"Photo: (empty) → {picture.width} × {picture.height} pixels, {picture.name}." in message
    assert f"What the photo shows: (empty) → {ALT}." in message


def test_a_new_draft_can_come_with_its_photo(client, boss, make_draft):
    like = client.get(page(make_draft()))
    data = form_data(like, draw_time_0="2030-01-01", draw_time_1="20:00:00", photo_alt=ALT)
    assert client.post("/admin/draws/draw/add/", data | {"photo": upload()}).status_code == 302
    made = Draw.objects.latest("pk")
    assert made.prize_image_url == f"/pictures/{made.picture.name}-1440.webp"


def test_the_form_asks_for_words_with_an_example_and_shows_what_is_there(client, boss, make_draft):
    draft = make_draft()
    asked = client.get(page(draft))
    assert "Example: “A red city bicycle with a basket" in words(asked)
    assert 'enctype="multipart/form-data"' in asked.content.decode()
    assert asked.content.decode().count("/static/img/art/") == 7
    assert "remove_photo" not in asked.context["adminform"].form.fields
    send(client, draft, upload(), photo_alt=ALT)
    shown = client.get(page(draft)).content.decode()
    assert f'alt="{ALT}"' in shown
    assert "Remove the photo" in shown


def test_a_photo_without_words_is_refused_and_nothing_is_kept(client, boss, make_draft, picture_folder):
    draft = make_draft()
    refused = errors(send(client, draft, upload(), title="Porto"))
    assert "Describe what the picture shows" in refused["photo_alt"][0]
    draft.refresh_from_db()
    assert (draft.title, draft.prize_image_url) == ("Lisbon for two", "")
    assert not picture_folder.exists()


HOSTILE = {
    "an SVG": (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "image/svg+xml", "not a JPEG, PNG or WebP"),
    "a page called a photo": (b"<html><script>alert(1)</script>", "image/jpeg", "not a JPEG, PNG or WebP"),
    "a bomb": (png(30_000, 30_000), "image/png", "too many pixels"),
    "half a photo": (saved(scene())[:9000], "image/jpeg", "damaged or incomplete"),
    "16 MB": (bytes(16 * 1024 * 1024), "image/jpeg", "larger than 15 MB"),
    "nothing": (b"", "image/jpeg", "The submitted file is empty."),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_a_bad_file_is_refused_in_words_and_changes_nothing(client, boss, make_draft, what, picture_folder):
    content, kind, sentence = HOSTILE[what]
    draft = make_draft()
    file = SimpleUploadedFile("bike.jpg", content, kind)
    refused = errors(send(client, draft, file, photo_alt=ALT, title="Porto"))
    assert sentence in refused["photo"][0]
    assert set(refused) == {"photo"}
    draft.refresh_from_db()
    assert (draft.title, draft.prize_image_url) == ("Lisbon for two", "")
    assert not picture_folder.exists()
    assert logged(draft) == []


def test_what_a_file_is_decides_not_how_it_is_called(client, boss, make_draft):
    draft = make_draft()
    file = SimpleUploadedFile("../../page.html", saved(scene()), "text/html")
    assert send(client, draft, file, photo_alt=ALT).status_code == 302
    picture = PrizePicture.objects.get()
    served = client.get(f"/pictures/{picture.name}-480.webp")
    assert served.headers["Content-Type"] == "image/webp"
    assert opened(served.content).format == "WEBP"


def test_a_photo_is_removed_from_a_draft(client, boss, make_draft):
    draft = make_draft()
    send(client, draft, upload(), photo_alt=ALT)
    assert send(client, draft, remove_photo="on").status_code == 302
    draft.refresh_from_db()
    assert draft.prize_image_url == ""
    assert not PrizePicture.objects.exists()
    assert "Remove the photo: no → yes." in logged(draft)[-1][1]


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"photo_alt": ALT}, "photo_alt", "no photo for this description"),
        ({"prize_image_url": f"/pictures/{'0' * 32}-480.webp"}, "prize_image_url", "no such picture"),
    ],
)
def test_what_makes_no_sense_without_a_photo_is_refused(client, boss, make_draft, typed, field, sentence):
    assert sentence in errors(send(client, make_draft(), **typed))[field][0]


def test_two_pictures_at_once_are_refused(client, boss, make_draft):
    draft = make_draft()
    typed = {"photo_alt": ALT, "prize_image_url": "/static/img/icon.svg"}
    assert "not both" in errors(send(client, draft, upload(), **typed))["prize_image_url"][0]
    send(client, draft, upload(), photo_alt=ALT)
    assert "not both" in errors(send(client, draft, upload(), remove_photo="on"))["remove_photo"][0]
    assert "Describe what the picture shows" in errors(send(client, draft, photo_alt=""))["photo_alt"][0]


def test_an_illustration_is_chosen_and_the_log_names_it(client, boss, make_draft):
    draft = make_draft()
    assert send(client, draft, illustration="vinyl").status_code == 302
    draft.refresh_from_db()
    assert draft.illustration == "vinyl"
    assert logged(draft)[-1][1].endswith(" → Turntable.")
    assert "<img" not in logged(draft)[-1][1]
    assert "illustration" in errors(send(client, draft, illustration="dragon"))


def test_a_copy_of_a_draw_has_its_picture(client, boss, make_draft):
    draft = make_draft()
    send(client, draft, upload(), photo_alt=ALT)
    assert client.post(f"/admin/draws/draw/{draft.pk}/duplicate/").status_code == 302
    made = Draw.objects.latest("pk")
    assert (made.picture.name, made.picture.alt) == (PrizePicture.objects.first().name, ALT)
    assert made.pk != draft.pk


def test_a_published_draw_without_a_picture_gets_one_with_a_reason_and_then_keeps_it(client, boss, draw):
    assert "Say why" in errors(send(client, draw, upload(), photo_alt=ALT))["reason"][0]
    assert not PrizePicture.objects.exists()
    assert send(client, draw, upload(), photo_alt=ALT, reason="It came today").status_code == 302
    first = PrizePicture.objects.get().name
    assert logged(draw)[-1][1].endswith("Why: It came today")
    assert set(client.get(page(draw)).context["adminform"].form.fields) == {
        *("add_description", "add_prize_details", "photo_alt", "reason", "shown_version")
    }
    other = upload(saved(scene().rotate(180)))
    send(client, draw, other, photo_alt="A bicycle", remove_photo="on", reason="Words", illustration="tram")
    draw.refresh_from_db()
    assert PrizePicture.objects.get().name == first
    assert (draw.picture.alt, draw.illustration) == ("A bicycle", "")


def test_a_photo_sent_while_another_published_the_draw_changes_nothing(client, boss, make_draft):
    draft = make_draft(illustration="tram")
    data = form_data(client.get(page(draft)), photo_alt=ALT)
    publish_draw(draft.pk)
    data["photo"] = upload()
    client.post(page(draft), data)
    assert not PrizePicture.objects.exists()
    draft.refresh_from_db()
    assert (draft.illustration, draft.prize_image_url) == ("tram", "")


def test_who_may_only_look_sees_the_picture_and_no_field(client, boss, make_player, make_draft):
    draft = make_draft()
    send(client, draft, upload(), photo_alt=ALT)
    for group in ("Prizes", "Auditor"):
        browser = signed_in(make_member(make_player, group))
        shown = browser.get(page(draft)).content.decode()
        assert f'alt="{ALT}"' in shown
        assert 'type="file"' not in shown
        browser.post(page(draft), {"photo": upload(saved(scene().rotate(90))), "photo_alt": "x"})
    assert PrizePicture.objects.get().alt == ALT
