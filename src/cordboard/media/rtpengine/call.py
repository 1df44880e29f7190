"""One call in an rtpengine engine: what both sides have described, and the daemon that carries what follows from it.

The descriptions are the relay's own (`media/descriptions`), so codecs, hold and what is out of date are decided alike.
After each verb the daemon is told what has changed.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.side import Descriptions, Policy
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.port import CallStatistics, Direction, PlaceGone, Side
from cordboard.media.rtpengine.daemons import Daemon
from cordboard.media.rtpengine.descriptions import page_text, trunk_text
from cordboard.media.rtpengine.page_state import PageState
from cordboard.media.rtpengine.query import TRUNK, is_secured, is_verified
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.media.rtpengine.statistics import new_figures
from cordboard.media.rtpengine.wire import PAGE, CallForgotten, Told, Wire
from cordboard.sdp.codec import PCMU, Codec
from cordboard.sdp.plain import UNSPECIFIED, PlainRemote
from cordboard.sdp.webrtc import WebRtcLocal, WebRtcRemote

Result = TypeVar("Result")


class RtpengineCall:
    """Nothing is with the daemon before a verb needs it; the verbs are carried out one after the other."""

    def __init__(
        self, name: str, daemon: Daemon, settings: RtpengineSettings, forgotten: Callable[[str], None]
    ) -> None:
        self.name = name
        self.snapshot = ""
        self.closed = False
        self.touched = asyncio.Event()  # there may be something new to see
        self._settings = settings
        self._forgotten = forgotten
        self._policy = Policy(settings.codecs, (), transcodes=settings.transcodes, same_numbers=True)
        self._turn = asyncio.Lock()
        self.begin_anew(daemon)

    def begin_anew(self, daemon: Daemon) -> None:
        """On that daemon from now on, with nothing agreed on either side."""
        self.wire = Wire(self.name, daemon, self._settings)
        self._figures = new_figures()
        local = WebRtcLocal(0, 0, "", 0, "", "", "", "", [], cname=secrets.token_hex(8))
        self._page = PageDescriptions(local, self._policy)
        self._trunk = TrunkDescriptions("", 0, self._policy)
        self._page.other, self._trunk.other = self._trunk, self._page
        self._restarts = 0
        self._heard: PlainRemote | None = None  # the last description of the trunk that said where it is
        self.renewed()

    def renewed(self) -> None:
        """A page that nothing is known of."""
        self.state = PageState()

    @property
    def both_heard(self) -> bool:
        """Sound of both sides has come."""
        return bool(self._figures.page.packets and self._figures.trunk.packets)

    @property
    def page_should_send(self) -> bool:
        """Its description says that it sends sound; one that holds, or is held, need not."""
        remote = self._page.remote
        return remote is not None and remote.direction.sends and self._page.we_receive

    # --- verbs

    async def page_offer(self) -> str:
        return await self._do(self._describe_page(self._page.offer))

    async def page_answer(self) -> str:
        return await self._do(self._describe_page(self._page.answer))

    async def trunk_offer(self) -> str:
        return await self._do(self._describe_trunk(self._trunk.offer))

    async def trunk_answer(self) -> str:
        return await self._do(self._describe_trunk(self._trunk.answer))

    async def take_page_offer(self, sdp: str) -> bool:
        return await self._do(self._take_page(self._page.take_offer, sdp, is_offer=True))

    async def take_page_answer(self, sdp: str) -> bool:
        return await self._do(self._take_page(self._page.take_answer, sdp, is_offer=False))

    async def take_trunk_offer(self, sdp: str) -> bool:
        return await self._do(self._take_trunk(self._trunk.take_offer, sdp))

    async def take_trunk_answer(self, sdp: str) -> bool:
        return await self._do(self._take_trunk(self._trunk.take_answer, sdp))

    async def renew_page(self) -> None:
        await self._do(self._renew())

    async def direction(self, side: Side, direction: Direction) -> None:
        await self._do(self._direct(side, direction))

    async def close(self) -> None:
        """Release everything; what is asked for afterwards is refused."""
        self.closed = True
        async with self._turn:
            await self.wire.end()

    async def again(self) -> None:
        """Let a DTLS handshake that was given up begin again."""
        await self._do(self.wire.again())

    async def query(self) -> dict[str, Any]:
        """What the daemon knows now. Raises `MediaError`."""
        wire = self.wire
        found = await wire.query() if wire.begun else {}
        if wire is self.wire and found:
            blocked = self._blocked()
            to_page, to_trunk = ("media", TRUNK) not in blocked, ("media", PAGE) not in blocked
            self._figures.take(found, wire.page_tag, to_page=to_page, to_trunk=to_trunk)
        return found

    async def statistics(self) -> CallStatistics:
        await self.query()
        page, trunk = self._page.codecs.audio, self._trunk.codecs.audio
        return self._figures.statistics(page, trunk, self.state.connected)

    # --- inside

    async def _do(self, step: Awaitable[Result]) -> Result:
        wire = self.wire
        async with self._turn:
            if self.closed or self.wire is not wire:
                close = getattr(step, "close", None)
                if close is not None:
                    close()
                raise PlaceGone("the call is not there any more")
            try:
                return await step
            except CallForgotten as lost:
                self._forgotten(str(lost))
                raise

    async def _describe_page(self, make: Callable[[str, str], str]) -> str:
        await self._tell()
        at = self.wire.page
        assert at is not None
        self._page.reach_us_at(at.address, at.port, at.fingerprint)
        text = make(at.ufrag, at.password)
        await self._tell()
        return text

    async def _describe_trunk(self, make: Callable[[], str]) -> str:
        await self._tell()
        self._trunk.reach_us_at(self._trunk_address(), self.wire.trunk_port)
        text = make()
        await self._tell()
        return text

    def _trunk_address(self) -> str:
        return self.wire.trunk_address

    async def _take_page(self, take: Callable[[str], WebRtcRemote], sdp: str, *, is_offer: bool) -> bool:
        before = self._page.remote
        remote = take(sdp)
        self._restarts += is_offer and before is not None and before.ice_ufrag != remote.ice_ufrag
        if before is not None and before.fingerprint != remote.fingerprint:
            self.renewed()
        state = self.state
        await self._tell()
        if not state.waiting_since:
            await self._vouch(state)
            await self._tell()
        return self._trunk.stale

    async def _vouch(self, state: PageState) -> None:
        """rtpengine verifies a certificate by the description that it has during the handshake, and lets media pass
        if the description comes afterwards and has another fingerprint."""
        found, tag = await self.query(), self.wire.page_tag
        state.refused = is_secured(found, tag) and not is_verified(found, tag)
        state.vouched = not state.refused
        state.waiting_since = time.monotonic()

    async def _take_trunk(self, take: Callable[[str], PlainRemote], sdp: str) -> bool:
        remote = take(sdp)
        if not remote.refused and remote.address not in UNSPECIFIED:
            self._heard = remote
        await self._tell()
        return self._page.stale

    async def _renew(self) -> None:
        self.renewed()
        self._page.renew()
        self._restarts = 0
        await self.wire.renew()

    async def _direct(self, side: Side, direction: Direction) -> None:
        descriptions: Descriptions = self._page if side is Side.PAGE else self._trunk
        descriptions.direction = direction
        if self.wire.begun:
            await self._tell()

    async def _tell(self) -> None:
        page, trunk = self._page, self._trunk
        page_codecs = _spoken(page) or _spoken(trunk) or [PCMU]
        trunk_codecs = _spoken(trunk) or page_codecs
        about_page = page_text(page.remote, self._restarts, page_codecs) if page.remote is not None else ""
        codes = not page_codecs[0].matches(trunk_codecs[0])
        await self.wire.tell(
            Told(
                trunk_text(self._heard, trunk_codecs),
                about_page,
                self._restarts,
                _specification(page_codecs[0]) if codes else "",
                self._blocked(),
            )
        )

    def _blocked(self) -> frozenset[tuple[str, str]]:
        """What is not to pass. Until the page has spoken nobody can vouch for what comes from there."""
        page, trunk = self._page, self._trunk
        spoken = page.remote is not None and self.state.vouched
        passing = {
            PAGE: (spoken and page.we_receive and trunk.we_send and trunk.they_receive, trunk.codecs),
            TRUNK: (spoken and trunk.we_receive and page.we_send and page.they_receive, page.codecs),
        }
        media = {("media", side) for side, (passes, _) in passing.items() if not passes}
        digits = {("DTMF", side) for side, (passes, to) in passing.items() if not passes or not to.telephone_event}
        return frozenset(media | digits)


def _spoken(side: Descriptions) -> list[Codec]:
    codecs = side.codecs
    return [codec for codec in (codecs.audio, codecs.telephone_event) if codec is not None]


def _specification(codec: Codec) -> str:
    """The codec as rtpengine's flags write it."""
    return f"{codec.name}/{codec.clock_rate}/{codec.channels}" if codec.channels > 1 else codec.name
