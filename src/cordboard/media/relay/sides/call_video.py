"""The video of one call: a pair of trunk ports and two streams of pictures, made when a description first has video."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable

from cordboard.media.descriptions.codecs import SILENT
from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.descriptions.video import VideoSide
from cordboard.media.relay.sides.page import PageSide
from cordboard.media.relay.sides.pictures import PictureReporter, PictureStream, Source
from cordboard.media.relay.sides.stream import Send
from cordboard.media.relay.sides.trunk import TrunkSide
from cordboard.sdp.codec import Codec
from cordboard.sdp.video import FEEDBACK, same_video


class CallVideo:
    """Raises `NoPortLeft` when there are no ports. `ssrc` is that of the page's descriptions so far."""

    def __init__(self, open_trunk: Callable[[], TrunkSide], page_side: PageSide, cname: str, ssrc: int) -> None:
        self.trunk_side = open_trunk()
        self._page_side = page_side
        self.to_trunk = _fresh_stream(secrets.randbits(32), self.trunk_side.send)
        self.to_page = _fresh_stream(ssrc, page_side.send)
        self.to_trunk.source = Source(ssrc, cname, page_side.send_rtcp)
        self.to_page.source = Source(self.to_trunk.rewriter.ssrc, cname, self.trunk_side.send_rtcp)
        self.page_reporter = PictureReporter(cname, heard=self.to_trunk, told=self.to_page)
        self.trunk_reporter = PictureReporter(cname, heard=self.to_page, told=self.to_trunk)
        self.trunk_side.stream, self.trunk_side.reporter = self.to_page, self.trunk_reporter
        self._route_to_trunk: object = None
        self._route_to_page: object = None

    def set_gates(self, page: PageDescriptions, trunk: TrunkDescriptions) -> None:
        """Let pictures pass where both sides say so; whoever sends to somebody new is asked for a whole picture."""
        if self.to_page.rewriter.ssrc != page.video_ssrc:
            self.to_page.begin_anew(page.video_ssrc)
            self.to_trunk.source.ssrc = page.video_ssrc
        agreed = same_video(page.video.codec, trunk.video.codec)
        to_trunk = agreed and page.we_receive and trunk.we_send and trunk.video.they_receive
        to_page = agreed and trunk.we_receive and page.we_send and page.video.they_receive and self._page_side.ready
        self.to_trunk.source.takes = _feedback(page.video)
        self.to_page.source.takes = _feedback(trunk.video)
        _connect(self.to_trunk, page.video, trunk.video.codec if to_trunk else None)
        _connect(self.to_page, trunk.video, page.video.codec if to_page else None)
        remote = trunk.video.remote
        self._route_to_trunk = self._lead(
            self.to_trunk, self._route_to_trunk, remote and (remote.address, remote.port), passing=to_trunk
        )
        self._route_to_page = self._lead(
            self.to_page, self._route_to_page, (page.remote, page.video_ssrc), passing=to_page
        )

    def _lead(self, stream: PictureStream, before: object, destination: object, *, passing: bool) -> object:
        route = destination if passing else None
        if route is not None and route != before:
            stream.ask_picture(time.monotonic())
        return route

    def report(self, page: PageDescriptions, now: float, epoch: float) -> None:
        """Our reports about pictures to both sides."""
        if self._page_side.ready and page.video.live:
            self._page_side.send_rtcp(self.page_reporter.report(now, epoch))
        if self.to_trunk.sent or self.to_page.reception.packets:
            self.trunk_side.send_rtcp(self.trunk_reporter.report(now, epoch))

    def close(self) -> None:
        """Release the ports."""
        self.trunk_side.close()


def _fresh_stream(ssrc: int, send: Send) -> PictureStream:
    return PictureStream(ssrc, secrets.randbits(15), secrets.randbits(32), send)


def _feedback(video: VideoSide) -> frozenset[str]:
    return video.remote.feedback if video.remote is not None else frozenset(FEEDBACK)


def _connect(stream: PictureStream, source: VideoSide, sink: Codec | None) -> None:
    """Each number of the source that means the sink's codec gets the sink's number; all others are dropped."""
    numbers: list[int | None] = list(SILENT)
    for number, codec in source.accepted.items():
        if sink is not None and same_video(codec, sink):
            numbers[number] = sink.payload_type
    stream.rewriter.map_payloads(numbers)
