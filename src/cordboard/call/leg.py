"""What both legs of a call share: their states, their place in the SIP core and their dealings with the media engine.

A leg is one SIP session. Its descriptions come from the engine's side of the same name. `made_for` is the queue of
what the next descriptions are for; the engine replies in order. A refused offer and the answer that was to follow it
are one failure: the engine replies to both, the second reply decides.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from cordboard.call.events import CallEvent, Disconnect, Fail, Update
from cordboard.call.media import MediaReply, MediaRequest, Side, Verb
from cordboard.call.outputs import LegOutput, ToSip, description
from cordboard.sip import events as sip
from cordboard.sip.message import Request


class LegState(StrEnum):
    IDLE = "idle"
    CALLED = "called"  # this side's INVITE came, the other side has not answered
    ANSWERING = "answering"  # the other side answered, our description is on its way from the engine
    PREPARING = "preparing"  # this side is to be called, our offer is on its way from the engine
    CALLING = "calling"  # our INVITE is out
    CONNECTED = "connected"
    RESUMING = "resuming"  # another page takes the call up, our offer for it is on its way from the engine
    RECALLING = "recalling"  # and our INVITE is out
    REPLACED = "replaced"  # another dialog has taken this one's place in the call, its end is on the way
    ENDED = "ended"


class Purpose(StrEnum):
    """What a description that the engine makes is for."""

    INVITE = "INVITE"
    ACCEPT = "200 to INVITE"
    ACCEPT_REINVITE = "200 to re-INVITE"
    ACCEPT_UPDATE = "200 to UPDATE"
    REINVITE = "re-INVITE"


@dataclass(frozen=True, slots=True)
class Verbs:
    """The engine's verbs for one side."""

    offer: Verb
    answer: Verb
    take_offer: Verb
    take_answer: Verb


VERBS = {
    Side.PAGE: Verbs(Verb.PAGE_OFFER, Verb.PAGE_ANSWER, Verb.TAKE_PAGE_OFFER, Verb.TAKE_PAGE_ANSWER),
    Side.TRUNK: Verbs(Verb.TRUNK_OFFER, Verb.TRUNK_ANSWER, Verb.TAKE_TRUNK_OFFER, Verb.TAKE_TRUNK_ANSWER),
}


@dataclass(slots=True)
class Leg(ABC):
    """Base of both legs. `contact` is the whole Contact value of this dialog's messages."""

    side: ClassVar[Side]

    session: str
    contact: str
    state: LegState = LegState.IDLE
    prepared: str = ""  # our description for the 200, once the engine has made it
    settled: bool = False  # both descriptions of the first exchange are in
    reinviting: bool = False  # a re-INVITE of ours is out or being made
    headers: tuple[tuple[str, str], ...] = ()  # of our 200
    _offer_failure: int = 0
    _made_for: deque[tuple[Purpose, str]] = field(default_factory=deque)

    def send(self, command: sip.Input) -> LegOutput:
        return ToSip(self.side, command)

    def respond(self, event: sip.Requested, status: int) -> LegOutput:
        contact = (("Contact", self.contact),) if status == 200 else ()
        return self.send(sip.Respond(event.transaction, status, "", contact))

    def make_offer(self, purpose: Purpose) -> MediaRequest:
        self._made_for.append((purpose, ""))
        return MediaRequest(VERBS[self.side].offer)

    def collect(self, request: Request, purpose: Purpose, transaction: str = "") -> list[LegOutput]:
        """Take an offer in and have the answer made; for an offerless request have an offer made."""
        verbs = VERBS[self.side]
        self._made_for.append((purpose, transaction))
        if not request.body:
            return [MediaRequest(verbs.offer)]
        return [MediaRequest(verbs.take_offer, description(request)), MediaRequest(verbs.answer)]

    def take_answer(self, message_body: str) -> list[LegOutput]:
        return [MediaRequest(VERBS[self.side].take_answer, message_body)] if message_body else []

    @abstractmethod
    def tell(self, event: CallEvent) -> list[LegOutput]:
        """Take a word of the other leg."""

    @abstractmethod
    def invite(self, offer: str) -> list[LegOutput]:
        """Send the INVITE for which the offer was made."""

    def answer_anew(self) -> list[LegOutput]:
        """What was prepared for the 200 does not fit any more."""
        self.prepared = ""
        self._made_for.append((Purpose.ACCEPT, ""))
        return [MediaRequest(VERBS[self.side].answer)]

    @property
    def _is_made_anew(self) -> bool:
        return any(purpose is Purpose.ACCEPT for purpose, _ in self._made_for)

    def accept(self) -> list[LegOutput]:
        self.state = LegState.CONNECTED
        return [self.send(sip.Accept(self.session, self.contact, self.prepared, self.headers))]

    def answered_by_other_side(self) -> list[LegOutput]:
        """Send the 200 now, or as soon as its description is there."""
        self.state = LegState.ANSWERING
        return self.accept() if self.prepared else []

    def hang_up(self, event: Disconnect | Fail) -> list[LegOutput]:
        unsent, self.state = self.state in (LegState.PREPARING, LegState.RESUMING), LegState.ENDED
        headers = event.headers if isinstance(event, Disconnect) else ()
        return [] if unsent else [self.send(sip.Hangup(self.session, headers=headers))]

    def refuse(self, event: Fail) -> list[LegOutput]:
        self.state = LegState.ENDED
        return [self.send(sip.Reject(self.session, event.status, event.reason, event.headers))]

    # --- the engine's replies

    def replied(self, reply: MediaReply) -> list[LegOutput]:
        verbs = VERBS[self.side]
        if reply.verb in (verbs.offer, verbs.answer) and self._made_for:
            return self._made(reply)
        changed: list[LegOutput] = [Update(media_changed=True)] if reply.reoffer else []
        if reply.verb is verbs.take_offer:
            self._offer_failure = reply.status
        elif reply.verb is verbs.take_answer:
            return [*self._answer_taken(reply), *changed]
        return changed

    def _answer_taken(self, reply: MediaReply) -> list[LegOutput]:
        """The first answer must be usable; when a later one is not, the media goes on as it was."""
        if reply.status and not self.settled:
            ended = Disconnect(reply.why)
            return [*self.hang_up(ended), ended]
        self.settled = True
        return []

    def written(self, sdp: str) -> str:
        """The engine's description as this side wants it."""
        return sdp

    def _made(self, reply: MediaReply) -> list[LegOutput]:
        purpose, transaction = self._made_for.popleft()
        failure, self._offer_failure = self._offer_failure or reply.status, 0
        if failure:
            return self._not_made(purpose, transaction, failure, reply.why)
        sdp = self.written(reply.sdp)
        match purpose:
            case Purpose.INVITE:
                return self.invite(sdp)
            case Purpose.ACCEPT:
                self.prepared = "" if self._is_made_anew else sdp
                return self.accept() if self.prepared and self.state is LegState.ANSWERING else []
            case Purpose.ACCEPT_REINVITE:
                return [self.send(sip.Accept(self.session, self.contact, sdp))]
            case Purpose.ACCEPT_UPDATE:
                contact = (("Contact", self.contact),)
                answer = sdp.encode()
                return [self.send(sip.Respond(transaction, 200, "", contact, "application/sdp", answer))]
            case Purpose.REINVITE:
                return [self.send(sip.Reinvite(self.session, sdp))]

    def _not_made(self, purpose: Purpose, transaction: str, status: int, why: str) -> list[LegOutput]:
        match purpose:
            case Purpose.INVITE:
                self.state = LegState.ENDED
                return [Fail(status)]
            case Purpose.ACCEPT:
                return [*self.refuse(Fail(status)), Disconnect(why)]
            case Purpose.ACCEPT_REINVITE:
                return [self.send(sip.Reject(self.session, status))]
            case Purpose.ACCEPT_UPDATE:
                return [self.send(sip.Respond(transaction, status))]
            case Purpose.REINVITE:
                self.reinviting = False
                return []
