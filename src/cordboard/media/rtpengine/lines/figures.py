"""What a daemon's answers to `query` say of both sides.

rtpengine 10.5 counts what comes in. Loss, jitter and round trip it has from RTCP, which it passes on: they are known
once both ends have reported. What went out is what came in at the other side while it was let through. When a stream
began is known as exactly as the engine looks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

from cordboard.media.port import StreamStatistics
from cordboard.media.rtpengine.query import TRUNK, reported, rtp_of
from cordboard.sdp.codec import Codec


@dataclass(slots=True)
class Heard:
    """What one side has sent so far, over all tags that it had."""

    packets: int = 0
    refused: int = 0
    passed: int = 0  # of the packets those that went to the other side
    first: float = 0.0  # seconds of the epoch
    last: float = 0.0
    before: tuple[int, int] = (0, 0)  # packets and refused of the tag that is counted now

    def take(self, stream: dict[str, Any], now: float, *, passes: bool) -> None:
        """The stream as it is at `now`."""
        counted = stream.get("stats", {})
        packets, refused = int(counted.get("packets", 0)), int(counted.get("errors", 0))
        more = max(0, packets - self.before[0])
        self.refused += max(0, refused - self.before[1])
        self.before = (packets, refused)
        if more:
            self.packets += more
            self.passed += more if passes else 0
            self.first = self.first or now
            # The daemon tells whole seconds: it was heard until just before the next one.
            self.last = max(self.last, min(now, int(stream.get("last packet", 0)) + 1.0))

    def begin_anew(self) -> None:
        """Another tag, counted from nothing."""
        self.before = (0, 0)


@dataclass(slots=True)
class Figures:
    """Of one media line; `take` is to be told every answer to `query`."""

    page: Heard
    trunk: Heard
    found: dict[str, Any]
    page_tag: str = ""

    def take(self, found: dict[str, Any], page_tag: str, *, to_page: bool, to_trunk: bool) -> None:
        """`to_...`: what passes at the moment."""
        now = time.time()
        if page_tag != self.page_tag:
            self.page.begin_anew()
        self.found, self.page_tag = found, page_tag
        self.page.take(rtp_of(found, page_tag), now, passes=to_trunk)
        self.trunk.take(rtp_of(found, TRUNK), now, passes=to_page)

    def of_both(self, page: Codec | None, trunk: Codec | None) -> tuple[StreamStatistics, StreamStatistics]:
        """As the port tells them, of the page and of the trunk."""
        streams = rtp_of(self.found, self.page_tag), rtp_of(self.found, TRUNK)
        reports = reported(self.found, streams[0]), reported(self.found, streams[1])
        return (
            _side(self.page, self.trunk, reports[0], reports[1], page),
            _side(self.trunk, self.page, reports[1], reports[0], trunk),
        )


def new_figures() -> Figures:
    return Figures(Heard(), Heard(), {})


def _side(
    heard: Heard, other: Heard, about: dict[str, float], about_other: dict[str, float], codec: Codec | None
) -> StreamStatistics:
    """`about` is what was reported of the stream that the side sends, `about_other` what it has reported itself."""
    return StreamStatistics(
        codec=codec.name.upper() if codec is not None else "",
        packets_received=heard.packets,
        packets_sent=other.passed,
        packets_lost=round(about.get("lost", 0.0)),
        packets_refused=heard.refused,
        jitter=about.get("jitter", 0.0),
        first_received=heard.first,
        first_sent=other.first if other.passed else 0.0,
        last_received=heard.last,
        peer_lost=round(about_other.get("fraction", 0.0) * other.passed),
        round_trip=about_other.get("round_trip", 0.0),
    )
