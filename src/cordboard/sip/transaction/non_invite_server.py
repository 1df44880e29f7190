"""Non-INVITE server transaction (RFC 3261 section 17.2.2).

The request is answered by the transaction's user; a repetition gets the last response again. After the final response
the machine stays for 64*T1 (timer J; no time on reliable flows), holding nothing but the bytes of that response. A
request that nobody answers is forgotten when its client has given it up, 64*T1 after it came: an answer after that
only confuses (RFC 4320 section 4.2).
"""

from __future__ import annotations

from enum import StrEnum

from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.message import Request
from cordboard.sip.transaction.outputs import Fail, Failure, Outputs, Send, TransactionOutput
from cordboard.sip.transaction.timers import Timers


class State(StrEnum):
    TRYING = "Trying"
    PROCEEDING = "Proceeding"
    COMPLETED = "Completed"
    TERMINATED = "Terminated"


class Event(StrEnum):
    REPEATED = "request again"
    PROVISIONAL = "1xx from the user"
    FINAL = "200-699 from the user"
    TRANSPORT_ERROR = "transport error"
    TIMER_J = "timer J"
    CLIENT_TIMEOUT = "timer F of the client"


class NonInviteServer(StateMachine[State, Event, TransactionOutput]):
    """One request that came and is neither INVITE nor ACK."""

    __slots__ = ("_data", "_reliable", "_timers_of_rfc")

    def __init__(self, reliable: bool, timers: Timers, now: float) -> None:
        super().__init__(State.TRYING)
        self._data = b""
        self._reliable = reliable
        self._timers_of_rfc = timers
        self.arm(Event.CLIENT_TIMEOUT, now + timers.timeout)

    @property
    def data(self) -> bytes:
        """The bytes of the last response; empty before the first."""
        return self._data

    @property
    def finished(self) -> bool:
        return self.state is State.TERMINATED

    @property
    def waiting(self) -> bool:
        """Whether the final response is still to be given."""
        return self.state in (State.TRYING, State.PROCEEDING)

    def handle(self, input: Request | Event, now: float) -> list[TransactionOutput]:
        """Take the request once more, or TRANSPORT_ERROR."""
        if isinstance(input, Request):
            return self.step(Event.REPEATED, input, now)
        return self.step(input, None, now)

    def respond(self, status: int, data: bytes, now: float) -> list[TransactionOutput]:
        """Send a response of the transaction's user."""
        return self.step(Event.PROVISIONAL if status < 200 else Event.FINAL, data, now)

    # --- what the actions do; the table below says when ---

    def send(self, data: bytes, now: float) -> Outputs:
        self._data = data
        return (Send(data),)

    def send_again(self, _: object, now: float) -> Outputs:
        return (Send(self._data),)

    def start_j(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        self.arm(Event.TIMER_J, now if self._reliable else now + self._timers_of_rfc.timeout)
        return ()

    def give_up(self, _: object, now: float) -> Outputs:
        return (Fail(Failure.TIMEOUT),)

    def stop_timers(self, _: object, now: float) -> Outputs:
        self.disarm_all()
        return ()

    TABLE: Table[State, Event, TransactionOutput] = {
        (State.TRYING, Event.REPEATED): (State.TRYING, ()),
        (State.TRYING, Event.PROVISIONAL): (State.PROCEEDING, (send,)),
        (State.TRYING, Event.FINAL): (State.COMPLETED, (send, start_j)),
        (State.TRYING, Event.CLIENT_TIMEOUT): (State.TERMINATED, (give_up,)),
        (State.PROCEEDING, Event.REPEATED): (State.PROCEEDING, (send_again,)),
        (State.PROCEEDING, Event.PROVISIONAL): (State.PROCEEDING, (send,)),
        (State.PROCEEDING, Event.FINAL): (State.COMPLETED, (send, start_j)),
        (State.PROCEEDING, Event.CLIENT_TIMEOUT): (State.TERMINATED, (give_up,)),
        (State.COMPLETED, Event.REPEATED): (State.COMPLETED, (send_again,)),
        (State.COMPLETED, Event.TIMER_J): (State.TERMINATED, ()),
        (State.COMPLETED, Event.TRANSPORT_ERROR): (State.TERMINATED, (stop_timers,)),
    }
