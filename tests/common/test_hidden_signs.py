"""What nobody sees in a text is found, and what only looks unusual is left alone."""

import pytest

from common.text.hidden import hidden_sign, is_seen


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("win \u202eelcycib a", "U+202E"),
        ("two\u2066 words", "U+2066"),
        ("a\u200bb", "U+200B"),
        ("a\ufeffb", "U+FEFF"),
        ("a\x00b", "U+0000"),
        ("a\nb", "U+000A"),
        ("a\u2028b", "U+2028"),
        ("\ue000", "U+E000"),
        ("a\u200d", "U+200D"),
        ("a\u200d\u200db", "U+200D"),
        ("soft\u00adhyphen", "U+00AD"),
    ],
)
def test_a_sign_that_nobody_sees_is_named(text, sign):
    assert hidden_sign(text) == sign


@pytest.mark.parametrize(
    "text",
    [
        "Lisbon for two, one long weekend",
        "Émile’s bicycle",
        "e\u0301",
        "👨\u200d👩\u200d👧 for the family",
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",
        "דו־גלגלי",
        "a\u00a0b",
        "券",
        "❤\ufe0f",
    ],
)
def test_what_people_write_is_left_alone(text):
    assert hidden_sign(text) == ""
    assert is_seen(text)


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "\u0301", "\u200b"])
def test_a_text_of_nothing_to_see_is_known(text):
    assert not is_seen(text)
