"""The one chain whose rounds are accepted; no setting changes it."""

from datetime import UTC, datetime

from django.conf import settings

from draws import fairness

CHAIN = fairness.QUICKNET


def has_source() -> bool:
    """Return whether a source of the beacon's rounds is configured."""
    return bool(settings.BEACON_RELAYS or settings.BEACON_FOLDER)


def round_time(number: int) -> datetime:
    """Return when the accepted chain publishes a round."""
    return datetime.fromtimestamp(CHAIN.round_time(number), UTC)


def round_for(freeze_by: int) -> int:
    """Return the round of a draw that is frozen by then (Unix seconds): computed, never chosen."""
    return fairness.draw_round(freeze_by, CHAIN.genesis, CHAIN.period)
