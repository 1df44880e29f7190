"""What both legs of a call share: their states, their place in the SIP core and their dealings with the media engine.

A leg is one SIP session. Its descriptions come from the engine's side of the same name. `made_for` is the queue of
what the next descriptions are for; the engine replies in order. A refused offer and the answer that was to follow it
are one failure: the engine replies to both, the second reply decides.

An engine that has forgotten the call (`moving`) is asked again for what it has not made. Offers of ours that are out
then are `stale`: their answers are not the new place's, but tell what the peer can.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ClassVar

from cordboard.call.events import CallEvent, Disconnect, Fail, Header, Update
from cordboard.call.media import MediaReply, MediaRequest, Side, Verb
from cordboard.call.origin import Origin
from cordboard.call.outputs import LegOutput, ToSip, as_offered, description
from cordboard.sip import events as sip
from cordboard.sip.message import Request

# RFC 3261 section 21.5.4: for so long nothing more should be sent here; without it a 503 counts as a 500.
FULL, LATER = 503, (("Retry-After", "2"),)


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
class Wanted:
    """A description that the engine is to make: what for, and the offer of theirs that it answers."""

    purpose: Purpose
    transaction: str = ""
    offer: str = ""


@dataclass(frozen=True, slots=True)
class Verbs:
    """The engine's verbs for one side."""

    offer: Verb
    answer: Verb
    take_offer: Verb
    take_answer: Verb
    recall: Verb


VERBS = {
    Side.PAGE: Verbs(Verb.PAGE_OFFER, Verb.PAGE_ANSWER, Verb.TAKE_PAGE_OFFER, Verb.TAKE_PAGE_ANSWER, Verb.RECALL_PAGE),
    Side.TRUNK: Verbs(
        Verb.TRUNK_OFFER, Verb.TRUNK_ANSWER, Verb.TAKE_TRUNK_OFFER, Verb.TAKE_TRUNK_ANSWER, Verb.RECALL_TRUNK
    ),
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
    theirs: str = ""  # the peer's description that the engine has taken in last
    misplaced: bool = False  # the peer knows a place of the media that is gone
    stale: int = 0  # offers of ours that are out and came from there
    origin: Origin = field(default_factory=Origin)
    _owed: bool = False  # the answer to an offer of ours comes by ACK or PRACK
    _offer_refused: MediaReply | None = None
    _made_for: deque[Wanted] = field(default_factory=deque)

    def send(self, command: sip.Input) -> LegOutput:
        return ToSip(self.side, command)

    def respond(self, event: sip.Requested, status: int) -> LegOutput:
        contact = (("Contact", self.contact),) if status == 200 else ()
        return self.send(sip.Respond(event.transaction, status, "", contact))

    def make_offer(self, purpose: Purpose) -> MediaRequest:
        self._made_for.append(Wanted(purpose))
        return MediaRequest(VERBS[self.side].offer)

    def collect(self, request: Request, purpose: Purpose, transaction: str = "") -> list[LegOutput]:
        """Take an offer in and have the answer made; for an offerless request have an offer made."""
        return self._ask_for(Wanted(purpose, transaction, description(request)))

    def _ask_for(self, wanted: Wanted) -> list[LegOutput]:
        verbs = VERBS[self.side]
        self._made_for.append(wanted)
        if not wanted.offer:
            return [MediaRequest(verbs.offer)]
        return [MediaRequest(verbs.take_offer, wanted.offer), MediaRequest(verbs.answer)]

    def take_answer(self, message_body: str) -> list[LegOutput]:
        """The answer to our latest offer, in what ended the transaction; there may be none in it."""
        verbs = VERBS[self.side]
        stale, self.stale = self.stale, max(0, self.stale - 1)
        if not message_body:
            return []
        if stale:
            return [MediaRequest(verbs.recall, as_offered(message_body))]
        return [MediaRequest(verbs.take_answer, message_body)]

    def take_acknowledged(self, message_body: str) -> list[LegOutput]:
        """The answer in an ACK or PRACK, if that is where it was to come."""
        self._owed = False
        return self.take_answer(message_body) if message_body else []

    @abstractmethod
    def tell(self, event: CallEvent) -> list[LegOutput]:
        """Take a word of the other leg."""

    @abstractmethod
    def invite(self, offer: str) -> list[LegOutput]:
        """Send the INVITE for which the offer was made."""

    def answer_anew(self) -> list[LegOutput]:
        """What was prepared for the 200 does not fit any more."""
        self.prepared = ""
        self._made_for.append(Wanted(Purpose.ACCEPT, offer=self.theirs))
        return [MediaRequest(VERBS[self.side].answer)]

    def wants(self, purpose: Purpose) -> bool:
        """The engine has not made all descriptions for that yet."""
        return any(each.purpose is purpose for each in self._made_for)

    def accept(self) -> list[LegOutput]:
        self.state = LegState.CONNECTED
        self._owed = self._owed or not (self.settled or self.misplaced)
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

    # --- the media is carried on elsewhere

    @property
    def is_there(self) -> bool:
        """The peer has the call, and can be offered something."""
        return self.state is LegState.CONNECTED

    def describe_again(self) -> list[LegOutput]:
        """Tell the engine of the peer, who has described itself long ago."""
        known = self.theirs and self.state is LegState.CONNECTED
        return [MediaRequest(VERBS[self.side].recall, self.theirs)] if known else []

    def lose_place(self, offers: int) -> None:
        """`offers` of ours are out that a response will answer."""
        self.misplaced, self.settled, self.stale = True, False, offers + self._owed

    def ask_again(self, *_moved: object) -> list[LegOutput]:
        """What the engine was asked for is with one that is gone."""
        wanted, self._offer_refused = tuple(self._made_for), None
        self._made_for.clear()
        return [output for each in wanted for output in self._ask_for(each)]

    def accept_anew(self, *_moved: object) -> list[LegOutput]:
        """The same for the 200, whose description may be there already."""
        accepting = [each for each in self._made_for if each.purpose is Purpose.ACCEPT]
        offer = accepting[0].offer if accepting else self.theirs
        self.prepared, self._made_for = "", deque(each for each in self._made_for if each not in accepting)
        return [*self.ask_again(), *self._ask_for(Wanted(Purpose.ACCEPT, offer=offer))]

    def forget_peer(self) -> None:
        """Another dialog begins, with whoever it may be."""
        self.theirs, self.origin = "", Origin()
        self.misplaced, self.stale, self._owed = False, 0, False

    # --- the engine's replies

    def replied(self, reply: MediaReply) -> list[LegOutput]:
        verbs = VERBS[self.side]
        if reply.verb in (verbs.take_offer, verbs.take_answer, verbs.recall) and not reply.status:
            said = as_offered(reply.sdp) if reply.verb is verbs.take_answer else reply.sdp
            self.theirs = said or self.theirs
        if reply.verb in (verbs.offer, verbs.answer) and self._made_for:
            return self._made(reply)
        changed: list[LegOutput] = [Update(media_changed=True)] if reply.reoffer else []
        if reply.verb in (verbs.take_offer, verbs.recall):
            self._offer_refused = reply if reply.status else None
            return changed if reply.verb is verbs.take_offer else []
        if reply.verb is verbs.take_answer:
            return [*self._answer_taken(reply), *changed]
        return changed

    def _answer_taken(self, reply: MediaReply) -> list[LegOutput]:
        """The first answer must be usable; when a later one is not, the media goes on as it was."""
        if reply.status and not self.settled:
            ended = Disconnect(reply.why)
            return [*self.hang_up(ended), ended]
        self.settled, self.misplaced = True, False
        return []

    def written(self, sdp: str) -> str:
        """The engine's description as this side wants it."""
        return sdp

    def _made(self, reply: MediaReply) -> list[LegOutput]:
        wanted = self._made_for.popleft()
        failed, self._offer_refused = self._offer_refused or reply, None
        if failed.status:
            return self._not_made(wanted.purpose, wanted.transaction, failed.status, failed.why)
        sdp = self.origin.keep(self.written(reply.sdp))
        match wanted.purpose:
            case Purpose.INVITE:
                return self.invite(sdp)
            case Purpose.ACCEPT:
                self.prepared = "" if self.wants(Purpose.ACCEPT) else sdp
                return self.accept() if self.prepared and self.state is LegState.ANSWERING else []
            case Purpose.ACCEPT_REINVITE:
                self._note_sent(wanted)
                return [self.send(sip.Accept(self.session, self.contact, sdp))]
            case Purpose.ACCEPT_UPDATE:
                self._note_sent(wanted)
                contact = (("Contact", self.contact),)
                answer = sdp.encode()
                return [self.send(sip.Respond(wanted.transaction, 200, "", contact, "application/sdp", answer))]
            case Purpose.REINVITE:
                return [self.send(sip.Reinvite(self.session, sdp))]

    def _note_sent(self, wanted: Wanted) -> None:
        """An answer tells the peer where the media is; an offer, when it is answered itself."""
        if wanted.offer:
            self.misplaced, self.settled = False, self.settled or self.misplaced
        else:
            self._owed = True

    def _not_made(self, purpose: Purpose, transaction: str, status: int, why: str) -> list[LegOutput]:
        match purpose:
            case Purpose.INVITE:
                self.state = LegState.ENDED
                return [Fail(status, headers=_later(status))]
            case Purpose.ACCEPT:
                return [*self.refuse(Fail(status, headers=_later(status))), Disconnect(why)]
            case Purpose.ACCEPT_REINVITE:
                return [self.send(sip.Reject(self.session, status))]
            case Purpose.ACCEPT_UPDATE:
                return [self.send(sip.Respond(transaction, status))]
            case Purpose.REINVITE:
                self.reinviting = False
                return self.lose_peer(why) if self.misplaced else []

    def lose_peer(self, why: str) -> list[LegOutput]:
        """It will not hear where the media is."""
        ended = Disconnect(f"media moved in vain: {why}")
        return [*self.hang_up(ended), ended]


def _later(status: int) -> tuple[Header, ...]:
    """The engine is full, which passes."""
    return LATER if status == FULL else ()
