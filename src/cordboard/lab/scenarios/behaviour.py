"""Who answers while a scenario runs: the port, and a stand-in that does it by CTI.

Pages with people before them and headless phones with a GWS client need nothing of this: they act by themselves. A
stand-in asks SIP Server to let the agent's phone answer (`NOTIFY Event: talk`), so a phone must be registered at its
DN: a page, `cordboard lab phone DN`, or a phone of a test.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from enum import StrEnum
from typing import Protocol

from cordboard.lab.scenarios.scenario import StandIns
from cordboard.lab.telephony import (
    AgentLogin,
    AgentLogout,
    AgentSetReady,
    AgentState,
    AnswerCall,
    CallEvent,
    CallEventName,
    DnEvent,
    TelephonyEvent,
    TelephonyRequest,
)
from cordboard.sip.machine import StateMachine, Table

Requests = list[TelephonyRequest]


class AgentBehaviour(Protocol):
    """An agent who works at `dn`. `begin`, `told`, `tick` and `end` give what is asked of SIP Server."""

    dn: str

    @property
    def deadline(self) -> float | None: ...

    def begin(self, now: float) -> Requests: ...

    def told(self, event: TelephonyEvent, now: float) -> Requests:
        """An event about this DN."""

    def tick(self, now: float) -> Requests: ...

    def end(self, now: float) -> Requests: ...


class State(StrEnum):
    AWAY = "away"
    READY = "ready"
    RINGING = "ringing"
    TALKING = "talking"
    NOT_READY = "not ready"


class Event(StrEnum):
    BEGIN = "begin"
    WENT_READY = "went Ready"
    WENT_NOT_READY = "went Not Ready"
    RINGS = "EventRinging"
    ANSWERS = "answers"
    ESTABLISHED = "EventEstablished"
    RELEASED = "EventReleased"
    READY_AGAIN = "ready again"
    END = "end"


class StandIn(StateMachine[State, Event, TelephonyRequest]):
    """Logs in, goes Ready, answers after a while; comes back when no answer made it Not Ready. After Call Work ends by
    itself."""

    def __init__(self, dn: str, user_name: str, settings: StandIns, seed: int, acceleration: float = 1.0) -> None:
        super().__init__(State.AWAY)
        self.dn = dn
        self._user_name = user_name
        self._settings = settings
        self._chance = random.Random(f"{seed} {dn}")
        self._faster = acceleration
        self._call = ""

    def begin(self, now: float) -> Requests:
        return self.step(Event.BEGIN, None, now)

    def end(self, now: float) -> Requests:
        return self.step(Event.END, None, now)

    def told(self, event: TelephonyEvent, now: float) -> Requests:
        match event:
            case CallEvent(name, call) if name in EVENTS and (call.call_uuid == self._call or name in BEGINNINGS):
                return self.step(EVENTS[name], call.call_uuid, now)
            case DnEvent(dn) if dn.state is AgentState.READY:
                return self.step(Event.WENT_READY, None, now)
            case DnEvent(dn) if not dn.work_mode:
                return self.step(Event.WENT_NOT_READY, None, now)
        return []

    def log_in(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        return (AgentLogin(self.dn, self._user_name), AgentSetReady(self.dn))

    def log_out(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        self.disarm_all()
        return (AgentLogout(self.dn),)

    def hear(self, call: str, now: float) -> Iterable[TelephonyRequest]:
        self._call = call
        self.arm(Event.ANSWERS, now + self._settings.answer_after.draw(self._chance) / self._faster)
        return ()

    def answer(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        return (AnswerCall(self.dn, self._call),)

    def note_call(self, call: str, now: float) -> Iterable[TelephonyRequest]:
        self._call = call
        self.disarm(Event.ANSWERS)
        return ()

    def forget_call(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        self._call = ""
        self.disarm(Event.ANSWERS)
        return ()

    def rest(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        self.arm(Event.READY_AGAIN, now + self._settings.ready_again_after / self._faster)
        return ()

    def stay_ready(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        self.disarm_all()
        return ()

    def go_ready(self, _: object, now: float) -> Iterable[TelephonyRequest]:
        return (AgentSetReady(self.dn),)

    TABLE: Table[State, Event, TelephonyRequest] = {
        (State.AWAY, Event.BEGIN): (State.READY, (log_in,)),
        (State.READY, Event.RINGS): (State.RINGING, (hear,)),
        (State.READY, Event.ESTABLISHED): (State.TALKING, (note_call,)),
        (State.READY, Event.WENT_NOT_READY): (State.NOT_READY, (rest,)),
        (State.READY, Event.END): (State.AWAY, (log_out,)),
        (State.RINGING, Event.ANSWERS): (State.RINGING, (answer,)),
        (State.RINGING, Event.ESTABLISHED): (State.TALKING, (note_call,)),
        (State.RINGING, Event.RELEASED): (State.READY, (forget_call,)),
        (State.RINGING, Event.END): (State.AWAY, (forget_call, log_out)),
        (State.TALKING, Event.RELEASED): (State.READY, (forget_call,)),
        (State.TALKING, Event.END): (State.AWAY, (forget_call, log_out)),
        (State.NOT_READY, Event.READY_AGAIN): (State.READY, (go_ready,)),
        (State.NOT_READY, Event.WENT_READY): (State.READY, (stay_ready,)),
        (State.NOT_READY, Event.RINGS): (State.RINGING, (hear,)),
        (State.NOT_READY, Event.END): (State.AWAY, (log_out,)),
    }


EVENTS = {
    CallEventName.RINGING: Event.RINGS,
    CallEventName.ESTABLISHED: Event.ESTABLISHED,
    CallEventName.RELEASED: Event.RELEASED,
}
BEGINNINGS = (CallEventName.RINGING, CallEventName.ESTABLISHED)
