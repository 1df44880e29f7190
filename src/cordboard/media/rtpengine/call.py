"""One call in an rtpengine engine: what both sides have described, and the daemon that carries what follows from it.

The descriptions are the relay's own (`media/descriptions`), so codecs, hold and what is out of date are decided alike.
After each verb the daemon is told what has changed.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections.abc import Awaitable, Callable
from typing import TypeVar

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.side import Descriptions, Policy
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.port import CallStatistics, Direction, PlaceGone, Side
from cordboard.media.quality import rated
from cordboard.media.rtpengine.daemons import Daemon, Tell
from cordboard.media.rtpengine.descriptions import Kind
from cordboard.media.rtpengine.lines.feedback import ask_for_picture
from cordboard.media.rtpengine.lines.line import MediaLine
from cordboard.media.rtpengine.lines.pictures import Pictures
from cordboard.media.rtpengine.lines.sound import Sound
from cordboard.media.rtpengine.ng import NgError
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.media.rtpengine.wire import PAGE, CallForgotten, Wire
from cordboard.sdp.plain import PlainRemote
from cordboard.sdp.webrtc import WebRtcLocal, WebRtcRemote

Result = TypeVar("Result")


class RtpengineCall:
    """Nothing is with the daemon before a verb needs it; the verbs are carried out one after the other.

    `lost` gives the call to another daemon when its own has lost it, or one of its media lines; a wire that is none of
    the call's any more is of no interest.
    """

    def __init__(
        self, name: str, daemon: Daemon, settings: RtpengineSettings, lost: Callable[[Wire, str], Tell]
    ) -> None:
        self.name = name
        self.snapshot = ""
        self.left: tuple[Daemon, str] | None = None  # where an earlier gateway had it, and its name there
        self.closed = False
        self.touched = asyncio.Event()  # there may be something new to see
        self._settings = settings
        self._lost = lost
        self._policy = Policy(
            settings.codecs, settings.video_codecs, settings.transcodes, same_numbers=True, bundles=False
        )
        self._turn = asyncio.Lock()
        self.begin_anew(daemon)

    def begin_anew(self, daemon: Daemon) -> None:
        """On that daemon from now on, with nothing agreed on either side."""
        local = WebRtcLocal(0, 0, "", 0, "", "", "", "", [], cname=secrets.token_hex(8))
        self._page = PageDescriptions(local, self._policy)
        self._trunk = TrunkDescriptions("", 0, self._policy, lambda: self.pictures.wire.trunk_port)
        self._page.other, self._trunk.other = self._trunk, self._page
        self.sound = Sound(self._wire(daemon, Kind.SOUND), self._page, self._trunk)
        self.pictures = Pictures(self._wire(daemon, Kind.PICTURES), self._page, self._trunk)
        self.lines: tuple[MediaLine, ...] = (self.sound, self.pictures)
        self.wire.own()

    def _wire(self, daemon: Daemon, kind: Kind) -> Wire:
        return Wire(self.name, daemon, self._settings, self._lost, kind)

    @property
    def wire(self) -> Wire:
        """That of sound, which every call has."""
        return self.sound.wire

    def is_carried_by(self, wire: Wire) -> bool:
        return any(line.wire is wire for line in self.lines)

    @property
    def both_heard(self) -> bool:
        """Sound of both sides has come."""
        return bool(self.sound.figures.page.packets and self.sound.figures.trunk.packets)

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
            await asyncio.gather(*(line.wire.end() for line in self.lines))

    async def again(self, line: MediaLine) -> None:
        """Let a DTLS handshake that was given up begin again."""
        await self._do(line.wire.again())

    async def ask_for_picture(self) -> None:
        """Let the page send a whole picture to whoever sees it from now on."""
        await self._do(ask_for_picture(self.pictures))

    async def statistics(self) -> CallStatistics:
        if self.wire.begun:
            self.left = None
        for line in self.lines:
            await line.query()
        if self.left is not None:
            await self._look_back(*self.left)
        page, trunk = self.sound.figures.of_both(self._page.codecs.audio, self._trunk.codecs.audio)
        pictures = self.pictures.statistics() or (None, None)
        return CallStatistics(rated(page), rated(trunk), self.sound.state.connected, *pictures)

    async def _look_back(self, daemon: Daemon, call_id: str) -> None:
        """What has come where an earlier gateway had the call, as long as it has not moved."""
        with contextlib.suppress(NgError):
            found = await daemon.client.request("query", call_id=call_id)
            pages = (tag for tag in found.get("tags", {}) if tag.startswith(PAGE))
            page = max(pages, key=lambda tag: (len(tag), tag), default=PAGE)
            self.sound.figures.take(found, page, to_page=True, to_trunk=True)

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
            except CallForgotten as forgotten:
                self._lost(self.wire, str(forgotten))()
                raise

    async def _describe_page(self, make: Callable[[str, str], str]) -> str:
        await self._tell()
        at = self.wire.page
        assert at is not None
        self._page.reach_us_at(at.address, at.port, at.fingerprint, self.pictures.wire.page)
        text = make(at.ice_ufrag, at.ice_password)
        await self._tell()
        return text

    async def _describe_trunk(self, make: Callable[[], str]) -> str:
        await self._tell()
        self._trunk.reach_us_at(self.wire.trunk_address, self.wire.trunk_port)
        text = make()
        await self._tell()
        return text

    async def _take_page(self, take: Callable[[str], WebRtcRemote], sdp: str, *, is_offer: bool) -> bool:
        remote = take(sdp)
        await self.sound.take_page(remote, is_offer=is_offer)
        await self.pictures.take_page_line(is_offer=is_offer)
        return self._trunk.stale

    async def _take_trunk(self, take: Callable[[str], PlainRemote], sdp: str) -> bool:
        take(sdp)
        await self._tell()
        return self._page.stale

    async def _renew(self) -> None:
        self._page.renew()
        for line in self.lines:
            await line.renew()

    async def _direct(self, side: Side, direction: Direction) -> None:
        descriptions: Descriptions = self._page if side is Side.PAGE else self._trunk
        descriptions.direction = direction
        if self.wire.begun:
            await self._tell()

    async def _tell(self) -> None:
        for line in self.lines:
            await line.tell()
        if self.pictures.is_due:
            self.touched.set()
