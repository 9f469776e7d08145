"""What becomes of an upload: a WebP in several widths with nothing of it but its pixels, or a refusal."""

import contextlib

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageCms

from draws.exceptions import PictureRefused
from draws.pictures import files
from tests.support.photos import (
    moving,
    noisy,
    opened,
    photo_with_a_place,
    png,
    saved,
    scene,
    text_bomb,
    upload,
)


def read(image_or_bytes, kind="JPEG", **options):
    content = image_or_bytes if isinstance(image_or_bytes, bytes) else saved(image_or_bytes, kind, **options)
    return files.read(upload(content))


def shown(files, width=480):
    return opened(files.by_width[width])


def colour(image, x, y):
    return image.convert("RGB").getpixel((int(image.width * x), int(image.height * y)))


def near(found, wanted, by=12):
    return all(abs(one - other) <= by for one, other in zip(found, wanted, strict=True))


SUN, SKY, GRASS = (0xFF, 0xD2, 0x3F), (0x5A, 0xA9, 0xE6), (0x2F, 0x6B, 0x3C)


@pytest.mark.parametrize(
    ("size", "widths"),
    [
        ((4000, 3000), [480, 960, 1440]),
        ((1000, 750), [480, 960, 1000]),
        ((960, 720), [480, 960]),
        ((400, 300), [400]),
    ],
)
def test_a_picture_is_kept_in_three_widths_and_never_made_larger(size, widths):
    files = read(scene(*size))
    assert list(files.by_width) == widths
    assert files.width == widths[-1]
    for width, content in files.by_width.items():
        image = opened(content)
        assert (image.format, image.width, image.height) == ("WEBP", width, round(width * size[1] / size[0]))


def test_nothing_that_the_file_said_beside_its_pixels_is_kept():
    files = read(photo_with_a_place())
    for content in files.by_width.values():
        for word in (b"Secret", b"EXIF", b"Exif", b"XMP", b"ICCP", b"script"):
            assert word not in content
        assert not opened(content).getexif()


def test_a_photo_taken_sideways_stands_upright():
    files = read(photo_with_a_place())
    image = shown(files)
    assert image.height > image.width
    # The sun, at the start of the top in the file, is at the end of the top once turned.
    assert near(colour(image, 0.75, 0.2), SUN)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_the_three_formats_look_the_same(kind):
    image = shown(read(scene(), kind))
    assert near(colour(image, 0.2, 0.3), SUN)
    assert near(colour(image, 0.8, 0.1), SKY)
    assert near(colour(image, 0.5, 0.9), GRASS)


@pytest.mark.parametrize("mode", ["CMYK", "L"])
def test_a_print_shops_jpeg_and_a_grey_one_are_taken(mode):
    image = shown(read(scene(mode=mode)))
    assert image.mode == "RGB"
    sky = colour(image, 0.8, 0.1)
    assert near(sky, colour(scene(mode=mode), 0.8, 0.1), 25)


@pytest.mark.parametrize("mode", ["P", "1", "LA", "RGBA"])
def test_pngs_of_every_kind_are_taken(mode):
    assert shown(read(scene(800, 600, mode), "PNG")).size == (480, 360)


def test_a_16_bit_grey_keeps_its_shades():
    shades = Image.frombytes(
        "I;16", (512, 400), b"".join(int(x * 128).to_bytes(2, "little") for x in range(512)) * 400
    )
    image = shown(read(shades, "PNG"))
    for x in (0.1, 0.5, 0.9):
        assert near(colour(image, x, 0.5), (int(255 * x),) * 3)


def test_what_is_transparent_stays_so():
    cut_out = scene(800, 600, "RGBA")
    cut_out.paste((0, 0, 0, 0), (0, 0, 400, 600))
    image = shown(read(cut_out, "PNG"))
    assert image.mode == "RGBA"
    assert image.getpixel((20, 200))[3] == 0
    assert image.getpixel((460, 200))[3] == 255


def test_colours_are_shown_as_their_profile_means_them():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")
    for kind in ("JPEG", "PNG"):
        image = shown(read(scene(), kind, icc_profile=swapped))
        assert near(colour(image, 0.8, 0.1), SKY[::-1])
        assert "icc_profile" not in image.info


@pytest.mark.parametrize("profile", [b"no profile at all", b"", "LAB"])
def test_a_profile_that_is_broken_or_of_another_kind_is_left_aside(profile):
    if profile == "LAB":
        profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    assert near(colour(shown(read(scene(), icc_profile=profile)), 0.8, 0.1), SKY)


def test_of_a_cameras_photo_with_previews_the_photo_is_taken():
    content = saved(scene(), "MPO", save_all=True, append_images=[scene(640, 480).rotate(180)])
    assert opened(content).format == "MPO"
    image = shown(read(content))
    assert near(colour(image, 0.2, 0.3), SUN)


def test_a_noisy_12_megapixel_photo_costs_a_phone_at_most_40_kb():
    files = read(noisy(), quality=75)
    sizes = {width: len(content) for width, content in files.by_width.items()}
    assert sizes[480] <= 40_000
    assert sizes[960] <= 130_000
    assert sizes[1440] <= 260_000


def test_even_pure_noise_that_cannot_be_averaged_keeps_to_the_budget():
    files = read(noisy(480, 360), "PNG")
    assert len(files.by_width[480]) <= 40_000


def test_the_same_picture_has_the_same_name_and_another_one_another():
    assert read(scene()).name == read(scene()).name
    assert read(scene()).name != read(scene().rotate(180)).name
    assert read(saved(scene(), comment=b"other bytes, same pixels")).name == read(scene()).name


def jpeg():
    return saved(scene())


UNKNOWN, DAMAGED = "This is not a JPEG, PNG or WebP", "damaged or incomplete"
HOSTILE = {
    "an SVG": (
        lambda: b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
        UNKNOWN,
    ),
    "a page": (lambda: b"<!doctype html><script>alert(1)</script>", UNKNOWN),
    "a GIF": (lambda: saved(scene(), "GIF"), UNKNOWN),
    "a TIFF": (lambda: saved(scene(), "TIFF"), UNKNOWN),
    "a BMP": (lambda: saved(scene(), "BMP"), UNKNOWN),
    "PostScript": (
        lambda: b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 400 300\n",
        UNKNOWN,
    ),
    "the beginning of a JPEG": (lambda: jpeg()[:40], DAMAGED),
    "half a JPEG": (lambda: jpeg()[: len(jpeg()) // 2], DAMAGED),
    "half a PNG": (lambda: saved(scene(), "PNG")[:2000], DAMAGED),
    "half a WebP": (lambda: saved(scene(), "WEBP")[:900], DAMAGED),
    "a PNG without pixels": (lambda: png(400, 300), DAMAGED),
    "a PNG of 900 megapixels": (lambda: png(30_000, 30_000), "too many pixels"),
    "a PNG of 4 billion columns": (lambda: png(2**31 - 1, 300), "too many pixels"),
    "a PNG of 36 megapixels": (lambda: png(6_000, 6_000), "too many pixels"),
    "a comment that unpacks to 100 MB": (text_bomb, DAMAGED),
    "a moving PNG": (lambda: moving("PNG"), "Animated pictures are not supported"),
    "a moving WebP": (lambda: moving("WEBP"), "Animated pictures are not supported"),
    "a dot": (lambda: saved(scene(1, 1)), "smaller than"),
    "a line": (lambda: saved(scene(4000, 300)), "too long and narrow"),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_proper_picture_is_refused_with_a_sentence(what):
    make, sentence = HOSTILE[what]
    with pytest.raises(PictureRefused) as refusal:
        read(make())
    assert sentence in refusal.value.message
    assert refusal.value.message.endswith("Nothing was changed.")


def test_every_cut_of_a_photo_is_taken_or_refused_in_words():
    whole = saved(scene(400, 300), "PNG")
    refused = 0
    cuts = range(0, len(whole), len(whole) // 60)
    for end in cuts:
        with contextlib.suppress(PictureRefused):
            read(whole[:end])
            continue
        refused += 1
    # What lacks only the mark of its end is whole.
    assert refused >= len(cuts) - 2


def test_a_photo_with_a_page_behind_it_is_taken_without_the_page():
    files = read(jpeg() + b"<html><script>alert(1)</script>")
    assert all(b"script" not in content for content in files.by_width.values())
    assert shown(files).size == (480, 360)


def test_a_file_that_is_too_large_is_refused_before_a_byte_is_read():
    class Unread(ContentFile):
        def read(self, *args):
            raise AssertionError("it was read")

    file = Unread(b"")
    file.size = 100 * 1024 * 1024
    with pytest.raises(PictureRefused, match="larger than 15 MB"):
        files.read(file)


def test_a_file_that_is_larger_than_it_says_is_refused():
    file = ContentFile(bytes(files.MOST_BYTES + 1))
    file.size = 10
    with pytest.raises(PictureRefused, match="larger than 15 MB"):
        files.read(file)
