"""One call at the far end, as whoever placed or answered it sees it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cordboard.phone.far_sound import FarSound
from cordboard.phone.packets.port import StreamFigures
from cordboard.sdp.errors import NoCommonCodec, SdpError
from cordboard.sip import events as sip
from cordboard.sip.message import Request

Command = Callable[[sip.Input], None]


class FarState(StrEnum):
    DIALING = "dialing"  # our INVITE has no final response
    RINGING = "ringing"  # theirs has none
    TALKING = "talking"
    OVER = "over"


@dataclass(slots=True)
class FarTimes:
    """When each step was, in seconds of `time.monotonic()`; 0.0 for never."""

    begun: float = 0.0
    ringing: float = 0.0
    answered: float = 0.0
    ended: float = 0.0


class CallFailed(Exception):
    """A call that was placed or answered is over before anybody talked; the text says why."""


class FarCall:
    """Made by `FarEnd`. `headers` are those of the INVITE that came, or of the 2xx to ours.

    `on_over` is called at its end, after which the figures stand still.
    """

    def __init__(self, session: str, dn: str, contact: str, sound: FarSound, command: Command, state: FarState) -> None:
        self.session = session
        self.dn = dn
        self.on_over: Callable[[FarCall], None] = lambda call: None
        self.sound = sound
        self.state = state
        self.headers: tuple[sip.Header, ...] = ()
        self.times = FarTimes(begun=time.monotonic())
        self.status = 0
        self.reason = ""
        self._contact = contact
        self._command = command
        self._connected = asyncio.Event()
        self._over = asyncio.Event()
        self._offer = ""

    @property
    def ssrc(self) -> int:
        """Of the sound that we send: whoever hears us is told to expect it."""
        return self.sound.ssrc

    def figures(self) -> StreamFigures:
        """What was sent and heard up to now, or up to the end."""
        return self.sound.figures()

    async def connected(self) -> None:
        """Wait until both sides may talk. Raises `CallFailed` where that will not be."""
        if self.state is not FarState.OVER:
            await self._connected.wait()
        if self.state is FarState.OVER and not self.times.answered:
            raise CallFailed(self.reason)

    async def ended(self) -> None:
        """Wait for the end."""
        await self._over.wait()

    def answer(self) -> None:
        """Answer a call that rings here."""
        if self.state is not FarState.RINGING:
            return
        try:
            description = self.sound.answer(self._offer) if self._offer else self.sound.offer()
        except SdpError as error:
            self._refuse(488 if isinstance(error, NoCommonCodec) else 400, str(error))
            return
        self._command(sip.Accept(self.session, self._contact, description))
        if self._offer:
            self._talk()

    def hang_up(self) -> None:
        """End the call, whatever it does now."""
        if self.state is not FarState.OVER:
            self._command(sip.Hangup(self.session))
            self._end("hung up here")

    # --- what the far end hears of it

    def invited(self, request: Request) -> None:
        self.headers = tuple(request.headers.items())
        self._offer = request.body.decode(errors="replace")
        self.times.ringing = time.monotonic()
        self._command(sip.Ring(self.session, self._contact))

    def take(self, output: sip.Output) -> None:
        """An output of the SIP core about this call."""
        match output:
            case sip.Provisional():
                self.times.ringing = self.times.ringing or time.monotonic()
            case sip.Accepted(_, response, initial):
                self._accepted(response.body.decode(errors="replace"), tuple(response.headers.items()), initial)
            case sip.Rejected(_, status):
                self.status = status
                self._end(f"refused with {status}")
            case sip.Acknowledged(_, request, _):
                self._acknowledged(request.body.decode(errors="replace"))
            case sip.Reinvited(_, request):
                self._reinvited(request.body.decode(errors="replace"))
            case sip.Requested(_, transaction):
                self._command(sip.Respond(transaction, 200))
            case sip.RefreshDue():
                self._command(sip.Reinvite(self.session, self.sound.offer()))
            case sip.Cancelled():
                self._end("cancelled")
            case sip.Ended(_, cause):
                self._end(str(cause))

    def close(self) -> None:
        """The far end stops."""
        self.hang_up()

    def _accepted(self, answer: str, headers: tuple[sip.Header, ...], initial: bool) -> None:
        try:
            self.sound.take_answer(answer)
        except SdpError as error:
            self._command(sip.Hangup(self.session))
            self._end(f"answer cannot be used: {error}")
            return
        if initial:
            self.headers = headers
            self._talk()

    def _acknowledged(self, answer: str) -> None:
        if not answer:
            return
        try:
            self.sound.take_answer(answer)
        except SdpError as error:
            self._command(sip.Hangup(self.session))
            self._end(f"answer cannot be used: {error}")
            return
        self._talk()

    def _reinvited(self, offer: str) -> None:
        try:
            description = self.sound.answer(offer) if offer else self.sound.offer()
        except SdpError:
            self._command(sip.Reject(self.session, 488))
            return
        self._command(sip.Accept(self.session, self._contact, description))

    def _talk(self) -> None:
        if self.state in (FarState.DIALING, FarState.RINGING):
            self.state = FarState.TALKING
            self.times.answered = time.monotonic()
            self._connected.set()

    def _refuse(self, status: int, why: str) -> None:
        self.status = status
        self._command(sip.Reject(self.session, status))
        self._end(why)

    def _end(self, why: str) -> None:
        if self.state is FarState.OVER:
            return
        self.state, self.reason = FarState.OVER, why
        self.times.ended = time.monotonic()
        self.sound.close()
        self._connected.set()
        self._over.set()
        self.on_over(self)
