"""What Workspace asks of an agent's phone goes into the traces of his calls.

Workspace asks many things every few seconds: what changes nothing is noted only when its answer is another one.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cordboard.observe.trace import GATEWAY, WORKSPACE, NoTraces, Plane, TraceEntry, Traces

LONGEST = 1000  # characters of a body


class Overhearing:
    """The latest answers by DN and question, as many as there are agents and questions."""

    def __init__(self, traces: Traces | None) -> None:
        self._traces: Traces = traces or NoTraces()
        self._answers: dict[tuple[str, str], str] = {}

    def asked(self, dn: str, what: str, body: Mapping[str, Any]) -> None:
        """Something that moves the phone is asked; `what` is method and path."""
        self._answers.pop((dn, what.lower()), None)
        self._note(dn, TraceEntry(0.0, Plane.REST, WORKSPACE, GATEWAY, what, _text(body)))

    def answered(self, dn: str, what: str, status: int, answer: Mapping[str, Any]) -> None:
        """The answer to it, or to a question that may be asked again and again."""
        text = _text(answer)
        if self._answers.get((dn, what.lower())) != (told := f"{status} {text}"):
            self._answers[dn, what.lower()] = told
            self._note(dn, TraceEntry(0.0, Plane.REST, GATEWAY, WORKSPACE, f"{status} to {what}", text))

    def _note(self, dn: str, entry: TraceEntry) -> None:
        self._traces.note_agent(dn, entry)


def _text(content: Mapping[str, Any]) -> str:
    """JSON, which can be searched for numbers; what is too long is left out of it whole."""
    text = json.dumps(content) if content else ""
    return text if len(text) <= LONGEST else json.dumps({"left out": f"{len(text)} characters"})
