"""What every measurement prints: the machine, tables, lines with an aim, and the file in which they are kept."""

from __future__ import annotations

import math
import os
import platform
import statistics
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[1]
RESULTS = PROJECT / "bench" / "results"
NOT_MEASURED = "not measured"

Cell = str | float | None


def machine(*versions: str) -> str:
    """What the figures were measured on, in two lines; `versions` are the programs that took part."""
    parts = [
        f"{os.cpu_count()} cores ({_processor()})",
        f"{_memory() / 1024:.0f} GB",
        f"{platform.system()} {platform.release()}",
        f"Python {platform.python_version()}",
        *versions,
    ]
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    return f"{', '.join(parts)}\nload average {load} at {datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def _processor() -> str:
    found = Path("/proc/cpuinfo")
    lines = found.read_text().splitlines() if found.exists() else []
    models = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return models[0] if models else platform.machine()


def _memory() -> float:
    """Megabytes that the machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**20


def figure(value: Cell) -> str:
    """Three significant digits, no more than a measurement knows; None: not measured."""
    if value is None:
        return NOT_MEASURED
    if isinstance(value, str):
        return value
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    places = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 4)}f}"


def table(rows: Sequence[Sequence[Cell]]) -> str:
    """Columns as wide as they need, the first to the left and the others to the right; the first row is the head."""
    texts = [[figure(cell) for cell in row] for row in rows]
    columns = max(len(row) for row in texts)
    padded = [row + [""] * (columns - len(row)) for row in texts]
    widths = [max(len(row[column]) for row in padded) for column in range(columns)]
    lines = [
        "  ".join(cell.rjust(width) if place else cell.ljust(width) for place, (cell, width) in enumerate(pairs))
        for pairs in (list(zip(row, widths, strict=True)) for row in padded)
    ]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(line.rstrip() for line in lines)


def ratio(name: str, value: float | None, aim: str) -> str:
    """The line `ratio NAME VALUE`; `aim` begins with `<=` or `>=` and is judged, or is any other text.

    Raises ValueError for a bound that is no number.
    """
    shown = NOT_MEASURED if value is None else f"{value:.2f}"
    met = reached(value, aim)
    verdict = "" if met is None else ", reached" if met else ", missed"
    return f"ratio {name} {shown}" + (f"  (aim {aim}{verdict})" if aim else "")


def reached(value: float | None, aim: str) -> bool | None:
    """Whether the bound in `aim` is kept; None where there is no value or no bound."""
    sign, bound = aim[:2], aim[2:].strip().split(" ")[0]
    if value is None or sign not in ("<=", ">="):
        return None
    return value <= float(bound) if sign == "<=" else value >= float(bound)


def median(values: Sequence[float]) -> float | None:
    """None for no values."""
    return statistics.median(values) if values else None


def save(name: str, text: str) -> Path:
    """Keep the text as bench/results/NAME-DATE.txt; a second one of the day goes below the first."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{name}-{datetime.now(UTC):%Y-%m-%d}.txt"
    earlier = path.read_text() + "\n" if path.exists() else ""
    path.write_text(earlier + text.rstrip() + "\n")
    return path
