"""Where the offer of a negotiation comes from, and its answer goes to (see `negotiation`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from cordboard.lab.sip_server.calls.leg import MediaSession, Outputs, Phase, Phone, Side
from cordboard.lab.sip_server.calls.session_description import narrowed

NOT_ACCEPTABLE_HERE = 488


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
        return acknowledge_as_before(self.phone)


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


@dataclass(slots=True)
class Calling:
    """The phone answered our offerless INVITE with `offer` and waits for the ACK."""

    phone: Phone
    offer: str

    @property
    def session(self) -> str:
        return self.phone.session

    @property
    def settled(self) -> bool:
        return self.phone.phase is Phase.UNACKNOWLEDGED

    def ask(self, sink: Side) -> Outputs:
        return []

    def at_hand(self) -> str:
        return self.offer

    def take(self, offer: str) -> None:
        self.phone.description = offer

    def answer(self, sdp: str) -> Outputs:
        return self.phone.answer_setup(sdp)

    def refuse(self, sink: Side) -> Outputs:
        """Whoever called it hangs up."""
        return []


@dataclass(slots=True)
class Opened:
    """A session at the media server that has made its offer already (a conference gathers those of all its parties)."""

    media: MediaSession

    @property
    def session(self) -> str:
        return self.media.session

    @property
    def settled(self) -> bool:
        return True

    def ask(self, sink: Side) -> Outputs:
        return []

    def at_hand(self) -> str:
        return self.media.description

    def take(self, offer: str) -> None:
        """It is the session's own."""

    def answer(self, sdp: str) -> Outputs:
        return self.media.point(sdp)

    def refuse(self, sink: Side) -> Outputs:
        return []


def acknowledge_as_before(phone: Phone) -> Outputs:
    """Acknowledge the offer that this phone was asked for so that it stays with the far side it has."""
    if not phone.asked:
        return []
    return phone.acknowledge(narrowed(phone.told, phone.description))
