"""A customer on the phone, without sockets and clock: what its phone does when it calls and when it is called.

    calling   CALLING -> RINGING -> TALKING -> ENDED
    called    CALLED -> TALKING -> ENDED

The phone answers every re-INVITE (hold, music, another party), takes digits by RFC 4733 and by INFO, and hangs up by
itself after its `duration`.

A customer who is called decides by the last three digits of the number, so that a test can dial what it needs:

    403 404 480 486 487 488 500 503 603   refuses with that status after `REFUSES_AFTER`: +15550486 is busy
    408                                   rings and never answers
    any other                             answers after `RINGS_FOR`
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from cordboard.lab.rtp_party import RtpParty
from cordboard.sdp.errors import SdpError
from cordboard.sip import events as sip
from cordboard.sip.machine import StateMachine, Table
from cordboard.sip.message import Request, Response, reason_phrase

RINGS_FOR = 1.5  # seconds
REFUSES_AFTER = 0.3
REFUSALS = frozenset({403, 404, 480, 486, 487, 488, 500, 503, 603})
NEVER_ANSWERS = 408
DTMF_RELAY = "application/dtmf-relay"
BUSY_HERE = 486
NOT_IMPLEMENTED = 501

Outputs = list[sip.Input]


class State(StrEnum):
    CALLING = "calling"
    RINGING = "ringing"
    CALLED = "called"
    TALKING = "talking"
    ENDED = "ended"


class Event(StrEnum):
    RANG = "180"
    ANSWERED = "200"
    REFUSED = "refused"
    REINVITED = "re-INVITE"
    ACKNOWLEDGED = "ACK"
    LEFT = "left"
    REQUESTED = "request"
    HANG_UP = "hang up"
    RING = "ring"
    PICK_UP = "picks up"
    REFUSE = "refuses"
    DURATION = "duration is over"


def refusal_of(number: str) -> int:
    """The status with which this number answers a call; 0 if it takes it, 408 if it rings for ever."""
    ending = number[-3:]
    status = int(ending) if ending.isascii() and ending.isdigit() else 0
    return status if status in REFUSALS or status == NEVER_ANSWERS else 0


class Customer(StateMachine[State, Event, sip.Input]):
    """`own` is the customer's number, `other` the one it talks to; `outcome` says at the end how the call went."""

    def __init__(
        self, session: str, own: str, other: str, contact: str, party: RtpParty, initial: State, duration: float
    ) -> None:
        super().__init__(initial)
        self.session = session
        self.own = own
        self.other = other
        self.contact = contact
        self.party = party
        self.duration = duration
        self.outcome = ""
        self.answered_at: float | None = None

    def call(self, flow: sip.Flow, target: str, from_uri: str, to_uri: str, call_id: str, name: str) -> Outputs:
        """Begin a call."""
        asserted = f'"{name}" {from_uri}' if name else from_uri
        headers = (("P-Asserted-Identity", asserted), ("Supported", "timer"))
        offer = self.party.offer()
        return [sip.Invite(self.session, flow, target, from_uri, to_uri, self.contact, offer, headers, call_id)]

    def called(self, request: Request, now: float) -> Outputs:
        """Somebody calls."""
        return self.step(Event.RING, request, now)

    def hang_up(self, now: float) -> Outputs:
        """Hang up, or give up while it rings."""
        return self.step(Event.HANG_UP, None, now)

    def handle(self, event: Any, now: float) -> Outputs:
        """An output of the SIP core about this session; others mean nothing."""
        kind = EVENTS.get(type(event))
        return self.step(kind, event, now) if kind is not None else []

    # --- what the actions do; the table below says when ---

    def take_answer(self, event: sip.Accepted, now: float) -> Iterable[sip.Input]:
        try:
            self.party.take_answer(_text(event.response))
        except SdpError as error:
            return self.step(Event.HANG_UP, str(error), now)
        return ()

    def begin_talking(self, _: object, now: float) -> Iterable[sip.Input]:
        self.answered_at = now
        if self.duration:
            self.arm(Event.DURATION, now + self.duration)
        return ()

    def hear_preview(self, event: sip.Provisional, now: float) -> Iterable[sip.Input]:
        """Early media: heard, and digits can be pressed; one that cannot be understood is not heard."""
        if event.response.body:
            with contextlib.suppress(SdpError):
                self.party.take_answer(_text(event.response))
        return ()

    def note_refusal(self, event: sip.Rejected, now: float) -> Iterable[sip.Input]:
        self.outcome = f"{event.status} {reason_phrase(event.status)}"
        return ()

    def answer_reinvite(self, event: sip.Reinvited, now: float) -> Iterable[sip.Input]:
        offer = _text(event.request)
        try:
            sdp = self.party.answer(offer) if offer else self.party.offer()
        except SdpError as error:
            return (sip.Reject(self.session, error.status_hint),)
        return (sip.Accept(self.session, self.contact, sdp),)

    def take_late_answer(self, event: sip.Acknowledged, now: float) -> Iterable[sip.Input]:
        if event.request.body:
            try:
                self.party.take_answer(_text(event.request))
            except SdpError as error:
                return self.step(Event.HANG_UP, str(error), now)
        return ()

    def respond(self, event: sip.Requested, now: float) -> Iterable[sip.Input]:
        request = event.request
        if request.method not in ("INFO", "UPDATE", "OPTIONS", "MESSAGE") or (
            request.method == "UPDATE" and request.body
        ):
            return (sip.Respond(event.transaction, NOT_IMPLEMENTED),)
        if (request.headers.get("Content-Type") or "").lower() == DTMF_RELAY:
            self.party.note_digit(_signal(_text(request)))
        return (sip.Respond(event.transaction, 200),)

    def ring(self, request: Request, now: float) -> Iterable[sip.Input]:
        status = refusal_of(self.own)
        if status in REFUSALS:
            self.arm(Event.REFUSE, now + REFUSES_AFTER)
        elif status != NEVER_ANSWERS:
            self.arm(Event.PICK_UP, now + RINGS_FOR)
        self._offer = _text(request)
        return (sip.Ring(self.session, self.contact),)

    def pick_up(self, _: object, now: float) -> Iterable[sip.Input]:
        try:
            sdp = self.party.answer(self._offer) if self._offer else self.party.offer()
        except SdpError as error:
            self.state, self.outcome = State.ENDED, str(error)
            return (sip.Reject(self.session, error.status_hint),)
        return (sip.Accept(self.session, self.contact, sdp), *self.begin_talking(None, now))

    def refuse(self, _: object, now: float) -> Iterable[sip.Input]:
        status = refusal_of(self.own)
        self.outcome = f"{status} {reason_phrase(status)}"
        return (sip.Reject(self.session, status),)

    def end(self, why: object, now: float) -> Iterable[sip.Input]:
        self.disarm_all()
        self.outcome = why if isinstance(why, str) else "the customer hung up"
        return (sip.Hangup(self.session, BUSY_HERE),)

    def note_end(self, _: object, now: float) -> Iterable[sip.Input]:
        self.disarm_all()
        self.outcome = "the other side hung up"
        return ()

    _offer = ""

    TABLE: Table[State, Event, sip.Input] = {
        (State.CALLING, Event.RANG): (State.RINGING, (hear_preview,)),
        (State.RINGING, Event.RANG): (State.RINGING, (hear_preview,)),
        (State.CALLING, Event.ANSWERED): (State.TALKING, (begin_talking, take_answer)),
        (State.CALLING, Event.REFUSED): (State.ENDED, (note_refusal,)),
        (State.CALLING, Event.HANG_UP): (State.ENDED, (end,)),
        (State.RINGING, Event.ANSWERED): (State.TALKING, (begin_talking, take_answer)),
        (State.RINGING, Event.REFUSED): (State.ENDED, (note_refusal,)),
        (State.RINGING, Event.HANG_UP): (State.ENDED, (end,)),
        (State.CALLED, Event.RING): (State.CALLED, (ring,)),
        (State.CALLED, Event.PICK_UP): (State.TALKING, (pick_up,)),
        (State.CALLED, Event.REFUSE): (State.ENDED, (refuse,)),
        (State.CALLED, Event.LEFT): (State.ENDED, (note_end,)),
        (State.CALLED, Event.HANG_UP): (State.ENDED, (end,)),
        (State.TALKING, Event.REINVITED): (State.TALKING, (answer_reinvite,)),
        (State.TALKING, Event.ACKNOWLEDGED): (State.TALKING, (take_late_answer,)),
        (State.TALKING, Event.REQUESTED): (State.TALKING, (respond,)),
        (State.TALKING, Event.DURATION): (State.ENDED, (end,)),
        (State.TALKING, Event.LEFT): (State.ENDED, (note_end,)),
        (State.TALKING, Event.HANG_UP): (State.ENDED, (end,)),
    }


EVENTS: dict[type, Event] = {
    sip.Provisional: Event.RANG,
    sip.Accepted: Event.ANSWERED,
    sip.Rejected: Event.REFUSED,
    sip.Reinvited: Event.REINVITED,
    sip.Acknowledged: Event.ACKNOWLEDGED,
    sip.Requested: Event.REQUESTED,
    sip.Cancelled: Event.LEFT,
    sip.Ended: Event.LEFT,
}


def _text(message: Request | Response) -> str:
    return message.body.decode("utf-8", "replace")


def _signal(body: str) -> str:
    """The digit of an application/dtmf-relay body."""
    for line in body.splitlines():
        name, _, value = line.partition("=")
        if name.strip().lower() == "signal" and value.strip()[:1] in "0123456789*#ABCD":
            return value.strip()[:1]
    return ""
