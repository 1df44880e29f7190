"""What the doctor says about one thing: how it is, why that matters and how to mend it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

SCHEMA = 1  # of `as_json`: raised when a key changes its meaning or goes; new keys may come

_NOTHING: Mapping[str, Any] = MappingProxyType({})


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"  # calls work, or may; something is to be done
    FAILED = "failed"  # something that calls need does not work
    SKIPPED = "skipped"  # does not apply here, or could not be looked at; `what` tells why


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check.

    `id` is stable, for instance `sip.server`. `what` is what was found, `why` what it means for calls, `mend` what to
    do, with commands; both are empty where all is well. `data` are figures for machines, of JSON's types only.
    `seconds` is how long the check took.
    """

    id: str
    title: str
    state: State
    what: str
    why: str = ""
    mend: str = ""
    data: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    seconds: float = 0.0

    @property
    def group(self) -> str:
        return self.id.partition(".")[0]

    def as_json(self) -> dict[str, Any]:
        """The finding as an object of JSON; all keys are always there."""
        return {
            "id": self.id,
            "title": self.title,
            "state": str(self.state),
            "what": self.what,
            "why": self.why,
            "mend": self.mend,
            "data": dict(self.data),
            "seconds": round(self.seconds, 3),
        }


def worst(findings: tuple[Finding, ...] | list[Finding]) -> State:
    """The state that counts for all of them: failed, else warning, else ok."""
    states = {each.state for each in findings}
    return next((state for state in (State.FAILED, State.WARNING) if state in states), State.OK)
