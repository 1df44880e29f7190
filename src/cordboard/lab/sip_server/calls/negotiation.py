"""One offer carried from one side of a call to the other, and its answer back (RFC 3264; RFC 3725 for calls between
them).

    PENDING --start--> COLLECTING --offer--> OFFERING --answer--> DONE
                                                      --refusal-> DONE (the source gets what keeps it as it was)

Where the offer comes from differs, the rest is the same. A source is one of: a phone whose re-INVITE waits
(`Waiting`), a phone that is asked by an offerless re-INVITE (`Asked`), the media server (`Playing`), or a description
at hand (`Known`). A call has at most one negotiation at a time; RFC 3261 section 14.1 forbids overlapping offers, and
glare is the core's business.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from cordboard.lab.sip_server.calls.leg import MediaSession, Output, Outputs, Phone, Side
from cordboard.lab.sip_server.calls.session_description import narrowed
from cordboard.sip.machine import StateMachine, Table

NOT_ACCEPTABLE_HERE = 488


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


class Source(Protocol):
    """Where an offer comes from and its answer goes to."""

    @property
    def session(self) -> str: ...

    @property
    def settled(self) -> bool: ...

    def ask(self, sink: Side) -> Outputs: ...

    def at_hand(self) -> str:
        """The offer, where nobody need be asked."""

    def take(self, offer: str) -> None: ...

    def answer(self, sdp: str) -> Outputs: ...

    def refuse(self, sink: Side) -> Outputs: ...


@dataclass(slots=True)
class Waiting:
    """The phone sent a re-INVITE with `offer` and waits for the answer."""

    phone: Phone
    offer: str

    @property
    def session(self) -> str:
        return self.phone.session

    @property
    def settled(self) -> bool:
        return self.phone.settled

    def ask(self, sink: Side) -> Outputs:
        return []

    def at_hand(self) -> str:
        return self.offer

    def take(self, offer: str) -> None:
        self.phone.description = offer

    def answer(self, sdp: str) -> Outputs:
        return self.phone.accept(sdp)

    def refuse(self, sink: Side) -> Outputs:
        return self.phone.refuse(NOT_ACCEPTABLE_HERE)


@dataclass(slots=True)
class Asked:
    """The phone is asked for a fresh offer by an offerless re-INVITE; the answer goes into the ACK."""

    phone: Phone

    @property
    def session(self) -> str:
        return self.phone.session

    @property
    def settled(self) -> bool:
        return self.phone.settled

    def ask(self, sink: Side) -> Outputs:
        return self.phone.offer("")

    def at_hand(self) -> str:
        return ""

    def take(self, offer: str) -> None:
        self.phone.description = offer

    def answer(self, sdp: str) -> Outputs:
        return self.phone.acknowledge(sdp)

    def refuse(self, sink: Side) -> Outputs:
        return self.phone.acknowledge(narrowed(sink.description, self.phone.description))


@dataclass(slots=True)
class Playing:
    """The media server plays to the sink."""

    media: MediaSession

    @property
    def session(self) -> str:
        return self.media.session

    @property
    def settled(self) -> bool:
        return True

    def ask(self, sink: Side) -> Outputs:
        return self.media.offer(sink.description)

    def at_hand(self) -> str:
        return ""

    def take(self, offer: str) -> None:
        self.media.description = offer

    def answer(self, sdp: str) -> Outputs:
        return self.media.point(sdp)

    def refuse(self, sink: Side) -> Outputs:
        return []


@dataclass(slots=True)
class Known:
    """The far side has described itself already and needs no answer."""

    description: str
    session: str = ""
    settled: bool = True

    def ask(self, sink: Side) -> Outputs:
        return []

    def at_hand(self) -> str:
        return self.description

    def take(self, offer: str) -> None:
        """Nobody to note it for."""

    def answer(self, sdp: str) -> Outputs:
        return []

    def refuse(self, sink: Side) -> Outputs:
        return []


class Negotiation(StateMachine[Stage, Step, Output]):
    """One such exchange; `then` is called with the outcome when it is done."""

    __slots__ = ("_then", "sink", "source")

    def __init__(self, source: Source, sink: Side, then: Callable[[bool], Outputs]) -> None:
        super().__init__(Stage.PENDING)
        self.source = source
        self.sink = sink
        self._then = then

    @property
    def can_start(self) -> bool:
        return self.state is Stage.PENDING and self.source.settled and self.sink.settled

    @property
    def done(self) -> bool:
        return self.state is Stage.DONE

    def described(self, session: str, sdp: str, now: float) -> Outputs:
        """A description came from this session."""
        return self.step(Step.OFFER if session == self.source.session else Step.ANSWER, sdp, now)

    def failed(self, session: str, now: float) -> Outputs:
        """This session refused."""
        return self.step(Step.NO_OFFER if session == self.source.session else Step.REFUSAL, None, now)

    # --- what the actions do; the table below says when ---

    def ask(self, _: object, now: float) -> Outputs:
        outputs = self.source.ask(self.sink)
        offer = self.source.at_hand()
        return outputs + self.step(Step.OFFER, offer, now) if offer else outputs

    def carry_offer(self, offer: str, now: float) -> Outputs:
        self.source.take(offer)
        return self.sink.offer(offer)

    def carry_answer(self, answer: str, now: float) -> Outputs:
        self.sink.description = answer
        return self.source.answer(answer) + self._then(True)

    def refuse(self, _: object, now: float) -> Outputs:
        return self.source.refuse(self.sink) + self._then(False)

    def give_up(self, _: object, now: float) -> Outputs:
        return self._then(False)

    TABLE: Table[Stage, Step, Output] = {
        (Stage.PENDING, Step.START): (Stage.COLLECTING, (ask,)),
        (Stage.COLLECTING, Step.OFFER): (Stage.OFFERING, (carry_offer,)),
        (Stage.COLLECTING, Step.NO_OFFER): (Stage.DONE, (give_up,)),
        (Stage.OFFERING, Step.ANSWER): (Stage.DONE, (carry_answer,)),
        (Stage.OFFERING, Step.REFUSAL): (Stage.DONE, (refuse,)),
    }
