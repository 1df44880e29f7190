"""One media line of a call on one daemon: what the daemon was told last, and its ends of both sides.

rtpengine is told only what has changed. Its end of the trunk's side keeps its port whoever the page is; each page has
a tag of its own, so that another one (`renew`) has other ICE credentials.
"""

from __future__ import annotations

import contextlib
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from cordboard.media.port import MediaError, PlaceGone
from cordboard.media.rtpengine.daemons import Daemon, Tell
from cordboard.media.rtpengine.descriptions import (
    COMMON,
    FLAGS,
    TO_PAGE,
    TO_TRUNK,
    Kind,
    page_transport,
)
from cordboard.media.rtpengine.ng import NgError, NgTimeout
from cordboard.media.rtpengine.query import TRUNK, rtp_of
from cordboard.media.rtpengine.settings import RtpengineSettings
from cordboard.sdp.errors import SdpError
from cordboard.sdp.transport import LocalTransport

PAGE = "page"
NOTHING_BLOCKED: frozenset[tuple[str, str]] = frozenset()
ALL_BLOCKED = frozenset((kind, side) for kind in ("media", "DTMF") for side in (PAGE, TRUNK))


class CallForgotten(PlaceGone):
    """The daemon does not know the call any more: it was restarted."""


@dataclass(frozen=True, slots=True)
class Told:
    """The two sides as rtpengine knows them; `page` is empty while the page has not spoken.

    `transcode` is what the page's codec is called where rtpengine has to code for it. `blocked` says what is dropped,
    and of whom: `media` and `DTMF` of `page` and `trunk`.
    """

    trunk: str
    page: str
    restarts: int = 0
    transcode: str = ""
    blocked: frozenset[tuple[str, str]] = NOTHING_BLOCKED


class Wire:
    """Nothing is with the daemon before the first `tell`; `lost` is asked when the daemon has lost it."""

    def __init__(
        self, name: str, daemon: Daemon, settings: RtpengineSettings, lost: Callable[[Wire, str], Tell], kind: Kind
    ) -> None:
        self.daemon = daemon
        # Of this daemon alone: a call that comes back to it is another one.
        self.call_id = f"{settings.owner}/{name}/{kind}/{secrets.token_hex(6)}"
        self._settings = settings
        self._lost = lost
        self._kind = kind
        self._pages = 0
        self._told: Told | None = None
        self.page: LocalTransport | None = None
        self.trunk_port = 0

    @property
    def trunk_address(self) -> str:
        """As SIP Server's side reaches it."""
        return self.daemon.trunk_address

    @property
    def page_tag(self) -> str:
        return f"page{self._pages}"

    @property
    def begun(self) -> bool:
        return self._told is not None

    def own(self) -> None:
        """One more that the daemon carries, and is asked about."""
        self.daemon.calls[self.call_id] = lambda why: self._lost(self, why)

    def disown(self) -> None:
        self.daemon.calls.pop(self.call_id, None)
        self.daemon.begun.discard(self.call_id)

    async def tell(self, told: Told) -> None:
        """Let the daemon know both sides. Raises `MediaError`."""
        before = self._told
        if told == before and self.page is not None:
            return
        self._told = told
        if before is not None:
            await self._block(told.blocked - before.blocked)
        if before is None or self.page is None or replace(told, blocked=before.blocked) != before:
            await self._describe(told, before)
        await self._block(told.blocked - (before.blocked if before is not None else NOTHING_BLOCKED))
        if before is not None:
            await self._block(before.blocked - told.blocked, command="unblock")
        self.daemon.begun.add(self.call_id)
        if not self.trunk_port:
            self.trunk_port = await self._find_trunk_port()

    async def _describe(self, told: Told, before: Told | None) -> None:
        if before is not None and told.page and before.page and told.restarts != before.restarts:
            await self._restart(told)
        await self._offer(told)
        if told.page:
            await self._answer(told.page)

    async def _answer(self, page: str) -> None:
        await self._ask("answer", self._to_trunk, page, FLAGS)

    @property
    def _to_trunk(self) -> dict[str, Any]:
        return {**TO_TRUNK, "transport_protocol": self._kind.plain}

    async def _block(self, what: frozenset[tuple[str, str]], command: str = "block") -> None:
        for kind, side in sorted(what):
            tag = self.page_tag if side == PAGE else TRUNK
            await self._request(f"{command} {kind}", from_tag=tag)

    async def again(self) -> None:
        """Say the same once more: a DTLS association that was given up begins again, any other goes on.

        Not by an offer: in place of what was given up rtpengine would send a ClientHello of its own.
        """
        if self._told is not None and self._told.page:
            await self._answer(self._told.page)

    async def _offer(self, told: Told) -> None:
        words: dict[str, Any] = {"ICE_lite": "forward", **self._direction()}
        if told.transcode:
            words["codec"] = {"transcode": [told.transcode]}
        found = await self._ask("offer", {**TO_PAGE, **words}, told.trunk, (*FLAGS, "strict-source", "generate-mid"))
        self._take_transport(found, is_new=self.page is None)

    async def _restart(self, told: Told) -> None:
        """Only an offer of the page can restart its ICE; the answer to it has the new credentials."""
        words = {"ICE_lite": "backward", **self._direction(is_from_page=True)}
        await self._ask("offer", {**self._to_trunk, **words}, told.page, FLAGS, is_from_page=True)
        answer = {**TO_PAGE, "rtcp_mux": ["accept"]}
        found = await self._ask("answer", answer, told.trunk, (*FLAGS, "strict-source"), is_from_page=True)
        self._take_transport(found, is_new=True)

    def _take_transport(self, text: str, *, is_new: bool) -> None:
        try:
            found = page_transport(text, self._kind)
        except (SdpError, IndexError) as error:
            raise MediaError(f"rtpengine's description of the page's side cannot be used: {error}", 500) from None
        if not is_new and found != self.page:
            raise CallForgotten("rtpengine does not know the call any more")
        self.page = found

    def _direction(self, *, is_from_page: bool = False) -> dict[str, Any]:
        interfaces = [self._settings.trunk_interface, self._settings.page_interface]
        if not all(interfaces):
            return {}
        return {"direction": interfaces[::-1] if is_from_page else interfaces}

    async def _ask(
        self, command: str, words: dict[str, Any], sdp: str, flags: tuple[str, ...], *, is_from_page: bool = False
    ) -> str:
        tags = (self.page_tag, TRUNK) if is_from_page else (TRUNK, self.page_tag)
        more = {**COMMON, **words, "from_tag": tags[0], "to_tag": tags[1], "flags": list(flags), "sdp": sdp}
        return str((await self._request(command, **more)).get("sdp", ""))

    async def _request(self, command: str, **words: Any) -> dict[str, Any]:
        asked = time.monotonic()
        try:
            return await self.daemon.client.request(command, call_id=self.call_id, **words)
        except NgTimeout as silence:
            if await self.daemon.is_given_up(asked):
                raise PlaceGone(str(silence)) from None
            raise MediaError(str(silence), 503) from None
        except NgError as error:
            if "call-id" in str(error).lower():
                raise CallForgotten("rtpengine does not know the call any more") from None
            raise MediaError(str(error), 503) from None

    async def _find_trunk_port(self) -> int:
        return int(rtp_of(await self.query(), TRUNK).get("local port", 0))

    async def renew(self) -> None:
        """Forget the page; what is told next is about another one."""
        old, self._pages = self.page_tag, self._pages + 1
        told, self._told, self.page = self._told, None, None
        if told is None:
            return
        # First the new one, so that the trunk's side, and its port, never stand alone.
        await self.tell(Told(told.trunk, "", blocked=ALL_BLOCKED))
        await self._delete(from_tag=old)

    async def query(self) -> dict[str, Any]:
        """All that the daemon knows of the call. Raises `MediaError`."""
        return await self._request("query")

    async def end(self) -> None:
        """Release everything at the daemon."""
        self.disown()
        if self._told is not None:
            await self._delete()

    async def _delete(self, **words: Any) -> None:
        with contextlib.suppress(NgError):  # it went, and the call with it
            await self.daemon.client.request("delete", call_id=self.call_id, delete_delay=0, **words)
