"""The line of pictures, which a call has once a description has had one."""

from __future__ import annotations

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.port import StreamStatistics
from cordboard.media.rtpengine.descriptions import Kind, is_somewhere, page_text, trunk_text
from cordboard.media.rtpengine.lines.line import Blocked, MediaLine
from cordboard.media.rtpengine.wire import PAGE, Told, Wire
from cordboard.sdp.codec import Codec
from cordboard.sdp.video import RemoteVideo, same_video


class Pictures(MediaLine):
    """A browser that moves its pictures to another line has another transport for them."""

    kind = Kind.PICTURES

    def __init__(self, wire: Wire, page: PageDescriptions, trunk: TrunkDescriptions) -> None:
        super().__init__(wire, page, trunk)
        self._mid = ""
        self._codec: Codec | None = None  # in use, or the last one that was
        self._heard: RemoteVideo | None = None
        self.is_due = False  # a whole picture of the page's, for somebody who sees it from now on
        self._seen_by: tuple[str, int] | None = None

    @property
    def in_use(self) -> bool:
        return self.wire.begun or self._page.video.live or self._trunk.video.live

    async def tell(self) -> None:
        begins = not self.wire.begun
        await super().tell()
        if begins and self.wire.begun:
            self.wire.own()
        shut = ("media", PAGE) in self.blocked()
        before, self._seen_by = self._seen_by, None if shut or self._heard is None else _place(self._heard)
        self.is_due = self._seen_by is not None and (self.is_due or self._seen_by != before)

    async def tell_reports_from(self, place: tuple[str, int]) -> None:
        """The trunk's RTCP comes from there, until the next `tell`."""
        await self.wire.tell(self.told(place))

    async def renew(self) -> None:
        self._mid = ""
        await super().renew()

    async def take_page_line(self, *, is_offer: bool) -> None:
        """The page has described all its lines."""
        remote = self._page.video.remote
        mid = remote.mid if remote is not None else ""
        if self._mid not in ("", mid):
            await self.renew()
        self._mid = mid
        await self.take_page(remote.transport if remote is not None else None, is_offer=is_offer)

    def told(self, reports_from: tuple[str, int] | None = None) -> Told:
        remote = self._trunk.video.remote
        self._heard = remote if remote is not None and is_somewhere(remote) else self._heard
        self._codec = self._trunk.video.codec or self._page.video.codec or self._codec
        codecs = [self._codec] if self._codec is not None else []
        about_page = ""
        if self._transport is not None:
            about_page = page_text(self._transport, self._restarts, codecs, self.kind)
        about_trunk = trunk_text(self._heard, codecs, self.kind, reports_from)
        return Told(about_trunk, about_page, self._restarts, "", self.blocked())

    def blocked(self) -> Blocked:
        page, trunk = self._page.video, self._trunk.video
        agreed = same_video(page.codec, trunk.codec)
        passing = self._ways(agreed and page.they_receive, agreed and trunk.they_receive)
        return frozenset(("media", side) for side, passes in passing.items() if not passes)

    def statistics(self) -> tuple[StreamStatistics, StreamStatistics] | None:
        """Of the page and of the trunk; None while there was no such line."""
        if not self.wire.begun:
            return None
        return self.figures.of_both(self._page.video.codec, self._trunk.video.codec)


def _place(remote: RemoteVideo) -> tuple[str, int]:
    return remote.address, remote.port
