"""What was measured, as a table for people and as JSON."""

import os
import platform
import statistics
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.db import connection

AIMS = {"hot_vs_control": 4.0, "hot_vs_spread": 0.8, "http_enter_vs_noop": 0.55}
PAIRS = {
    "hot_vs_control": ("hot", "control"),
    "hot_vs_spread": ("hot", "spread"),
    "http_enter_vs_noop": ("http_enter", "http_noop"),
}
UNITS = {"http_enter": "requests/s", "http_noop": "requests/s"}
WORDS = {
    "hot": "one draw, Python service, 16 clients",
    "control": "one draw, select_for_update and ORM, 16 clients",
    "spread": "1,000 draws, Python service, 16 clients",
    "http_enter": "POST an entry form, 16 connections",
    "http_noop": "GET a signed-in page that does nothing, 16 connections",
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


def result(facts: dict[str, Any], runs: dict[str, list[float]]) -> dict[str, Any]:
    """The JSON: machine, ratios of the medians, and every run."""
    ratios = {
        name: round(statistics.median(runs[top]) / statistics.median(runs[bottom]), 2)
        for name, (top, bottom) in PAIRS.items()
    }
    return {
        "machine": facts,
        "ratios": ratios,
        "runs": {name: [round(r, 1) for r in each] for name, each in runs.items()},
    }


def table(answer: dict[str, Any]) -> str:
    """The same for people: medians with their ranges, then the ratios beside their aims."""
    lines = [f"{name}: {value}" for name, value in answer["machine"].items()]
    lines += ["", f"{'':<56}{'median':>8}  {'range':>13}"]
    for name, runs in answer["runs"].items():
        unit = UNITS.get(name, "tickets/s")
        spread = f"{min(runs):.0f}–{max(runs):.0f}"
        lines.append(f"{WORDS[name]:<56}{statistics.median(runs):>8.0f}  {spread:>13}  {unit}")
    lines += ["", f"{'ratio of the medians':<24}{'':>8}  {'run by run':>13}  aim"]
    for name, (top, bottom) in PAIRS.items():
        each = [a / b for a, b in zip(answer["runs"][top], answer["runs"][bottom], strict=True)]
        spread = f"{min(each):.2f}–{max(each):.2f}"
        ratio = answer["ratios"][name]
        reached = "" if ratio >= AIMS[name] else "  missed"
        lines.append(f"{name:<24}{ratio:>8.2f}  {spread:>13}  {AIMS[name]}{reached}")
    return "\n".join(lines)
