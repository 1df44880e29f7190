"""Runs one machine through virtual time and writes down when it sent."""

from __future__ import annotations

from typing import Any

from cordboard.sip.message import Response, reason_phrase
from cordboard.sip.transaction.outputs import Fail, PassUp, Send


class Clock:
    """`machine` with a time of its own; all it says is kept with the time."""

    def __init__(self, machine: Any) -> None:
        self.machine = machine
        self.now = 0.0
        self.said: list[tuple[float, Any]] = []

    def handle(self, input: Any) -> list[Any]:
        return self._note(self.machine.handle(input, self.now))

    def respond(self, status: int, data: bytes = b"response") -> list[Any]:
        return self._note(self.machine.respond(status, data, self.now))

    def run(self, seconds: float) -> None:
        """Let time pass, waking the machine at its deadlines."""
        until = self.now + seconds
        while (deadline := self.machine.deadline) is not None and deadline <= until:
            self.now = max(self.now, deadline)
            self._note(self.machine.tick(self.now))
        self.now = until

    def _note(self, outputs: list[Any]) -> list[Any]:
        self.said += [(self.now, output) for output in outputs]
        return outputs

    @property
    def sent_at(self) -> list[float]:
        return [time for time, output in self.said if isinstance(output, Send)]

    @property
    def passed_up(self) -> list[int]:
        return [output.message.status for _, output in self.said if isinstance(output, PassUp)]

    @property
    def failures(self) -> list[tuple[float, str]]:
        return [(time, str(output.failure)) for time, output in self.said if isinstance(output, Fail)]


def response(status: int) -> Response:
    return Response(status, reason_phrase(status))
