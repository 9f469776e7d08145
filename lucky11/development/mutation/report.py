"""What became of each mistake: kept between runs, and written as a table."""

import json
from collections import Counter
from pathlib import Path

NOTICED, SURVIVED, UNREACHED, INVALID = "noticed", "survived", "unreached", "invalid"
EQUIVALENT = "equivalent"
# Mistakes that change nothing anybody could notice, each with the reason.
EQUIVALENTS = Path(__file__).with_name("equivalents.json")


class Results:
    """The outcomes by mistake, in a file that each new one is added to."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.outcomes: dict[str, dict[str, str]] = json.loads(file.read_text()) if file.exists() else {}
        self.equivalents: dict[str, str] = json.loads(EQUIVALENTS.read_text(encoding="utf-8"))

    def due(self, key: str, *, again: bool) -> bool:
        """Whether a mistake is to be judged: it never was or, asked for again, no test had noticed it."""
        if key in self.equivalents:
            return False
        known = self.outcomes.get(key)
        return known is None or (again and known["outcome"] in (SURVIVED, UNREACHED))

    def add(self, key: str, outcome: dict[str, str]) -> dict[str, str]:
        """Keep an outcome."""
        self.outcomes[key] = outcome
        self.file.write_text(json.dumps(self.outcomes, indent=1, sort_keys=True))
        return outcome

    def outcome(self, key: str) -> str | None:
        """Return what became of a mistake; None if it was not judged."""
        if key in self.equivalents:
            return EQUIVALENT
        known = self.outcomes.get(key)
        return known["outcome"] if known else None


def write(results: Results, keys: list[str], file: Path | None) -> int:
    """Write the table of the mistakes that were judged; return 1 if a test is missing."""
    text = table(results, keys)
    if file:
        file.write_text(text, encoding="utf-8")
    print(text)
    left = [key for key in keys if results.outcome(key) in (SURVIVED, UNREACHED)]
    return 1 if left else 0


def table(results: Results, keys: list[str]) -> str:
    """Return the score of each place and the mistakes that no test noticed, as Markdown."""
    places: dict[str, Counter[str]] = {}
    for key in keys:
        outcome = results.outcome(key)
        if outcome:
            places.setdefault(_folder(key), Counter())[outcome] += 1
    lines = ["| where | planted | noticed | unnoticed | unreached | equivalent | score |"]
    lines.append("|---|---:|---:|---:|---:|---:|---:|")
    for place, counts in sorted(places.items()):
        judged = counts[NOTICED] + counts[SURVIVED] + counts[UNREACHED]
        score = f"{100 * counts[NOTICED] / judged:.0f} %" if judged else "–"
        figures = [counts[NOTICED], counts[SURVIVED], counts[UNREACHED], counts[EQUIVALENT]]
        cells = " | ".join(map(str, [judged + counts[EQUIVALENT], *figures]))
        lines.append(f"| {place} | {cells} | {score} |")
    left = [key for key in keys if results.outcome(key) in (SURVIVED, UNREACHED)]
    gone = [key for key in results.equivalents if key not in keys and _folder(key) in places]
    lines += ["", *(f"- {results.outcome(key)}: `{key}`" for key in left)]
    lines += [f"- listed as equivalent, but not there any more: `{key}`" for key in gone]
    return "\n".join(lines) + "\n"


def _folder(key: str) -> str:
    place = key.split(": ")[0]
    return place.rsplit("/", 1)[0] if "/" in place else "tables"
