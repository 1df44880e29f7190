"""What the two lines have in common: a wire, the page's state there, and what was counted."""

from __future__ import annotations

import time
from typing import Any, ClassVar

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.rtpengine.descriptions import Kind
from cordboard.media.rtpengine.lines.figures import new_figures
from cordboard.media.rtpengine.lines.page_state import PageState
from cordboard.media.rtpengine.query import TRUNK, is_secured, is_verified
from cordboard.media.rtpengine.wire import PAGE, Told, Wire
from cordboard.sdp.transport import RemoteTransport
from cordboard.sdp.webrtc import WebRtcRemote

Blocked = frozenset[tuple[str, str]]


class MediaLine:
    """One line. `state` is that of the page, `figures` what was counted so far."""

    kind: ClassVar[Kind]

    def __init__(self, wire: Wire, page: PageDescriptions, trunk: TrunkDescriptions) -> None:
        self.wire = wire
        self.state = PageState()
        self.figures = new_figures()
        self._page = page
        self._trunk = trunk
        self._restarts = 0
        self._transport: WebRtcRemote | RemoteTransport | None = None  # the page's, as it was described last

    @property
    def in_use(self) -> bool:
        """The daemon carries it, or is to."""
        return True

    def told(self) -> Told:
        """What rtpengine is to know now."""
        raise NotImplementedError

    def blocked(self) -> Blocked:
        """What is not to pass. Until the page has spoken nobody can vouch for what comes from there."""
        raise NotImplementedError

    async def tell(self) -> None:
        """Let the daemon know what has changed. Raises `MediaError`."""
        if self.in_use:
            await self.wire.tell(self.told())

    async def take_page(self, transport: WebRtcRemote | RemoteTransport | None, *, is_offer: bool) -> None:
        """The page has described the line; None: it has no such line."""
        before, self._transport = self._transport, transport
        if before is not None and transport is not None:
            self._restarts += is_offer and before.ice_ufrag != transport.ice_ufrag
            if before.fingerprint != transport.fingerprint:
                self.state = PageState()
        state = self.state
        await self.tell()
        if transport is not None and not state.waiting_since:
            await self._vouch(state)
            await self.tell()

    async def _vouch(self, state: PageState) -> None:
        """rtpengine verifies a certificate by the description that it has during the handshake, and lets media pass
        if the description comes afterwards and has another fingerprint."""
        found, tag = await self.query(), self.wire.page_tag
        state.refused = is_secured(found, tag) and not is_verified(found, tag)
        state.vouched = not state.refused
        state.waiting_since = time.monotonic()

    async def renew(self) -> None:
        """Another page, or another line of it: nothing is known of it."""
        self.state = PageState()
        self._transport, self._restarts = None, 0
        await self.wire.renew()

    async def query(self) -> dict[str, Any]:
        """What the daemon knows now. Raises `MediaError`."""
        wire = self.wire
        found = await wire.query() if wire.begun else {}
        if found:
            blocked = self.blocked()
            to_page, to_trunk = ("media", TRUNK) not in blocked, ("media", PAGE) not in blocked
            self.figures.take(found, wire.page_tag, to_page=to_page, to_trunk=to_trunk)
        return found

    def _ways(self, page_receives: bool, trunk_receives: bool) -> dict[str, bool]:
        """Whether what each side sends is to pass, as far as that depends on who may send, and is vouched for."""
        page, trunk = self._page, self._trunk
        spoken = self._transport is not None and self.state.vouched
        return {
            PAGE: spoken and page.we_receive and trunk.we_send and trunk_receives,
            TRUNK: spoken and trunk.we_receive and page.we_send and page_receives,
        }
