"""What is asked of one value in every run is asked of the others at night."""

from typing import Any

import pytest


def at_night(*values: Any) -> Any:
    """A case for `parametrize` that waits for the night."""
    return pytest.param(*values, marks=pytest.mark.nightly)
