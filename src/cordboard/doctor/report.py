"""Findings as people read them: a line for what is well, what / why / how to mend for what is not."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from cordboard import __version__
from cordboard.doctor.catalogue import GROUPS
from cordboard.doctor.check import Check
from cordboard.doctor.finding import SCHEMA, Finding, State, worst

WIDTH = 110
STATES = {State.OK: "ok", State.WARNING: "warning", State.FAILED: "FAILED", State.SKIPPED: "-"}
COLUMN = 10

Paint = Callable[[State, str], str]


def plain(_state: State, text: str) -> str:
    """No colours."""
    return text


class Report:
    """Turns findings, as they come, into lines: what is not well has its id first. `paint` colours a state's word."""

    def __init__(self, paint: Paint = plain, width: int = WIDTH) -> None:
        self._paint = paint
        self._width = max(60, min(width, WIDTH))
        self._group = ""
        self._skipped: list[Finding] = []
        self.findings: list[Finding] = []

    def take(self, finding: Finding) -> list[str]:
        """The lines that this finding adds; those that were not looked at are gathered."""
        self.findings.append(finding)
        lines: list[str] = []
        if finding.group != self._group or finding.state is not State.SKIPPED or self._other_reason(finding):
            lines += self._gathered()
        if finding.group != self._group:
            lines += ["", GROUPS.get(finding.group, finding.group)] if self._group else [GROUPS[finding.group]]
            self._group = finding.group
        if finding.state is State.SKIPPED:
            self._skipped.append(finding)
            return lines
        return lines + self._lines(finding)

    def end(self, seconds: float) -> list[str]:
        """What is left, and the sum."""
        return [*self._gathered(), "", summary(self.findings, seconds)]

    def _other_reason(self, finding: Finding) -> bool:
        return bool(self._skipped) and self._skipped[-1].what != finding.what

    def _gathered(self) -> list[str]:
        if not self._skipped:
            return []
        ids = ", ".join(each.id for each in self._skipped)
        what = self._skipped[0].what
        self._skipped = []
        return self._wrapped(State.SKIPPED, f"{ids}: {what}")

    def _lines(self, finding: Finding) -> list[str]:
        if finding.state is State.OK:
            return self._wrapped(State.OK, f"{finding.title}: {finding.what}")
        lines = self._wrapped(finding.state, f"{finding.id}: {finding.what}")
        for word, text in (("why", finding.why), ("mend", finding.mend)):
            if text:
                lines += self._indented(word, text)
        return lines

    def _wrapped(self, state: State, text: str) -> list[str]:
        word = STATES[state]
        head = " " * 2 + self._paint(state, word) + " " * (COLUMN - len(word))
        lines = _wrapped(text, self._width - COLUMN - 2)
        return [head + lines[0], *(" " * (COLUMN + 2) + line for line in lines[1:])]

    def _indented(self, word: str, text: str) -> list[str]:
        first = " " * (COLUMN + 2) + f"{word:<6}"
        rest = " " * len(first)
        return _wrapped(text, self._width, first, rest)


def summary(findings: Sequence[Finding], seconds: float) -> str:
    """One line: how many of each, and which are not well."""
    counts = {state: sum(each.state is state for each in findings) for state in State}
    words = (
        (counts[State.FAILED], "failed"),
        (counts[State.WARNING], "warnings" if counts[State.WARNING] > 1 else "warning"),
        (counts[State.OK], "ok"),
        (counts[State.SKIPPED], "not looked at"),
    )
    return f"{', '.join(f'{count} {word}' for count, word in words if count)}, in {seconds:.1f} s"


def as_json(findings: Sequence[Finding], seconds: float) -> dict[str, Any]:
    """All findings as one object; `schema` is raised when a key changes its meaning."""
    return {
        "schema": SCHEMA,
        "version": __version__,
        "state": str(worst(list(findings))),
        "seconds": round(seconds, 3),
        "findings": [each.as_json() for each in findings],
    }


def listing(checks: Iterable[Check]) -> list[str]:
    """One line for each check."""
    found = list(checks)
    width = max((len(each.id) for each in found), default=0)
    return [f"{each.id:<{width}}  {each.title}" for each in found]


def explained(check: Check) -> list[str]:
    """Everything about one check."""
    lines = [f"{check.id}: {check.title}", ""]
    parts = [("does", check.explanation), ("why", check.why), ("mend", check.mend)]
    if check.after:
        parts.append(("after", f"{', '.join(check.after)}: if one of these fails, this is not looked at."))
    for word, text in parts:
        flat = " ".join(text.split())
        lines += _wrapped(flat, WIDTH, f"{word:<7}", " " * 7)
    return lines


def _wrapped(text: str, width: int, first: str = "", rest: str = "") -> list[str]:
    """Lines of that width, `first` before the first and `rest` before the others; words stay whole."""
    wrapper = textwrap.TextWrapper(width, first, rest, break_on_hyphens=False, break_long_words=False)
    return wrapper.wrap(text) or [first]
