"""Checks of the beacon's sources: relays have a fresh round of the accepted chain; the folder is readable."""

import os
from pathlib import Path

from django.conf import settings

from draws.beacon import chain, relays
from draws.beacon.answers import BadAnswer
from lucky11.operations.doctor.results import Result, ok, problem, warning

WANTED_LEAD = 600
RELAYS_ADVICE = "Correct BEACON_RELAYS, let this machine through to them, and compare its clock."


def sources() -> Result:
    """Ask every relay for a round whose time has just come, and look at the watched folder."""
    if not chain.has_source():
        return ok("None is configured, so only operator-run draws can be published.")
    complaints = {url: said for url in settings.BEACON_RELAYS if (said := _complaint(url))}
    folder = _folder()
    works = [url for url in settings.BEACON_RELAYS if url not in complaints]
    found = " ".join([f"{url}: {said}" for url, said in complaints.items()] + ([folder] if folder else []))
    if not found:
        carried = f" {settings.BEACON_FOLDER} is watched." if settings.BEACON_FOLDER else ""
        return ok(f"{len(works)} relays have the newest round of {chain.CHAIN.name}, verified.{carried}")
    advice = f"Make {settings.BEACON_FOLDER} and let this account read it." if folder else RELAYS_ADVICE
    usable = works or (settings.BEACON_FOLDER and not folder)
    return warning(found, advice) if usable else problem(found, advice)


def lead() -> Result:
    """Check that the fingerprints of lists have time to reach players before the round that decides."""
    seconds = settings.BEACON_LEAD_SECONDS
    if not chain.has_source():
        return ok("No beacon is configured, so no list waits for a round.")
    if seconds < WANTED_LEAD and not settings.DEBUG:
        said = f"Only {seconds} s lie between a frozen list and its round: few emails arrive before it."
        return warning(said, f"Set BEACON_LEAD_SECONDS to {WANTED_LEAD} or more.")
    return ok(f"{seconds} s lie between a frozen list and its round.")


def _complaint(url: str) -> str:
    try:
        relays.probe(url)
    except BadAnswer as reason:
        return str(reason)
    return ""


def _folder() -> str:
    given = settings.BEACON_FOLDER
    if not given:
        return ""
    if not Path(given).is_dir():
        return f"BEACON_FOLDER is {given}, which is not a folder."
    return "" if os.access(given, os.R_OK | os.X_OK) else f"This account may not read {given}."
