"""Formats findings as text for people and as data for machines."""

from collections.abc import Iterable
from typing import Any

from lucky11.monitoring.doctor import Finding


def as_text(findings: Iterable[Finding]) -> str:
    """Format findings as a page of text that marks what needs doing."""
    lines: list[str] = []
    for finding in findings:
        lines.append(f"{'!! ' if finding.bad else '   '}{finding.title}")
        lines += [f"      {line}" for line in _table(finding)]
        said = [finding.note, finding.advice if finding.bad else ""]
        lines += [f"      {sentence}" for sentence in said if sentence]
    return "\n".join(lines)


def as_data(findings: Iterable[Finding]) -> list[dict[str, Any]]:
    """Return findings as data for JSON."""
    return [
        {
            "title": finding.title,
            "bad": finding.bad,
            "advice": finding.advice if finding.bad else "",
            "rows": [dict(zip(finding.columns, row, strict=True)) for row in finding.rows],
        }
        for finding in findings
    ]


def _table(finding: Finding) -> list[str]:
    if not finding.rows:
        return ["none"]
    cells = [finding.columns, *([_shown(value) for value in row] for row in finding.rows)]
    widths = [max(len(row[n]) for row in cells) for n in range(len(finding.columns))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]


def _shown(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
