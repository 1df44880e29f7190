"""One call of a phone.

call = agent.dial("5002")          or from `Agent.on_call`
await call.connected()             ICE and DTLS are done, sound may pass
print(call.times, call.figures())
call.hang_up()
await call.ended()
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Any

from cordboard.observe.log import get_log
from cordboard.phone import words
from cordboard.phone.errors import CallFailed
from cordboard.phone.media.call_media import CallMedia
from cordboard.phone.packets.port import StreamFigures
from cordboard.phone.record import CallState, CallTimes, EndReason, Phone, end_of
from cordboard.sdp.direction import Direction
from cordboard.sdp.errors import SdpError
from cordboard.sip import events as sip
from cordboard.sip.message import Request, Response

log = get_log("phone")


class PhoneCall:
    """`headers` are those of the INVITE, `words` what the gateway has said in the call, the latest last."""

    def __init__(self, phone: Phone, session: str, media_within: float, *, invite: Request | None = None) -> None:
        self.session = session
        self.state = CallState.DIALING if invite is None else CallState.RINGING
        self.incoming = invite is not None
        self.headers: dict[str, str] = dict(invite.headers.items()) if invite else {}
        self.reason: EndReason | None = None
        self.words: list[dict[str, object]] = []
        self.held = False  # by us; the other side's hold is in its descriptions
        self.digits: list[int] = []  # statuses of the INFOs that carried ours
        self.media: CallMedia | None = None
        self._on_word: Callable[[dict[str, object]], None] = lambda word: None
        self._phone = phone
        self._offer = invite.body.decode("utf-8", "replace") if invite else ""
        self._times = CallTimes()
        self._media_within = media_within
        self._loop = asyncio.get_running_loop()
        self._timer: asyncio.TimerHandle | None = None
        self._connected: asyncio.Future[None] = self._loop.create_future()
        self._ended: asyncio.Future[None] = self._loop.create_future()
        self._figures = StreamFigures()

    # --- what is known

    @property
    def _direction(self) -> Direction:
        return Direction.SENDONLY if self.held else Direction.SENDRECV

    @property
    def is_connected(self) -> bool:
        """Answered, and keys are there: sound may pass."""
        return self._connected.done() and self.state is not CallState.OVER

    @property
    def times(self) -> CallTimes:
        times, figures = self._times, self.figures()
        if self.media is not None:
            times.ice, times.dtls = self.media.ice_at, self.media.dtls_at
        times.first_sent = times.first_sent or figures.first_sent
        times.first_heard = times.first_heard or figures.first_received
        return times

    def figures(self) -> StreamFigures:
        """What was sent and heard; after the end the last figures."""
        return self.media.figures() if self.media is not None else self._figures

    async def connected(self) -> None:
        """Wait until it is answered and sound may pass. Raises `CallFailed`."""
        await asyncio.wait((self._connected, self._ended), return_when=asyncio.FIRST_COMPLETED)
        if not self._connected.done() and self.reason is not None:
            raise CallFailed(self.reason.status, self.reason.why)

    async def ended(self) -> EndReason:
        """Wait for the end."""
        await asyncio.wait((self._ended,))
        return self.reason or EndReason(0, "over")

    def on_word(self, listener: Callable[[dict[str, object]], None]) -> None:
        """Who is told what the gateway says in the call, before it is obeyed."""
        self._on_word = listener

    # --- what the agent does

    def dial(self, flow: sip.Flow, target: str, own: str, headers: tuple[sip.Header, ...]) -> None:
        """Send the INVITE."""
        try:
            self.media = self._phone.new_media(self)
        except OSError as error:
            self._over(EndReason(0, f"no socket for the sound: {error.strerror}"))
            return
        offer, contact = self.media.offer(), self._phone.contact
        self._phone.feed(sip.Invite(self.session, flow, target, own, f"<{target}>", contact, offer, headers))

    def ring(self) -> None:
        """Say that the call has come."""
        self._times.ringing = time.monotonic()
        self._phone.feed(sip.Ring(self.session, self._phone.contact))

    def answer(self) -> None:
        """Answer a ringing call; nothing happens in any other state."""
        if self.state is not CallState.RINGING:
            return
        self._times.answered = time.monotonic()
        self.state = CallState.TALKING
        try:
            self.media = self._phone.new_media(self)
            answer = self.media.take_offer(self._offer) if self._offer else self.media.offer()
        except (SdpError, OSError) as error:
            self._refuse(error)
            return
        self._phone.feed(sip.Accept(self.session, self._phone.contact, answer))
        self._times.accepted = time.monotonic()
        if self._offer:
            self._wait_for_media()
            self.media.start()

    def reject(self, status: int = 486) -> None:
        """Refuse a ringing call."""
        if self.state is CallState.RINGING:
            self._phone.feed(sip.Reject(self.session, status))
            self._over(EndReason(status, "refused here"))

    def hang_up(self, why: str = "hung up here") -> None:
        """End the call, whatever its state."""
        if self.state is not CallState.OVER:
            self._phone.feed(sip.Hangup(self.session))
            self._over(EndReason(0, why))

    def hold(self) -> None:
        """Offer that nothing is to be said any more, as JsSIP does: `sendonly`, and silence."""
        self._negotiate(held=True)

    def retrieve(self) -> None:
        """Take the hold back."""
        self._negotiate(held=False)

    def press(self, key: str) -> None:
        """A digit, by INFO."""
        content_type, body = words.digit(key)
        if self.state is not CallState.OVER:
            self._phone.feed(sip.SendInDialog(self.session, "digit", "INFO", (), content_type, body))

    def _negotiate(self, held: bool) -> None:
        if self.state is CallState.TALKING and self.media is not None and self.held != held:
            self.held = held
            self.media.silence(held)
            self._phone.feed(sip.Reinvite(self.session, self.media.offer(self._direction)))

    # --- what its media says

    def media_connected(self) -> None:
        self._stop_timer()
        if self.state is CallState.TALKING and not self._connected.done():
            self._connected.set_result(None)

    def media_failed(self, why: str) -> None:
        self.hang_up(why)

    def _wait_for_media(self) -> None:
        if self.is_connected:
            return
        self._stop_timer()
        self._timer = self._loop.call_later(self._media_within, self._no_media)

    def _no_media(self) -> None:
        missing = self.media.missing if self.media is not None else ""
        self.hang_up(f"no sound within {self._media_within:g} s: {missing}")

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    # --- what the gateway says

    def handle(self, event: sip.Output) -> None:
        """The one error boundary of the call: what cannot be used ends it, with a reason."""
        action = HANDLE.get((self.state, type(event)))
        if action is None:
            return
        try:
            action(self, event)
        except SdpError as error:
            self.hang_up(f"description cannot be used: {error}")
        except Exception:
            log.exception("a phone's call failed")
            self.hang_up("internal error")

    def _provisional(self, event: sip.Provisional) -> None:
        self._times.ringing = self._times.ringing or time.monotonic()
        if event.response.body and self.media is not None and not self.media.started:
            self.media.take_answer(event.response.body.decode("utf-8", "replace"))

    def _accepted(self, event: sip.Accepted) -> None:
        self._times.answered = self._times.accepted = time.monotonic()
        self.state = CallState.TALKING
        self._wait_for_media()
        self._take_answer(event.response)
        if self.media is not None and self.media.is_secured:  # by the answer in a provisional response
            self.media_connected()

    def _take_answer(self, message: Request | Response) -> None:
        if self.media is not None and message.body:
            self.media.take_answer(message.body.decode("utf-8", "replace"))

    def _ended_there(self, event: sip.Rejected | sip.Cancelled | sip.Ended) -> None:
        self._over(end_of(event))

    def _answered(self, event: sip.Accepted | sip.Acknowledged) -> None:
        """Our re-INVITE, or, in the ACK, the offer of our 2xx."""
        message = event.response if isinstance(event, sip.Accepted) else event.request
        if message.body:
            self._wait_for_media()
            self._take_answer(message)

    def _reinvited(self, event: sip.Reinvited) -> None:
        media, contact = self.media, self._phone.contact
        assert media is not None
        if not event.request.body:
            self._phone.feed(sip.Accept(self.session, contact, media.offer(self._direction)))
            return
        try:
            answer = media.take_offer(event.request.body.decode("utf-8", "replace"))
        except SdpError as error:
            self._phone.feed(sip.Reject(self.session, error.status_hint))
            return
        self._phone.feed(sip.Accept(self.session, contact, answer))
        media.start()

    def _requested(self, event: sip.Requested) -> None:
        known = event.request.method in ("INFO", "MESSAGE", "OPTIONS")
        self._phone.feed(sip.Respond(event.transaction, 200 if known else 489))
        if said := words.words_of(event.request):
            self.words.append(said)
            self._on_word(said)
            if (order := ORDERS.get(str(said.get("do")))) is not None:
                order(self)

    def _replied(self, event: sip.Replied) -> None:
        if event.key == "digit":
            self.digits.append(event.status)

    # --- the end

    def _refuse(self, error: Exception) -> None:
        status = error.status_hint if isinstance(error, SdpError) else 500
        self._phone.feed(sip.Reject(self.session, status))
        self._over(EndReason(status, str(error)))

    def _over(self, reason: EndReason) -> None:
        self._stop_timer()
        self.state, self.reason = CallState.OVER, reason
        self._times.ended = time.monotonic()
        if self.media is not None:
            self.media.close()
        self._phone.forget(self.session)
        if not self._ended.done():
            self._ended.set_result(None)


_S = CallState

ORDERS: dict[str, Callable[[PhoneCall], None]] = {
    "answer": PhoneCall.answer,
    "hold": PhoneCall.hold,
    "retrieve": PhoneCall.retrieve,
}

HANDLE: dict[tuple[CallState, type], Callable[[PhoneCall, Any], None]] = {
    (_S.RINGING, sip.Cancelled): PhoneCall._ended_there,
    (_S.RINGING, sip.Ended): PhoneCall._ended_there,
    (_S.RINGING, sip.Requested): PhoneCall._requested,
    (_S.DIALING, sip.Provisional): PhoneCall._provisional,
    (_S.DIALING, sip.Accepted): PhoneCall._accepted,
    (_S.DIALING, sip.Rejected): PhoneCall._ended_there,
    (_S.DIALING, sip.Requested): PhoneCall._requested,
    (_S.TALKING, sip.Acknowledged): PhoneCall._answered,
    (_S.TALKING, sip.Accepted): PhoneCall._answered,
    (_S.TALKING, sip.Reinvited): PhoneCall._reinvited,
    (_S.TALKING, sip.Requested): PhoneCall._requested,
    (_S.TALKING, sip.Replied): PhoneCall._replied,
    (_S.TALKING, sip.Cancelled): PhoneCall._ended_there,
    (_S.TALKING, sip.Ended): PhoneCall._ended_there,
}
