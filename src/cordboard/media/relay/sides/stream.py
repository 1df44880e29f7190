"""One way through a call: what came in at one side goes out at the other as a stream of our own.

`Stream.take` is run for every packet of every call: no look-ups, no allocation beyond the packet itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from cordboard.media.descriptions.codecs import SILENT
from cordboard.rtp.rewrite import StreamRewriter
from cordboard.rtp.statistics import ReceptionStatistics

Send = Callable[[bytes], bool]


class PacketSink(Protocol):
    """Takes what a side has received: a stream, or what tells several apart."""

    def take(self, packet: bytes, now: float) -> None: ...


class Stream:
    """From the side that it is named after to the other one; `send` says whether the packet really went out."""

    __slots__ = ("_reception_update", "_rewrite", "_send", "first_received", "first_sent", "last_received", "reception",
                 "rewriter", "sent")  # fmt: skip

    def __init__(self, rewriter: StreamRewriter, send: Send, reception: ReceptionStatistics | None = None) -> None:
        self.rewriter = rewriter
        self.reception = reception or ReceptionStatistics(misorder=rewriter.MISORDER)
        self._rewrite = rewriter.rewrite
        self._reception_update = self.reception.update
        self._send = send
        self.sent = 0
        self.first_received = 0.0  # seconds of the epoch
        self.last_received = 0.0  # seconds of the monotonic clock
        self.first_sent = 0.0  # seconds of the epoch

    def take(self, packet: bytes, now: float) -> None:
        """One RTP packet with a whole header, from the right source, that came at `now` (monotonic)."""
        self._reception_update(packet, now)
        if not self.last_received:
            self.first_received = time.time()
        self.last_received = now
        out = self._rewrite(packet, now)
        if out is not None and self._send(out):
            self.sent += 1
            if self.sent == 1:
                self.first_sent = time.time()


def new_stream(ssrc: int, sequence: int, timestamp: int, send: Send) -> Stream:
    """A stream with nothing agreed yet: it counts, and passes nothing."""
    return Stream(StreamRewriter(ssrc, sequence, timestamp, SILENT), send)
