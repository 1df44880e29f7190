"""One offer carried from one side of a call to the other, and its answer back (RFC 3264; RFC 3725 for calls between
them).

    PENDING --start--> COLLECTING --offer--> OFFERING --answer--> DONE
                                                      --refusal-> DONE (the source gets what keeps it as it was)

Where the offer comes from differs (`sources`), the rest is the same. A call has at most one negotiation at a time; RFC
3261 section 14.1 forbids overlapping offers, and glare is the core's business.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum

from cordboard.lab.sip_server.calls.leg import Output, Outputs, Side
from cordboard.lab.sip_server.calls.sources import Source
from cordboard.sip.machine import StateMachine, Table

Then = Callable[[bool, float], Outputs]  # whether it came about, and when


class Stage(StrEnum):
    PENDING = "pending"
    COLLECTING = "collecting"
    OFFERING = "offering"
    DONE = "done"


class Step(StrEnum):
    START = "start"
    OFFER = "offer"
    NO_OFFER = "no offer"
    ANSWER = "answer"
    REFUSAL = "refusal"
    GONE = "one of the two is gone"


class Negotiation(StateMachine[Stage, Step, Output]):
    """One such exchange; `then` is called with the outcome when it is done."""

    __slots__ = ("_then", "_told", "sink", "source")

    def __init__(self, source: Source, sink: Side, then: Then) -> None:
        super().__init__(Stage.PENDING)
        self.source = source
        self.sink = sink
        self._then = then
        self._told = ""

    @property
    def can_start(self) -> bool:
        return self.state is Stage.PENDING and self.source.settled and self.sink.settled

    def awaits(self, session: str) -> bool:
        """Whether this session has been asked for its offer."""
        return self.state is Stage.COLLECTING and session == self.source.session

    @property
    def done(self) -> bool:
        return self.state is Stage.DONE

    def described(self, session: str, sdp: str, now: float) -> Outputs:
        """A description came from this session."""
        steps = {self.sink.session: Step.ANSWER, self.source.session: Step.OFFER}
        return self.step(steps[session], sdp, now) if session in steps else []

    def failed(self, session: str, now: float) -> Outputs:
        """This session refused."""
        steps = {self.sink.session: Step.REFUSAL, self.source.session: Step.NO_OFFER}
        return self.step(steps[session], None, now) if session in steps else []

    def gone(self, session: str, now: float) -> Outputs:
        """This session is over; nothing if it has no part in this."""
        return self.step(Step.GONE, session, now) if session in (self.source.session, self.sink.session) else []

    # --- what the actions do; the table below says when ---

    def ask(self, _: object, now: float) -> Outputs:
        outputs = self.source.ask(self.sink)
        offer = self.source.at_hand()
        return outputs + self.step(Step.OFFER, offer, now) if offer else outputs

    def carry_offer(self, offer: str, now: float) -> Outputs:
        self.source.take(offer)
        self._told = self.sink.told
        return self.sink.offer(offer)

    def carry_answer(self, answer: str, now: float) -> Outputs:
        self.sink.description = answer
        return self.source.answer(answer) + self._then(True, now)

    def refuse(self, _: object, now: float) -> Outputs:
        self.sink.told = self._told
        return self.source.refuse(self.sink) + self._then(False, now)

    def give_up(self, _: object, now: float) -> Outputs:
        return self._then(False, now)

    def drop(self, session: str, now: float) -> Outputs:
        left = self.source.refuse(self.sink) if session != self.source.session else []
        return left + self._then(False, now)

    TABLE: Table[Stage, Step, Output] = {
        (Stage.PENDING, Step.START): (Stage.COLLECTING, (ask,)),
        (Stage.PENDING, Step.GONE): (Stage.DONE, (drop,)),
        (Stage.COLLECTING, Step.GONE): (Stage.DONE, (give_up,)),
        (Stage.OFFERING, Step.GONE): (Stage.DONE, (drop,)),
        (Stage.COLLECTING, Step.OFFER): (Stage.OFFERING, (carry_offer,)),
        (Stage.COLLECTING, Step.NO_OFFER): (Stage.DONE, (give_up,)),
        (Stage.OFFERING, Step.ANSWER): (Stage.DONE, (carry_answer,)),
        (Stage.OFFERING, Step.REFUSAL): (Stage.DONE, (refuse,)),
    }
