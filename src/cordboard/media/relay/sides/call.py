"""One call in a worker: the verbs of the engine port, carried out on the two sides and the two streams between them.

After every change the gates are set anew: a stream passes when both sides say so. Nothing else connects the sides,
so whatever the trunk does, the page's side does not notice. What can be noticed is told: a description that was taken
in makes the other side's out of date when video came or went or the codecs do not fit any more.
"""

from __future__ import annotations

import math
import random
import secrets
import time
from dataclasses import dataclass, replace

from cordboard.media.descriptions.codecs import SideCodecs, connect
from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.side import Descriptions, Policy
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.port import CallStatistics, Direction, MediaError, Side, StreamStatistics
from cordboard.media.quality import rated
from cordboard.media.relay.dtls_srtp import Identity
from cordboard.media.relay.path.loop import PacketLoop, Timer
from cordboard.media.relay.path.port import CallPath, PacketPath
from cordboard.media.relay.ports import NoPortLeft, PortPool
from cordboard.media.relay.settings import RelaySettings
from cordboard.media.relay.sides.call_video import CallVideo
from cordboard.media.relay.sides.page import PageSide, Tell
from cordboard.media.relay.sides.pictures import Bundle, BundledReports
from cordboard.media.relay.sides.reports import Reporter
from cordboard.media.relay.sides.stream import Stream
from cordboard.media.relay.sides.trunk import TrunkSide
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.media.relay.words import SNAPSHOT_LIMIT
from cordboard.media.trunk_watch import TrunkWatch
from cordboard.sdp.codec import Codec
from cordboard.sdp.plain import PlainRemote
from cordboard.sdp.webrtc import WebRtcLocal

REPORTS_EVERY = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calls of a worker share."""

    settings: RelaySettings
    path: PacketPath
    identity: Identity
    webrtc_port: WebRtcPort
    pool: PortPool

    @property
    def loop(self) -> PacketLoop:
        return self.path.loop


class MediaCall:
    """Takes its ports at once; raises `MediaError` (503) when there are none. `close` gives everything back."""

    def __init__(self, around: Surroundings, tell: Tell) -> None:
        self._around = around
        self._tell = tell
        self.snapshot = ""
        self._gates: tuple[SideCodecs, SideCodecs, bool, bool] | None = None  # as they were set last
        self._path = path = around.path.open_call()
        try:
            self._trunk_side = self._open_trunk(path)
        except NoPortLeft as shortage:
            path.close()
            raise MediaError(str(shortage), 503) from None
        self._page_side = PageSide(around.webrtc_port, around.identity, around.loop, tell, self._set_gates, path)
        self._to_trunk = path.stream(Side.TRUNK, *_fresh_numbers(), self._trunk_side.send)
        self._to_page = path.stream(Side.PAGE, *_fresh_numbers(), self._page_side.send)
        self._page_side.stream, self._trunk_side.stream = self._to_trunk, self._to_page
        self._cname = secrets.token_hex(8)
        self._page_reporter = Reporter(self._cname, heard=self._to_trunk, told=self._to_page)
        self._page_side.reporter = self._page_reporter
        self._trunk_reporter = Reporter(self._cname, heard=self._to_page, told=self._to_trunk)
        self._trunk_side.reporter = self._trunk_reporter
        self._video: CallVideo | None = None
        policy = Policy(around.settings.codecs, around.settings.video_codecs)
        self._page = PageDescriptions(self._page_local(self._cname), policy)
        self._trunk = TrunkDescriptions(around.settings.advertised, self._trunk_side.port, policy, self._video_port)
        self._page.other, self._trunk.other = self._trunk, self._page
        self._trunk_watch = TrunkWatch(around.settings.trunk_gone_after)
        self._report_timer = self._arm_reports()
        path.begin(self._page_side, self._trunk_side)

    def _open_trunk(self, path: CallPath | None = None) -> TrunkSide:
        return TrunkSide(self._around.pool, self._around.loop, self._around.settings.trunk_source, path)

    def _video_port(self) -> int:
        """The trunk's port for pictures, 0 when there is none left: the call goes on without them."""
        if self._video is None:
            try:
                self._video = CallVideo(self._open_trunk, self._page_side, self._cname, self._page.video_ssrc)
            except NoPortLeft:
                return 0
            self._video.trunk_side.point(self._trunk.video.remote)
            self._set_gates()
        return self._video.trunk_side.port

    def _page_local(self, cname: str) -> WebRtcLocal:
        return WebRtcLocal(
            session_id=0,
            version=0,
            address=self._around.settings.advertised,
            port=self._around.webrtc_port.port,
            ice_ufrag="",
            ice_password="",
            fingerprint=self._around.identity.fingerprint,
            setup="",
            codecs=[],
            ssrc=self._to_page.rewriter.ssrc,
            cname=cname,
        )

    # --- verbs

    def page_offer(self) -> str:
        return self._page.offer(self._page_side.ice.ufrag, self._page_side.ice.password)

    def page_answer(self) -> str:
        answer = self._page.answer(self._page_side.ice.ufrag, self._page_side.ice.password)
        self._set_gates()
        return answer

    def trunk_offer(self) -> str:
        return self._trunk.offer()

    def trunk_answer(self) -> str:
        answer = self._trunk.answer()
        self._set_gates()
        return answer

    def take_page_offer(self, sdp: str) -> bool:
        self._page_side.take(self._page.take_offer(sdp), is_offer=True)
        self._set_gates()
        return self._trunk.stale

    def take_page_answer(self, sdp: str) -> bool:
        self._page_side.take(self._page.take_answer(sdp), is_offer=False)
        self._set_gates()
        return self._trunk.stale

    def take_trunk_offer(self, sdp: str) -> bool:
        return self._point_trunk(self._trunk.take_offer(sdp))

    def take_trunk_answer(self, sdp: str) -> bool:
        return self._point_trunk(self._trunk.take_answer(sdp))

    def _point_trunk(self, remote: PlainRemote) -> bool:
        self._trunk_side.point(remote)
        if self._video is not None:
            self._video.trunk_side.point(self._trunk.video.remote)
        self._set_gates()
        return self._page.stale

    def renew_page(self) -> None:
        self._page_side.renew()
        self._page.renew()
        self._set_gates()

    def direction(self, side: str, direction: str) -> None:
        descriptions: Descriptions = self._page if Side(side) is Side.PAGE else self._trunk
        descriptions.direction = Direction(direction)
        self._set_gates()

    def keep_snapshot(self, text: str) -> None:
        if len(text.encode()) > SNAPSHOT_LIMIT:
            raise MediaError(f"a snapshot has at most {SNAPSHOT_LIMIT} bytes", 500)
        self.snapshot = text

    def statistics(self) -> CallStatistics:
        page, trunk = self._page.codecs.audio, self._trunk.codecs.audio
        found = CallStatistics(
            rated(_statistics(self._to_trunk, self._to_page, self._page_side.refused, self._page_reporter, page)),
            rated(_statistics(self._to_page, self._to_trunk, self._trunk_side.refused, self._trunk_reporter, trunk)),
            self._page_side.connected_at,
        )
        return found if self._video is None else self._with_video(found, self._video)

    def _with_video(self, found: CallStatistics, video: CallVideo) -> CallStatistics:
        page, trunk, refused = self._page.video.codec, self._trunk.video.codec, video.trunk_side.refused
        return replace(
            found,
            page_video=_statistics(video.to_trunk, video.to_page, 0, video.page_reporter, page),
            trunk_video=_statistics(video.to_page, video.to_trunk, refused, video.trunk_reporter, trunk),
        )

    @property
    def lost(self) -> bool:
        """No page has a way to this call now."""
        return not self._page_side.ice.consented

    def close(self) -> None:
        """Release ports, keys, timers and memory; the call is of no use afterwards."""
        self._report_timer.cancel()
        self._path.close()
        self._page_side.close()
        self._trunk_side.close()
        if self._video is not None:
            self._video.close()
            let_go(self._video.trunk_side, self._video)
        let_go(self._page_side.ice, self._page_side, self._trunk_side, self._page, self._trunk, self)

    # --- inside

    def _set_gates(self) -> None:
        page, trunk = self._page, self._trunk
        to_trunk = page.we_receive and trunk.we_send and trunk.they_receive
        to_page = trunk.we_receive and page.we_send and page.they_receive and self._page_side.ready
        gates = (page.codecs, trunk.codecs, to_trunk, to_page)
        if gates != self._gates:
            self._gates = gates
            connect(self._to_trunk.rewriter, page.codecs, trunk.codecs, passing=to_trunk)
            connect(self._to_page.rewriter, trunk.codecs, page.codecs, passing=to_page)
            for stream, codec in ((self._to_trunk, page.codecs.audio), (self._to_page, trunk.codecs.audio)):
                if codec is not None:
                    stream.reception.set_clock_rate(codec.clock_rate)
        video = self._video
        if video is not None:
            video.set_gates(page, trunk)
            self._page_side.stream = Bundle(self._to_trunk, video.to_trunk, page.video.accepted)
            self._path.leave_pictures(page.video.accepted)
            self._page_side.reporter = BundledReports(self._page_reporter, video.page_reporter)

    def _arm_reports(self) -> Timer:
        # RFC 3550 section 6.2: between half and one and a half of the interval, so that calls do not report in step.
        due = time.monotonic() + self._around.settings.report_seconds * random.uniform(0.5, 1.5)
        # Some calls at once: what Python has to fetch into the cache for one serves the others, too.
        return self._around.loop.at(math.ceil(due / REPORTS_EVERY) * REPORTS_EVERY, self._report)

    def _report(self) -> None:
        self._report_timer = self._arm_reports()
        now, epoch = time.monotonic(), time.time()
        if self._page_side.ready:
            self._page_side.send_rtcp(self._page_reporter.report(now, epoch))
        if self._to_trunk.sent or self._to_page.reception.packets:
            self._trunk_side.send_rtcp(self._trunk_reporter.report(now, epoch))
        if self._video is not None:
            self._video.report(self._page, now, epoch)
        self._watch_trunk(now)

    def _watch_trunk(self, now: float) -> None:
        packets, reports = self._to_page.reception.packets, self._trunk_reporter.taken
        if self._video is not None:
            packets += self._video.to_page.reception.packets
            reports += self._video.trunk_reporter.taken
        trunk, remote = self._trunk, self._trunk.remote
        where = (remote.address, remote.port, remote.direction) if remote is not None else None
        news = self._trunk_watch.look(now, packets, reports, (where, trunk.direction))
        if news is not None:
            self._tell(news, "")


def _fresh_numbers() -> tuple[int, int, int]:
    return secrets.randbits(32), secrets.randbits(15), secrets.randbits(32)


def _statistics(heard: Stream, told: Stream, refused: int, reporter: Reporter, codec: Codec | None) -> StreamStatistics:
    ago = time.monotonic() - heard.last_received
    return StreamStatistics(
        codec=codec.name.upper() if codec is not None else "",
        packets_received=heard.reception.packets,
        packets_sent=told.sent,
        packets_lost=heard.reception.lost,
        packets_refused=refused,
        jitter=heard.reception.jitter,
        first_received=heard.first_received,
        first_sent=told.first_sent,
        last_received=max(time.time() - ago, heard.first_received) if heard.last_received else 0.0,
        peer_lost=reporter.peer_lost,
        round_trip=reporter.round_trip,
        burst=heard.reception.burst,
    )


def let_go(*parts: object) -> None:
    """Have parts that know each other know nothing any more.

    Their memory is free at once, with the keys in it, and not when the garbage collector looks at what has lived for
    long, which it does seldom in a worker.
    """
    for part in parts:
        vars(part).clear()
