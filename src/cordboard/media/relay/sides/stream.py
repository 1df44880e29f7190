"""One way through a call: what came in at one side goes out at the other as a stream of our own.

`Stream.take` is run for every packet of every call. It costs what it touches: each object that it needs has left the
processor's cache since the call's packet before, so few objects count for more than few steps.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from cordboard.media.descriptions.codecs import SILENT
from cordboard.rtp.packet import HEADER
from cordboard.rtp.rewrite import StreamRewriter
from cordboard.rtp.statistics import ReceptionStatistics

Send = Callable[[bytes], bool]


class PacketSink(Protocol):
    """Takes what a side has received: a stream, or what tells several apart."""

    def take(self, packet: bytes, now: float) -> None: ...


class Stream:
    """From the side that it is named after to the other one; `send` says whether the packet really went out."""

    __slots__ = ("_send", "first_received", "first_sent", "last_received", "reception", "rewriter", "sent")

    def __init__(self, rewriter: StreamRewriter, send: Send, reception: ReceptionStatistics | None = None) -> None:
        self.rewriter = rewriter
        self.reception = reception or ReceptionStatistics(misorder=rewriter.MISORDER)
        self._send = send
        self.sent = 0
        self.first_received = 0.0  # seconds of the epoch
        self.last_received = 0.0  # seconds of the monotonic clock
        self.first_sent = 0.0  # seconds of the epoch

    def take(self, packet: bytes, now: float) -> None:
        """One RTP packet with a whole header, from the right source, that came at `now` (monotonic)."""
        out = self._rewritten(packet, now)
        if out is not None and self._send(out):
            self.sent += 1
            if self.sent == 1:
                self.first_sent = time.time()

    def _rewritten(self, packet: bytes, now: float) -> bytes | None:
        """Counted, and as it is to be sent on."""
        header = HEADER.unpack_from(packet)
        _, _, sequence, timestamp, ssrc = header
        self.reception.count(sequence, timestamp, ssrc, now)
        if not self.last_received:
            self.first_received = time.time()
        self.last_received = now
        return self.rewriter.rewrite(packet, now, header)


def new_stream(ssrc: int, sequence: int, timestamp: int, send: Send) -> Stream:
    """A stream with nothing agreed yet: it counts, and passes nothing."""
    return Stream(StreamRewriter(ssrc, sequence, timestamp, SILENT), send)
