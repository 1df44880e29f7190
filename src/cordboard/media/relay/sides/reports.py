"""RTCP of one side: our own reports, and what those of the other end tell us. Each side's RTCP ends here."""

from __future__ import annotations

from typing import Protocol

from cordboard.media.relay.sides.stream import Stream
from cordboard.rtp.packet import RtpError
from cordboard.rtp.rtcp import (
    Packet,
    ReceiverReport,
    ReportBlock,
    SenderReport,
    SourceDescription,
    build,
    middle_of,
    ntp_time,
    parse,
    round_trip,
)


class ReportSink(Protocol):
    """Takes the RTCP that a side has received."""

    def take(self, data: bytes, epoch: float) -> None: ...


class Reporter:
    """`heard` is the stream that this side sends to us, `told` the one that we send to it."""

    def __init__(self, cname: str, heard: Stream, told: Stream) -> None:
        self._cname = cname
        self._heard = heard
        self._told = told
        self._their_report: tuple[int, int, float] | None = None  # SSRC, middle of its NTP time, when it came
        self.taken = 0  # compounds of RTCP that could be read
        self.peer_lost = 0  # packets of ours that the other end missed
        self.round_trip = 0.0  # seconds

    def report(self, now: float, epoch: float) -> bytes:
        """A sender report, before we have sent a receiver report, and our CNAME (RFC 3550 section 6.1)."""
        rewriter = self._told.rewriter
        blocks = self._blocks(epoch)
        report: Packet = ReceiverReport(rewriter.ssrc, blocks)
        if rewriter.packets:
            timestamp = rewriter.timestamp_at(now)
            report = SenderReport(
                rewriter.ssrc, ntp_time(epoch), timestamp, rewriter.packets, rewriter.octets & 0xFFFFFFFF, blocks
            )
        return build([report, SourceDescription(rewriter.ssrc, self._cname)])

    def _blocks(self, epoch: float) -> tuple[ReportBlock, ...]:
        found = self._heard.reception.report()
        if found is None:
            return ()
        last, delay = 0, 0
        if self._their_report is not None and self._their_report[0] == found.ssrc:
            last, delay = self._their_report[1], int((epoch - self._their_report[2]) * 65536)
        block = ReportBlock(
            found.ssrc, found.fraction_lost, found.lost, found.highest_sequence, found.jitter, last, delay
        )
        return (block,)

    def take(self, data: bytes, epoch: float) -> None:
        """The other end's RTCP."""
        packets = packets_of(data)
        self.taken += bool(packets)
        for packet in packets:
            self.hear(packet, epoch)

    def hear(self, packet: Packet, epoch: float) -> None:
        """One packet of it, whichever stream it is about."""
        if isinstance(packet, SenderReport) and self._heard.reception.ssrc in (None, packet.ssrc):
            self._their_report = (packet.ssrc, middle_of(packet.ntp), epoch)
        if isinstance(packet, SenderReport | ReceiverReport):
            for block in packet.blocks:
                self._take_block(block, epoch)

    def _take_block(self, block: ReportBlock, epoch: float) -> None:
        if block.ssrc != self._told.rewriter.ssrc:
            return
        self.peer_lost = max(0, block.lost)
        found = round_trip(block, ntp_time(epoch))
        if found is not None:
            self.round_trip = found


def packets_of(data: bytes) -> list[Packet]:
    """The packets of a compound; of one that cannot be read none."""
    try:
        return parse(data)
    except RtpError:
        return []
