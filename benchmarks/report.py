"""What was measured, as a table for people and as JSON."""

import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

from benchmarks.runs import Measured

# Each ratio's figure above, figure below, and aim: at least (+) or at most (−).
RATIOS: dict[str, tuple[str, str, float]] = {
    "hot_vs_control": ("hot", "control", +4.0),
    "hot_vs_spread": ("hot", "spread", +0.8),
    "hot64_vs_hot16": ("hot_64", "hot", +0.7),
    "service_vs_pgbench": ("hot", "pgbench", +0.5),
    "http_enter_vs_noop": ("http_enter", "http_noop", +0.6),
    "list_page_growth": ("list_large", "list_small", -1.2),
    "draw_page_growth": ("draw_large", "draw_small", -1.2),
    "coins_page_growth": ("coins_large", "coins_small", -1.2),
    "close_vs_hashing": ("close_100000", "hash_100000", -5.0),
    "close_1000_vs_hashing": ("close_1000", "hash_1000", -5.0),
    "close_1000000_vs_hashing": ("close_1000000", "hash_1000000", -5.0),
    "integrity_vs_sums": ("integrity", "sums", -2.0),
}


def machine() -> dict[str, Any]:
    """What the figures depend on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('fsync')")
        server, fsync = cursor.fetchone()
        started = time.perf_counter()
        for _ in range(50):
            cursor.execute("SELECT pg_logical_emit_message(true, 'lucky11', '')")
        flush = (time.perf_counter() - started) / 50
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": server.split()[0],
        "fsync": fsync,
        "flush_ms": round(flush * 1000, 2),
        "django": version("django"),
        "psycopg": version("psycopg"),
        "granian": version("granian"),
        "load_before": round(os.getloadavg()[0], 1),
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
    }


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def result(facts: dict[str, Any], measured: Measured) -> dict[str, Any]:
    """The JSON: machine, ratios of the medians that were measured, and every run."""
    medians = {name: statistics.median(runs) for name, runs in measured.runs.items()}
    ratios = {
        name: round(medians[top] / medians[bottom], 2)
        for name, (top, bottom, _) in RATIOS.items()
        if top in medians and bottom in medians
    }
    return {
        "machine": facts,
        "ratios": ratios,
        "runs": {name: [round(run, 4) for run in runs] for name, runs in measured.runs.items()},
        "words": measured.words,
        "units": measured.units,
    }


def table(answer: dict[str, Any]) -> str:
    """The same for people: medians with their ranges, then the ratios beside their aims."""
    lines = [f"{name}: {value}" for name, value in answer["machine"].items()]
    lines += ["", f"{'':<62}{'median':>9}  {'range':>15}"]
    for name, runs in answer["runs"].items():
        spread = f"{_figure(min(runs))}–{_figure(max(runs))}"
        middle = _figure(statistics.median(runs))
        lines.append(f"{answer['words'][name]:<62}{middle:>9}  {spread:>15}  {answer['units'][name]}")
    lines += ["", f"{'ratio of the medians':<26}{'':>8}  {'run by run':>15}  aim"]
    return "\n".join(lines + [_ratio_line(name, answer) for name in answer["ratios"]])


def _ratio_line(name: str, answer: dict[str, Any]) -> str:
    top, bottom, aim = RATIOS[name]
    each = [a / b for a, b in zip(answer["runs"][top], answer["runs"][bottom], strict=True)]
    spread = f"{min(each):.2f}–{max(each):.2f}"
    ratio = answer["ratios"][name]
    missed = ratio < aim if aim > 0 else ratio > -aim
    wanted = f"{'≥' if aim > 0 else '≤'} {abs(aim)}"
    return f"{name:<26}{ratio:>8.2f}  {spread:>15}  {wanted}{'  missed' if missed else ''}"


def _figure(number: float) -> str:
    """Three digits that mean something."""
    return f"{number:,.0f}" if number >= 100 else f"{number:.1f}" if number >= 10 else f"{number:.3f}"
