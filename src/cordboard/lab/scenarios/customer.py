"""One customer of a scenario: calls at the appointed time, presses digits, waits, talks, hangs up.

    AWAITED -> CALLING -> LISTENING -> TALKING -> OVER

A customer talks when an agent has answered, which the customer's own phone cannot know: music answers too.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from cordboard.lab.scenarios.scenario import PlannedCustomer
from cordboard.sip.machine import StateMachine, Table


class State(StrEnum):
    AWAITED = "awaited"
    CALLING = "calling"
    LISTENING = "listening"
    TALKING = "talking"
    OVER = "over"


class Event(StrEnum):
    ARRIVES = "arrives"
    CONNECTED = "hears something"
    PRESSES = "presses digits"
    LOSES_PATIENCE = "loses patience"
    AGENT_ANSWERED = "agent answered"
    HAS_TALKED = "has talked"
    PHONE_ENDED = "phone ended"
    CANCELLED = "the scenario is ended"


class Outcome(StrEnum):
    """What became of a customer."""

    ANSWERED = "answered"  # by an agent
    ABANDONED = "abandoned"  # gave up before
    REFUSED = "refused"  # by a SIP status, or there was no room for the call
    RELEASED = "released"  # answered by a treatment, and ended by SIP Server
    CANCELLED = "cancelled"  # the scenario was ended


@dataclass(frozen=True, slots=True)
class Place:
    """Let this customer call."""

    customer: PlannedCustomer


@dataclass(frozen=True, slots=True)
class Press:
    id: str
    digits: str


@dataclass(frozen=True, slots=True)
class HangUp:
    id: str


@dataclass(frozen=True, slots=True)
class PhoneEnd:
    """`refusal` is the status with which the call was refused, or why there was none; empty if it was answered."""

    refusal: str = ""


Act = Place | Press | HangUp


class ScenarioCustomer(StateMachine[State, Event, Act]):
    """Times are those of whoever calls `step` and `tick`; `start` is when the scenario began."""

    def __init__(self, planned: PlannedCustomer, start: float) -> None:
        super().__init__(State.AWAITED)
        self.planned = planned
        self.answered_by: list[str] = []
        self.outcome: Outcome | None = None
        self.status = ""
        self.called: float | None = None
        self.answered: float | None = None
        self.ended: float | None = None
        self.hung_up = False
        self.arm(Event.ARRIVES, start + planned.at)

    def call(self, _: object, now: float) -> Iterable[Act]:
        self.called = now
        self.arm(Event.LOSES_PATIENCE, now + self.planned.patience)
        return (Place(self.planned),)

    def listen(self, _: object, now: float) -> Iterable[Act]:
        if self.planned.digits:
            self.arm(Event.PRESSES, now + self.planned.press_after)
        return ()

    def press(self, _: object, now: float) -> Iterable[Act]:
        return (Press(self.planned.id, self.planned.digits),)

    def talk(self, dn: str, now: float) -> Iterable[Act]:
        self.answered = now
        self.disarm_all()
        self.arm(Event.HAS_TALKED, now + self.planned.talk)
        return self.note_agent(dn, now)

    def note_agent(self, dn: str, now: float) -> Iterable[Act]:
        """The first, or one that the call was passed on to."""
        if dn not in self.answered_by:
            self.answered_by.append(dn)
        return ()

    def give_up(self, _: object, now: float) -> Iterable[Act]:
        return self._hang_up(Outcome.ABANDONED, now)

    def leave(self, _: object, now: float) -> Iterable[Act]:
        return self._hang_up(Outcome.ANSWERED, now)

    def be_left(self, end: PhoneEnd, now: float) -> Iterable[Act]:
        self.disarm_all()
        self.ended, self.status = now, end.refusal
        if self.answered is not None:
            self.outcome = Outcome.ANSWERED
        else:
            self.outcome = Outcome.REFUSED if end.refusal else Outcome.RELEASED
        return ()

    def cancel(self, _: object, now: float) -> Iterable[Act]:
        called = self.called is not None
        acts = self._hang_up(Outcome.ANSWERED if self.answered is not None else Outcome.CANCELLED, now)
        return acts if called else ()

    def _hang_up(self, outcome: Outcome, now: float) -> Iterable[Act]:
        self.disarm_all()
        self.outcome, self.ended, self.hung_up = outcome, now, True
        return (HangUp(self.planned.id),)

    TABLE: Table[State, Event, Act] = {
        (State.AWAITED, Event.ARRIVES): (State.CALLING, (call,)),
        (State.AWAITED, Event.CANCELLED): (State.OVER, (cancel,)),
        (State.CALLING, Event.CONNECTED): (State.LISTENING, (listen,)),
        (State.CALLING, Event.AGENT_ANSWERED): (State.TALKING, (talk,)),
        (State.CALLING, Event.LOSES_PATIENCE): (State.OVER, (give_up,)),
        (State.CALLING, Event.PHONE_ENDED): (State.OVER, (be_left,)),
        (State.CALLING, Event.CANCELLED): (State.OVER, (cancel,)),
        (State.LISTENING, Event.PRESSES): (State.LISTENING, (press,)),
        (State.LISTENING, Event.AGENT_ANSWERED): (State.TALKING, (talk,)),
        (State.LISTENING, Event.LOSES_PATIENCE): (State.OVER, (give_up,)),
        (State.LISTENING, Event.PHONE_ENDED): (State.OVER, (be_left,)),
        (State.LISTENING, Event.CANCELLED): (State.OVER, (cancel,)),
        (State.TALKING, Event.AGENT_ANSWERED): (State.TALKING, (note_agent,)),
        (State.TALKING, Event.HAS_TALKED): (State.OVER, (leave,)),
        (State.TALKING, Event.PHONE_ENDED): (State.OVER, (be_left,)),
        (State.TALKING, Event.CANCELLED): (State.OVER, (cancel,)),
    }
