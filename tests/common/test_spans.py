"""A length of time is said in the largest unit that it is whole in."""

import pytest

from common.text import wording


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1, "1 second"),
        (90, "90 seconds"),
        (60, "1 minute"),
        (120, "2 minutes"),
        (3600, "1 hour"),
        (7200, "2 hours"),
        (3660, "61 minutes"),
        (1_234_567, "1,234,567 seconds"),
    ],
)
def test_a_length_of_time_in_words(seconds, said):
    assert wording.span(seconds) == said
