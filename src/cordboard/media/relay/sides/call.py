"""One call in a worker: the verbs of the engine port, carried out on the two sides and the two streams between them.

After every change the two gates are set anew: a stream passes when both sides say so. Nothing else connects the
sides, so whatever the trunk does, the page's side does not notice.
"""

from __future__ import annotations

import random
import secrets
import time
from dataclasses import dataclass

from cordboard.media.port import CallStatistics, Direction, MediaError, Side, StreamStatistics
from cordboard.media.relay.dtls_srtp import Identity
from cordboard.media.relay.loop import PacketLoop, Timer
from cordboard.media.relay.ports import NoPortLeft, PortPool
from cordboard.media.relay.settings import RelaySettings
from cordboard.media.relay.sides.codecs import connect
from cordboard.media.relay.sides.descriptions import Descriptions, PageDescriptions, TrunkDescriptions
from cordboard.media.relay.sides.page import PageSide, Tell
from cordboard.media.relay.sides.reports import Reporter
from cordboard.media.relay.sides.stream import Send, Stream, new_stream
from cordboard.media.relay.sides.trunk import TrunkSide
from cordboard.media.relay.sides.webrtc_port import WebRtcPort
from cordboard.media.relay.words import SNAPSHOT_LIMIT
from cordboard.sdp.webrtc import WebRtcLocal


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What all calls of a worker share."""

    settings: RelaySettings
    loop: PacketLoop
    identity: Identity
    webrtc_port: WebRtcPort
    pool: PortPool


class MediaCall:
    """Takes its ports at once; raises `MediaError` (503) when there are none. `close` gives everything back."""

    def __init__(self, around: Surroundings, tell: Tell) -> None:
        self._around = around
        self._tell = tell
        self.snapshot = ""
        try:
            self._trunk_side = TrunkSide(around.pool, around.loop, around.settings.trunk_source)
        except NoPortLeft as shortage:
            raise MediaError(str(shortage), 503) from None
        self._page_side = PageSide(around.webrtc_port, around.identity, around.loop, tell, self._set_gates)
        self._to_trunk = _fresh_stream(self._trunk_side.send)
        self._to_page = _fresh_stream(self._page_side.send)
        self._page_side.stream, self._trunk_side.stream = self._to_trunk, self._to_page
        cname = secrets.token_hex(8)
        self._page_side.reporter = Reporter(cname, heard=self._to_trunk, told=self._to_page)
        self._trunk_side.reporter = Reporter(cname, heard=self._to_page, told=self._to_trunk)
        self._page = PageDescriptions(self._page_local(cname))
        self._trunk = TrunkDescriptions(around.settings.advertised, self._trunk_side.port)
        self._report_timer = self._arm_reports()

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
        return self._page.offer(self._page_side.ice.ufrag, self._page_side.ice.password, self._trunk.codecs.audio)

    def page_answer(self) -> str:
        return self._page.answer(self._page_side.ice.ufrag, self._page_side.ice.password)

    def trunk_offer(self) -> str:
        return self._trunk.offer(self._page.codecs.audio)

    def trunk_answer(self) -> str:
        return self._trunk.answer()

    def take_page_offer(self, sdp: str) -> None:
        self._page_side.take(self._page.take_offer(sdp, self._trunk.codecs.audio), is_offer=True)
        self._set_gates()

    def take_page_answer(self, sdp: str) -> None:
        self._page_side.take(self._page.take_answer(sdp), is_offer=False)
        self._set_gates()

    def take_trunk_offer(self, sdp: str) -> None:
        self._trunk_side.point(self._trunk.take_offer(sdp, self._page.codecs.audio))
        self._set_gates()

    def take_trunk_answer(self, sdp: str) -> None:
        self._trunk_side.point(self._trunk.take_answer(sdp))
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
        page = _statistics(self._to_trunk, self._to_page, self._page_side, self._page)
        trunk = _statistics(self._to_page, self._to_trunk, self._trunk_side, self._trunk)
        return CallStatistics(page, trunk, self._page_side.connected_at)

    @property
    def lost(self) -> bool:
        """No page has a way to this call now."""
        return not self._page_side.ice.consented

    def close(self) -> None:
        """Release ports, keys and timers."""
        self._report_timer.cancel()
        self._page_side.close()
        self._trunk_side.close()

    # --- inside

    def _set_gates(self) -> None:
        page, trunk = self._page, self._trunk
        to_trunk = page.we_receive and trunk.we_send and trunk.they_receive
        to_page = trunk.we_receive and page.we_send and page.they_receive and self._page_side.ready
        connect(self._to_trunk.rewriter, page.codecs, trunk.codecs, passing=to_trunk)
        connect(self._to_page.rewriter, trunk.codecs, page.codecs, passing=to_page)

    def _arm_reports(self) -> Timer:
        # RFC 3550 section 6.2: between half and one and a half of the interval, so that calls do not report in step.
        seconds = self._around.settings.report_seconds * random.uniform(0.5, 1.5)
        return self._around.loop.at(time.monotonic() + seconds, self._report)

    def _report(self) -> None:
        self._report_timer = self._arm_reports()
        now, epoch = time.monotonic(), time.time()
        if self._page_side.ready:
            self._page_side.send_rtcp(self._page_side.reporter.report(now, epoch))
        if self._to_trunk.sent or self._to_page.reception.packets:
            self._trunk_side.send_rtcp(self._trunk_side.reporter.report(now, epoch))


def _fresh_stream(send: Send) -> Stream:
    return new_stream(secrets.randbits(32), secrets.randbits(15), secrets.randbits(32), send)


def _statistics(
    heard: Stream, told: Stream, side: PageSide | TrunkSide, descriptions: Descriptions
) -> StreamStatistics:
    audio = descriptions.codecs.audio
    ago = time.monotonic() - heard.last_received
    return StreamStatistics(
        packets_received=heard.reception.packets,
        packets_sent=told.sent,
        packets_lost=heard.reception.lost,
        packets_refused=side.refused,
        jitter=heard.reception.jitter,
        first_received=heard.first_received,
        first_sent=told.first_sent,
        last_received=time.time() - ago if heard.last_received else 0.0,
        codec=audio.name.upper() if audio is not None else "",
        peer_lost=side.reporter.peer_lost,
        round_trip=side.reporter.round_trip,
    )
