"""The result of an import: counts, and every kind of problem with its rule and first examples."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from lucky11.importing.rules import RULES

EXAMPLES = 5


@dataclass
class Report:
    """The report of an import, filled while it runs."""

    applied: bool
    counts: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)

    def problem(self, kind: str, example: str, *, decided: bool = False) -> None:
        """Count a problem of the old data and keep the first few examples of its kind."""
        assert kind in RULES, kind
        self.found[kind] += 1
        self.decided[kind] += decided
        named = self.examples.setdefault(kind, [])
        if len(named) < EXAMPLES:
            named.append(example)

    @property
    def undecided(self) -> list[str]:
        """Return the kinds of problems that the operator has to decide about."""
        return [kind for kind in self.found if RULES[kind].decision and self.decided[kind] < self.found[kind]]

    @property
    def clean(self) -> bool:
        """Say whether nothing is left to decide or to repair."""
        return not (self.undecided or self.defects)

    def as_dict(self) -> dict[str, Any]:
        """Return the report for a machine."""
        return {
            "applied": self.applied,
            "clean": self.clean,
            "counts": dict(sorted(self.counts.items())),
            "found": {
                kind: {
                    "count": self.found[kind],
                    "decided": self.decided[kind],
                    "rule": RULES[kind].rule,
                    "decision": RULES[kind].decision,
                    "examples": self.examples[kind],
                }
                for kind in RULES
                if kind in self.found
            },
            "notes": self.notes,
            "defects": self.defects,
        }

    def lines(self) -> Iterator[str]:
        """Return the report for a person, as lines."""
        yield f"{'Imported' if self.applied else 'Dry run: nothing was changed'}."
        for name, count in sorted(self.counts.items()):
            yield f"  {count:>13,}  {name}"
        for kind in RULES:
            if kind in self.found:
                rule = RULES[kind]
                decide = "DECIDE " if kind in self.undecided else ""
                yield f"{decide}{kind}: {self.found[kind]:,}. {rule.rule}"
                yield f"    {'; '.join(self.examples[kind])}{' …' if self.found[kind] > EXAMPLES else ''}"
                if self.decided[kind]:
                    yield f"    {self.decided[kind]:,} of them decided by the file."
                if kind in self.undecided:
                    yield f"    {rule.decision}"
        yield from self.notes
        yield from (f"BAD  {defect}" for defect in self.defects)
