"""Non-INVITE client transaction (RFC 3261 section 17.1.2).

The request is sent when the machine is made and again after T1, 2*T1, 4*T1 ... up to T2 (timer E, unreliable flows
only; always T2 once a provisional response came) until a final response comes or 64*T1 are over (timer F).
Repetitions of the final response are absorbed for T4 (timer K). The request is forgotten with the final response.
"""

from __future__ import annotations

from enum import StrEnum

from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.message import Response
from cordboard.sip.transaction.outputs import Fail, Failure, Outputs, PassUp, Send, TransactionOutput
from cordboard.sip.transaction.timers import Timers


class State(StrEnum):
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    COMPLETED = "Completed"
    TERMINATED = "Terminated"


class Event(StrEnum):
    PROVISIONAL = "1xx"
    FINAL = "200-699"
    TRANSPORT_ERROR = "transport error"
    TIMER_E = "timer E"
    TIMER_F = "timer F"
    TIMER_K = "timer K"


class NonInviteClient(StateMachine[State, Event, TransactionOutput]):
    """One request we sent that is neither INVITE nor ACK."""

    __slots__ = ("_data", "_interval", "_reliable", "_timers_of_rfc")

    def __init__(self, data: bytes, reliable: bool, timers: Timers, now: float) -> None:
        super().__init__(State.TRYING)
        self._data = data
        self._reliable = reliable
        self._timers_of_rfc = timers
        self._interval = timers.t1
        if not reliable:
            self.arm(Event.TIMER_E, now + timers.t1)
        self.arm(Event.TIMER_F, now + timers.timeout)

    @property
    def data(self) -> bytes:
        """The bytes of the request; empty once a final response came."""
        return self._data

    @property
    def finished(self) -> bool:
        return self.state is State.TERMINATED

    @property
    def waiting(self) -> bool:
        """Whether a final response is still to come."""
        return self.state in (State.TRYING, State.PROCEEDING)

    def handle(self, input: Response | Event, now: float) -> list[TransactionOutput]:
        """Take a response of this transaction, or TRANSPORT_ERROR."""
        if isinstance(input, Response):
            return self.step(Event.PROVISIONAL if input.status < 200 else Event.FINAL, input, now)
        return self.step(input, None, now)

    # --- what the actions do; the table below says when ---

    def send_again(self, _: object, now: float) -> Outputs:
        if self.state is State.PROCEEDING:
            self._interval = self._timers_of_rfc.t2
        else:
            self._interval = min(2 * self._interval, self._timers_of_rfc.t2)
        self.arm(Event.TIMER_E, now + self._interval)
        return (Send(self._data),)

    def pass_up(self, response: Response, now: float) -> Outputs:
        return (PassUp(response),)

    def start_k(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        self._data = b""
        self.arm(Event.TIMER_K, now if self._reliable else now + self._timers_of_rfc.t4)
        return ()

    def stop_timers(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return ()

    def time_out(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return (Fail(Failure.TIMEOUT),)

    def lose_transport(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return (Fail(Failure.TRANSPORT),)

    TABLE: Table[State, Event, TransactionOutput] = {
        (State.TRYING, Event.PROVISIONAL): (State.PROCEEDING, (pass_up,)),
        (State.TRYING, Event.FINAL): (State.COMPLETED, (start_k, pass_up)),
        (State.TRYING, Event.TIMER_E): (State.TRYING, (send_again,)),
        (State.TRYING, Event.TIMER_F): (State.TERMINATED, (time_out,)),
        (State.TRYING, Event.TRANSPORT_ERROR): (State.TERMINATED, (lose_transport,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (pass_up,)),
        (State.PROCEEDING, Event.FINAL): (State.COMPLETED, (start_k, pass_up)),
        (State.PROCEEDING, Event.TIMER_E): (State.PROCEEDING, (send_again,)),
        (State.PROCEEDING, Event.TIMER_F): (State.TERMINATED, (time_out,)),
        (State.PROCEEDING, Event.TRANSPORT_ERROR): (State.TERMINATED, (lose_transport,)),
        (State.COMPLETED, Event.FINAL): (State.COMPLETED, ()),
        (State.COMPLETED, Event.TIMER_K): (State.TERMINATED, ()),
        (State.COMPLETED, Event.TRANSPORT_ERROR): (State.TERMINATED, (stop_timers,)),
    }
