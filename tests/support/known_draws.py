"""The recorded draws whose every value is known, and the rounds of a beacon."""

import json
from pathlib import Path
from typing import Any

from draws.fairness import VoidCode, void_hash
from draws.fairness import lucky11_verify as verifier
from tests.support import fairness_documents

VECTORS = Path(__file__).parents[1] / "vectors"
KNOWN = json.loads((VECTORS / "fairness_vectors.json").read_text("utf-8"))["lucky11_draw_v1"]
ROUNDS = json.loads((VECTORS / "drand_rounds.json").read_text("utf-8"))
BEACON_CASES = [case for case in KNOWN["cases"] if case["proof"]["beacon"]]
FIVE = BEACON_CASES[1]["proof"]


def verdicts(report: verifier.Report) -> list[str]:
    return [step.verdict for step in report.steps]


def voided_after_freezing(case: dict[str, Any], reason: str = "round not seen for 7 days") -> dict[str, Any]:
    """A known draw as it would be if its round had not come."""
    proof: dict[str, Any] = json.loads(json.dumps(case["proof"]))
    digest = void_hash(
        bytes.fromhex(proof["open"]["open_hash"]),
        bytes.fromhex(proof["freeze"]["freeze_hash"]),
        VoidCode.BEACON_MISSING,
        reason,
    )
    proof["void"] = {"code": "beacon_missing", "reason": reason, "record_hash": digest.hex()}
    proof.update(beacon=None, winners=None, result_hash=None)
    last, frozen = proof["log"].pop(), proof["log"][-1]
    ended = last["time"] + 7 * 86_400
    proof["log"].append(
        fairness_documents.record(last["n"], ended, "void", digest, bytes.fromhex(frozen["head"]))
    )
    return proof
