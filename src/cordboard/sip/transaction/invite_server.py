"""INVITE server transaction (RFC 3261 section 17.2.1, with the Accepted state of RFC 6026 section 8.5).

A repeated INVITE gets the last provisional response again. If the user says nothing for 200 ms the machine says 100
itself, to end the repetitions. A response of 300 or above is repeated at T1, 2*T1 ... up
to T2 (timer G, unreliable flows only) until its ACK comes or 64*T1 are over (timer H); then ACKs are absorbed for T4
(timer I). After a 2xx repeated INVITEs are absorbed for 64*T1 (timer L), while the 2xx itself is repeated by the
transaction's user (section 13.3.1.4). Only the bytes of the last response are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.message import Request
from cordboard.sip.transaction.outputs import Fail, Failure, Outputs, PassUp, Send, TransactionOutput
from cordboard.sip.transaction.timers import Timers


class State(StrEnum):
    PROCEEDING = "Proceeding"
    COMPLETED = "Completed"
    CONFIRMED = "Confirmed"
    ACCEPTED = "Accepted"
    TERMINATED = "Terminated"


class Event(StrEnum):
    REPEATED = "INVITE again"
    ACK = "ACK"
    PROVISIONAL = "1xx from the user"
    SUCCESS = "2xx from the user"
    FAILURE = "300-699 from the user"
    TRANSPORT_ERROR = "transport error"
    TRYING = "200 ms"
    TIMER_G = "timer G"
    TIMER_H = "timer H"
    TIMER_I = "timer I"
    TIMER_L = "timer L"


TRYING_AFTER = 0.2  # seconds


class InviteServer(StateMachine[State, Event, TransactionOutput]):
    """One INVITE that came; `trying` makes the bytes of a 100."""

    __slots__ = ("_data", "_interval", "_reliable", "_timers_of_rfc", "_trying")

    def __init__(self, reliable: bool, timers: Timers, trying: Callable[[], bytes], now: float) -> None:
        super().__init__(State.PROCEEDING)
        self._trying: Callable[[], bytes] | None = trying
        self.arm(Event.TRYING, now + TRYING_AFTER)
        self._data = b""
        self._reliable = reliable
        self._timers_of_rfc = timers
        self._interval = timers.t1

    @property
    def data(self) -> bytes:
        """The bytes of the last response; empty before the first and once it is acknowledged."""
        return self._data

    @property
    def finished(self) -> bool:
        return self.state is State.TERMINATED

    @property
    def waiting(self) -> bool:
        """Whether the final response is still to be given."""
        return self.state is State.PROCEEDING

    def handle(self, input: Request | Event, now: float) -> list[TransactionOutput]:
        """Take the INVITE once more, an ACK, or TRANSPORT_ERROR."""
        if isinstance(input, Request):
            return self.step(Event.ACK if input.method == "ACK" else Event.REPEATED, input, now)
        return self.step(input, None, now)

    def respond(self, status: int, data: bytes, now: float) -> list[TransactionOutput]:
        """Send a response of the transaction's user."""
        if status < 200:
            return self.step(Event.PROVISIONAL, data, now)
        return self.step(Event.SUCCESS if status < 300 else Event.FAILURE, data, now)

    # --- what the actions do; the table below says when ---

    def send(self, data: bytes, now: float) -> Outputs:
        self.disarm(Event.TRYING)
        self._data, self._trying = data, None
        return (Send(data),)

    def send_trying(self, _: object, now: float) -> Outputs:
        return self.send(self._trying(), now) if self._trying else ()

    def send_again(self, _: object, now: float) -> Outputs:
        return (Send(self._data),) if self._data else ()

    def start_l(self, _: object, now: float) -> Outputs:
        self.arm(Event.TIMER_L, now + self._timers_of_rfc.timeout)
        return ()

    def start_g_and_h(self, _: object, now: float) -> Outputs:
        if not self._reliable:
            self.arm(Event.TIMER_G, now + self._interval)
        self.arm(Event.TIMER_H, now + self._timers_of_rfc.timeout)
        return ()

    def restart_g(self, _: object, now: float) -> Outputs:
        self._interval = min(2 * self._interval, self._timers_of_rfc.t2)
        self.arm(Event.TIMER_G, now + self._interval)
        return ()

    def start_i(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        self._data = b""
        self.arm(Event.TIMER_I, now if self._reliable else now + self._timers_of_rfc.t4)
        return ()

    def pass_up(self, ack: Request, now: float) -> Outputs:
        return (PassUp(ack),)

    def time_out(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return (Fail(Failure.TIMEOUT),)

    def stop_timers(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return ()

    TABLE: Table[State, Event, TransactionOutput] = {
        (State.PROCEEDING, Event.REPEATED): (State.PROCEEDING, (send_again,)),
        (State.PROCEEDING, Event.TRYING): (State.PROCEEDING, (send_trying,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (send,)),
        (State.PROCEEDING, Event.SUCCESS): (State.ACCEPTED, (send, start_l)),
        (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (send, start_g_and_h)),
        (State.COMPLETED, Event.REPEATED): (State.COMPLETED, (send_again,)),
        (State.COMPLETED, Event.ACK): (State.CONFIRMED, (start_i,)),
        (State.COMPLETED, Event.TIMER_G): (State.COMPLETED, (send_again, restart_g)),
        (State.COMPLETED, Event.TIMER_H): (State.TERMINATED, (time_out,)),
        (State.COMPLETED, Event.TRANSPORT_ERROR): (State.TERMINATED, (stop_timers,)),
        (State.CONFIRMED, Event.REPEATED): (State.CONFIRMED, ()),
        (State.CONFIRMED, Event.ACK): (State.CONFIRMED, ()),
        (State.CONFIRMED, Event.TIMER_I): (State.TERMINATED, ()),
        (State.ACCEPTED, Event.REPEATED): (State.ACCEPTED, ()),
        (State.ACCEPTED, Event.SUCCESS): (State.ACCEPTED, (send,)),
        (State.ACCEPTED, Event.ACK): (State.ACCEPTED, (pass_up,)),
        (State.ACCEPTED, Event.TIMER_L): (State.TERMINATED, ()),
    }
