"""The health of one server: up, suspect after one failure, down after the second.

A server is asked by OPTIONS every `check_seconds`; whatever final response it gives but 408 and 503 shows that it
lives. A failure of any request makes it suspect, and it is asked at once; what is not answered within `patience` has
failed, long before the transaction gives up. A server that answers other requests but has never answered an OPTIONS
is not held to it, and without checks (0) nobody is asked: then only the requests that are sent anyway count.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from cordboard.sip.machine import StateMachine, Table


class State(StrEnum):
    UP = "up"
    SUSPECT = "suspect"
    DOWN = "down"


class Event(StrEnum):
    WELL = "answered"
    FAILED = "failed"
    CHECK = "check timer"
    SILENCE = "no answer to OPTIONS"


class Word(StrEnum):
    """What a `Health` says."""

    ASK = "ask"  # send OPTIONS
    DOWN = "down"
    RETURNED = "returned"  # it was down


class Health(StateMachine[State, Event, Word]):
    """One server. `well_since` is when it came up, None while it is not."""

    __slots__ = ("_answers", "_check_seconds", "_heard", "_patience", "well_since")

    def __init__(self, check_seconds: float, patience: float, now: float) -> None:
        super().__init__(State.UP)
        self._check_seconds = check_seconds
        self._patience = patience
        self._heard = False  # it has answered something
        self._answers = False  # it has answered an OPTIONS
        self.well_since: float | None = now
        if check_seconds:
            self.arm(Event.CHECK, now)

    def well(self, now: float, *, asked: bool) -> list[Word]:
        """A final response came; `asked`: to an OPTIONS."""
        self._heard = True
        self._answers = self._answers or asked
        return self.step(Event.WELL, None, now)

    @property
    def answers_options(self) -> bool:
        """Whether OPTIONS will show that it is back."""
        return bool(self._check_seconds) and (self._answers or not self._heard)

    def failed(self, now: float) -> list[Word]:
        """A request was not answered, could not be sent, or was refused for the time being."""
        return self.step(Event.FAILED, None, now)

    def unanswered(self, _: object, now: float) -> Iterable[Word]:
        return self.failed(now) if self.answers_options else self.rest(None, now)

    def ask(self, _: object, now: float) -> Iterable[Word]:
        if not self._check_seconds:
            return ()
        self.disarm_all()
        self.arm(Event.SILENCE, now + self._patience)
        return (Word.ASK,)

    def rest(self, _: object, now: float) -> Iterable[Word]:
        self.disarm_all()
        if self._check_seconds:
            self.arm(Event.CHECK, now + self._check_seconds)
        return ()

    def ail(self, _: object, now: float) -> Iterable[Word]:
        self.well_since = None
        return ()

    def recover(self, _: object, now: float) -> Iterable[Word]:
        self.well_since = now
        return ()

    def say_down(self, _: object, now: float) -> Iterable[Word]:
        return (Word.DOWN,)

    def say_returned(self, _: object, now: float) -> Iterable[Word]:
        return (Word.RETURNED,)

    TABLE: Table[State, Event, Word] = {
        (State.UP, Event.CHECK): (State.UP, (ask,)),
        (State.UP, Event.SILENCE): (State.UP, (unanswered,)),
        (State.UP, Event.WELL): (State.UP, (rest,)),
        (State.UP, Event.FAILED): (State.SUSPECT, (ail, ask)),
        (State.SUSPECT, Event.CHECK): (State.SUSPECT, (ask,)),
        (State.SUSPECT, Event.SILENCE): (State.SUSPECT, (unanswered,)),
        (State.SUSPECT, Event.WELL): (State.UP, (recover, rest)),
        (State.SUSPECT, Event.FAILED): (State.DOWN, (rest, say_down)),
        (State.DOWN, Event.CHECK): (State.DOWN, (ask,)),
        (State.DOWN, Event.SILENCE): (State.DOWN, (unanswered,)),
        (State.DOWN, Event.WELL): (State.UP, (recover, rest, say_returned)),
        (State.DOWN, Event.FAILED): (State.DOWN, (rest,)),
    }
