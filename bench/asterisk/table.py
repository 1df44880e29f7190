"""What was found, as a table of absolutes and lines `ratio NAME VALUE`."""

from __future__ import annotations

from dataclasses import dataclass, field

from bench.report import NOT_MEASURED, figure, median, ratio, reached, table

AIMS = {
    "answer_to_audio": "<= 0.33",
    "answer_to_audio_early_ice": "",
    "setup_rate": ">= 3",
    "setup_rate_clean": "",
    "calls_per_core_relay": ">= 3",
    "calls_per_core_compiled": ">= 8",
    "calls_per_core_rtpengine": ">= 4",
    "memory_per_agent": "<= 0.6",
    "reregister_1000": "<= 0.75",
}
UNITS = {
    "answer_to_audio": "ms, click to sound both ways",
    "answer_to_audio_early_ice": "ms, Asterisk with the first candidate",
    "setup_rate": "calls/s a core, by its time per call",
    "setup_rate_clean": "calls/s kept cleanly, one core",
    "calls_per_core_relay": "calls",
    "calls_per_core_compiled": "calls",
    "calls_per_core_rtpengine": "calls",
    "memory_per_agent": "kB",
    "reregister_1000": "s",
}
ABSOLUTE = {"answer_to_audio": "<= 60", "reregister_1000": "<= 3"}
CORDBOARD, ASTERISK = "Cordboard", "Asterisk"


@dataclass(slots=True)
class Findings:
    """Values by measurement and side, several each; and remarks that belong below the table."""

    values: dict[tuple[str, str], list[float]] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)
    at_least: set[tuple[str, str]] = field(default_factory=set)

    def note(self, name: str, side: str, *values: float) -> None:
        """Add values of a measurement."""
        self.values.setdefault((name, side), []).extend(values)

    def median(self, name: str, side: str) -> float | None:
        """None where it was not measured."""
        return median(self.values.get((name, side), []))

    def ratio(self, name: str) -> float | None:
        """Cordboard divided by Asterisk."""
        ours, theirs = self.median(name, CORDBOARD), self.median(name, ASTERISK)
        return ours / theirs if ours is not None and theirs else None

    def text(self) -> str:
        """Table, ratios, remarks."""
        rows: list[list[str | float | None]] = [["median of several", CORDBOARD, ASTERISK, "n", "unit"]]
        for name in AIMS:
            ours, theirs = self._cell(name, CORDBOARD), self._cell(name, ASTERISK)
            counts = "/".join(str(len(self.values.get((name, side), []))) for side in (CORDBOARD, ASTERISK))
            rows.append([name, ours, theirs, counts, UNITS[name]])
        lines = [ratio(name, self.ratio(name), aim) for name, aim in AIMS.items()]
        lines += [self._absolute(name, aim) for name, aim in ABSOLUTE.items()]
        return "\n".join([table(rows), "", *lines, *([""] if self.remarks else []), *self.remarks])

    def _absolute(self, name: str, aim: str) -> str:
        """Cordboard's own figure against an aim of its own."""
        value = self.median(name, CORDBOARD)
        verdict = {None: NOT_MEASURED, True: "reached", False: "missed"}[reached(value, aim)]
        unit = UNITS[name].split(",")[0]
        return f"absolute {name} {figure(value)} {unit}  (aim {aim}, {verdict})"

    def _cell(self, name: str, side: str) -> str | float | None:
        value = self.median(name, side)
        return f">= {value:,.0f}" if (name, side) in self.at_least and value is not None else value
