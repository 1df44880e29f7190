"""INVITE client transaction (RFC 3261 section 17.1.1, with the Accepted state of RFC 6026 section 8.4).

The request is sent when the machine is made and again at T1, 3*T1, 7*T1 ... (timer A, unreliable flows only) until a
response comes or 64*T1 are over (timer B). A response of 300 or above is acknowledged here, each time it comes, for
the time of timer D; the acknowledgement is kept as bytes and the request is forgotten. A 2xx is acknowledged by the
user of the transaction (section 13.2.2.4), who gets every repetition of it, from every fork, for the time of timer M.

A transaction that has a provisional response has no limit of its own. Once the user has sent a CANCEL it has one:
64*T1 later the request counts as cancelled though no final response came (section 9.1).
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.message import Response
from cordboard.sip.transaction.outputs import Fail, Failure, Outputs, PassUp, Send, TransactionOutput
from cordboard.sip.transaction.timers import Timers


class State(StrEnum):
    CALLING = "Calling"
    PROCEEDING = "Proceeding"
    COMPLETED = "Completed"
    ACCEPTED = "Accepted"
    TERMINATED = "Terminated"


class Event(StrEnum):
    PROVISIONAL = "1xx"
    SUCCESS = "2xx"
    FAILURE = "300-699"
    CANCELLED = "CANCEL sent"
    TRANSPORT_ERROR = "transport error"
    TIMER_A = "timer A"
    TIMER_B = "timer B"
    TIMER_D = "timer D"
    TIMER_M = "timer M"
    CANCEL_TIMEOUT = "64*T1 after CANCEL"


class InviteClient(StateMachine[State, Event, TransactionOutput]):
    """One INVITE we sent; `acknowledge` makes the ACK for a response of 300 or above."""

    __slots__ = ("_acknowledge", "_data", "_interval", "_reliable", "_timers_of_rfc")

    def __init__(
        self, data: bytes, reliable: bool, timers: Timers, acknowledge: Callable[[Response], bytes], now: float
    ) -> None:
        super().__init__(State.CALLING)
        self._data = data
        self._reliable = reliable
        self._timers_of_rfc = timers
        self._acknowledge: Callable[[Response], bytes] | None = acknowledge
        self._interval = timers.t1
        if not reliable:
            self.arm(Event.TIMER_A, now + timers.t1)
        self.arm(Event.TIMER_B, now + timers.timeout)

    @property
    def data(self) -> bytes:
        """The bytes last sent: the request, or the ACK of a final response."""
        return self._data

    @property
    def finished(self) -> bool:
        return self.state is State.TERMINATED

    @property
    def waiting(self) -> bool:
        """Whether a final response is still to come."""
        return self.state in (State.CALLING, State.PROCEEDING)

    def handle(self, input: Response | Event, now: float) -> list[TransactionOutput]:
        """Take a response of this transaction, or CANCELLED or TRANSPORT_ERROR."""
        if isinstance(input, Response):
            return self.step(_event_of(input), input, now)
        return self.step(input, None, now)

    # --- what the actions do; the table below says when ---

    def send_again(self, _: object, now: float) -> Outputs:
        self._interval *= 2
        self.arm(Event.TIMER_A, now + self._interval)
        return (Send(self._data),)

    def acknowledge(self, response: Response, now: float) -> Outputs:
        if self._acknowledge is not None:
            self._data = self._acknowledge(response)
            self._acknowledge = None
        return (Send(self._data),)

    def pass_up(self, response: Response, now: float) -> Outputs:
        return (PassUp(response),)

    def stop_timers(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return ()

    def start_d(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        self.arm(Event.TIMER_D, now if self._reliable else now + self._timers_of_rfc.timeout)
        return ()

    def start_m(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        self._data, self._acknowledge = b"", None
        self.arm(Event.TIMER_M, now + self._timers_of_rfc.timeout)
        return ()

    def start_cancel_timeout(self, _: object, now: float) -> Outputs:
        self.arm(Event.CANCEL_TIMEOUT, now + self._timers_of_rfc.timeout)
        return ()

    def time_out(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return (Fail(Failure.TIMEOUT),)

    def lose_transport(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return (Fail(Failure.TRANSPORT),)

    TABLE: Table[State, Event, TransactionOutput] = {
        (State.CALLING, Event.PROVISIONAL): (State.PROCEEDING, (stop_timers, pass_up)),
        (State.CALLING, Event.SUCCESS): (State.ACCEPTED, (start_m, pass_up)),
        (State.CALLING, Event.FAILURE): (State.COMPLETED, (acknowledge, start_d, pass_up)),
        (State.CALLING, Event.TIMER_A): (State.CALLING, (send_again,)),
        (State.CALLING, Event.TIMER_B): (State.TERMINATED, (time_out,)),
        (State.CALLING, Event.TRANSPORT_ERROR): (State.TERMINATED, (lose_transport,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (pass_up,)),
        (State.PROCEEDING, Event.SUCCESS): (State.ACCEPTED, (start_m, pass_up)),
        (State.PROCEEDING, Event.FAILURE): (State.COMPLETED, (acknowledge, start_d, pass_up)),
        (State.PROCEEDING, Event.CANCELLED): (State.PROCEEDING, (start_cancel_timeout,)),
        (State.PROCEEDING, Event.CANCEL_TIMEOUT): (State.TERMINATED, (time_out,)),
        (State.PROCEEDING, Event.TRANSPORT_ERROR): (State.TERMINATED, (lose_transport,)),
        (State.COMPLETED, Event.FAILURE): (State.COMPLETED, (acknowledge,)),
        (State.COMPLETED, Event.TIMER_D): (State.TERMINATED, ()),
        (State.COMPLETED, Event.TRANSPORT_ERROR): (State.TERMINATED, (stop_timers,)),
        (State.ACCEPTED, Event.SUCCESS): (State.ACCEPTED, (pass_up,)),
        (State.ACCEPTED, Event.TIMER_M): (State.TERMINATED, ()),
    }


def _event_of(response: Response) -> Event:
    if response.status < 200:
        return Event.PROVISIONAL
    return Event.SUCCESS if response.status < 300 else Event.FAILURE
