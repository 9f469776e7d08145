"""What several tests of the arithmetic use."""

from functools import lru_cache

import pytest

from draws.fairness import lucky11_verify as verifier


@pytest.fixture
def rounds_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A round that was accepted is accepted again without computing; a refused one is computed each time."""
    monkeypatch.setattr(verifier, "verify_round", lru_cache(maxsize=None)(verifier.verify_round))
