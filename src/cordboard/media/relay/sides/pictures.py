"""Streams of pictures, and what their receivers say about them (RTCP feedback: RFC 4585, RFC 5104).

Each side's feedback is about our stream; it is answered from the packets that we have kept, or asked anew of the
stream's source in the source's own numbers. A lost packet that we have sent is sent again from here, the very same
bytes; one that was lost before us is asked for by NACK under the number that it had there.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from cordboard.media.descriptions.codecs import SILENT
from cordboard.media.relay.sides.reports import Reporter, packets_of
from cordboard.media.relay.sides.stream import Send, Stream
from cordboard.rtp.pictures import PictureRewriter
from cordboard.rtp.rtcp import (
    FullIntraRequest,
    Nack,
    Packet,
    PictureLoss,
    ReceiverReport,
    SourceDescription,
    build,
)
from cordboard.sdp.video import CLOCK_RATE

KEPT = 512  # packets: more than a second of pictures
LEAST_BETWEEN_PICTURES = 0.1  # seconds: a whole picture is ten times the size of others


class Source:
    """Asks the side that a stream of pictures comes from; `ssrc` is our own towards that side.

    `takes` has the kinds of feedback that the side has agreed to; one that has agreed to none is sent PLI all the same,
    because RTCP that is not understood is passed over (RFC 3550 section 6.1) and the picture would never begin.
    """

    def __init__(self, ssrc: int, cname: str, send_rtcp: Callable[[bytes], None]) -> None:
        self.takes: Collection[str] = ()
        self.owes = False  # a picture was asked for too soon after another
        self.ssrc = ssrc
        self._cname = cname
        self._send_rtcp = send_rtcp
        self._requests = 0
        self._requested_at = 0.0

    def ask_picture(self, source: int, now: float) -> None:
        """A whole picture, please: by PLI, by FIR where only that was agreed.

        What is asked for too soon is owed: the picture that is on its way may come before its receiver may be sent any.
        """
        self.owes = now - self._requested_at < LEAST_BETWEEN_PICTURES
        if self.owes:
            return
        self._requested_at = now
        if "ccm fir" in self.takes and "nack pli" not in self.takes:
            self._requests = (self._requests + 1) & 0xFF
            self._send(FullIntraRequest(self.ssrc, ((source, self._requests),)))
        else:
            self._send(PictureLoss(self.ssrc, source))

    def ask_packets(self, source: int, sequences: Collection[int]) -> None:
        """These packets again, please."""
        if "nack" in self.takes:
            self._send(Nack(self.ssrc, source, tuple(sequences)))

    def _send(self, packet: Packet) -> None:
        self._send_rtcp(build([ReceiverReport(self.ssrc), SourceDescription(self.ssrc, self._cname), packet]))


class PictureStream(Stream):
    """A `Stream` that keeps what it has sent; `source` is set by the call before the first packet can come."""

    __slots__ = ("_kept", "_known_source", "source")

    source: Source
    rewriter: PictureRewriter

    def __init__(self, ssrc: int, sequence: int, timestamp: int, send: Send) -> None:
        rewriter = PictureRewriter(ssrc, sequence, timestamp, SILENT, clock_rate=CLOCK_RATE)
        super().__init__(rewriter, send)
        self.reception.set_clock_rate(CLOCK_RATE)
        self._kept: list[bytes | None] = [None] * KEPT
        self._known_source: int | None = None

    def take(self, packet: bytes, now: float) -> None:
        out = self._rewritten(packet, now)
        if out is None:
            return
        if self.reception.ssrc != self._known_source:
            self._known_source = self.reception.ssrc
            self.ask_picture(now)
        elif self.source.owes:
            self.ask_picture(now)
        self._kept[(out[2] << 8 | out[3]) % KEPT] = out
        if self._send(out):
            self.sent += 1
            if self.sent == 1:
                self.first_sent = time.time()

    def begin_anew(self, ssrc: int) -> None:
        """From now on it is another stream to its receiver."""
        self.rewriter.begin_anew(ssrc)
        self._kept = [None] * KEPT

    def ask_picture(self, now: float) -> None:
        """Ask the source for a whole picture; before it has sent anything nobody can be asked."""
        if self.reception.ssrc is not None:
            self.source.ask_picture(self.reception.ssrc, now)

    def repeat(self, sequences: Collection[int]) -> None:
        """The receiver misses these packets of ours."""
        missing: dict[int, list[int]] = {}
        for sequence in sequences:
            kept = self._kept[sequence % KEPT]
            if kept is not None and kept[2] << 8 | kept[3] == sequence:
                self._send(kept)
            elif found := self.rewriter.source_of(sequence):
                missing.setdefault(found[0], []).append(found[1])
        for source, wanted in missing.items():
            self.source.ask_packets(source, wanted)


class PictureReporter(Reporter):
    """A `Reporter` that hears feedback about the pictures that we send to its side."""

    def __init__(self, cname: str, heard: PictureStream, told: PictureStream) -> None:
        super().__init__(cname, heard, told)
        self._pictures = told

    def hear(self, packet: Packet, epoch: float) -> None:
        super().hear(packet, epoch)
        ours = self._pictures.rewriter.ssrc
        match packet:
            case Nack(media=media, sequences=sequences) if media == ours:
                self._pictures.repeat(sequences[:KEPT])
            case PictureLoss(media=media) if media == ours:
                self._pictures.ask_picture(time.monotonic())
            case FullIntraRequest(requests=requests) if any(ssrc == ours for ssrc, _ in requests):
                self._pictures.ask_picture(time.monotonic())


class Bundle:
    """Sound and pictures of one transport (RFC 9143): told apart by their payload numbers."""

    __slots__ = ("_audio", "_numbers", "_video")

    def __init__(self, audio: Stream, video: Stream, numbers: Collection[int]) -> None:
        self._audio = audio
        self._video = video
        self._numbers = frozenset(numbers)

    def take(self, packet: bytes, now: float) -> None:
        """One RTP packet with a whole header."""
        (self._video if packet[1] & 0x7F in self._numbers else self._audio).take(packet, now)


class BundledReports:
    """RTCP of one transport: each stream's reporter finds what is about it."""

    def __init__(self, *reporters: Reporter) -> None:
        self._reporters = reporters

    def take(self, data: bytes, epoch: float) -> None:
        """The other end's RTCP."""
        for packet in packets_of(data):
            for reporter in self._reporters:
                reporter.hear(packet, epoch)
