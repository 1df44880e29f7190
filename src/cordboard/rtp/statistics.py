"""What one side received: loss after RFC 3550 appendix A.3, jitter after appendix A.8.

A source that is replaced by another (the trunk is re-pointed) begins a new count; the losses of those before it
stay in `lost`. A burst is a gap in the sequence numbers: it is counted when the packet after it comes, and at no other
time does counting cost anything.
"""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.rtp.packet import HEADER

MAXIMUM_DROPOUT = 3000
MAXIMUM_MISORDER = 100  # of sound; who asks for lost packets again gets them later


@dataclass(frozen=True, slots=True)
class ReceptionReport:
    """The figures of a report block (RFC 3550 section 6.4.1) for the present source."""

    ssrc: int
    fraction_lost: int  # 256ths, since the report before
    lost: int  # packets
    highest_sequence: int  # with cycles in the upper 16 bits
    jitter: int  # timestamp units


class ReceptionStatistics:
    """Counts the packets of one side; `update` runs for each packet."""

    __slots__ = (
        "_base",
        "_bursts",
        "_clock_rate",
        "_cycles",
        "_expected_before",
        "_gap_after",
        "_gap_missing",
        "_highest",
        "_jitter",
        "_lost_before",
        "_misorder",
        "_packets_before",
        "_received",
        "_received_before",
        "_timestamp",
        "_transit",
        "ssrc",
    )

    def __init__(self, clock_rate: int = 8000, misorder: int = MAXIMUM_MISORDER) -> None:
        """`misorder`: by so many packets one may be late without being a new source's."""
        self.ssrc: int | None = None
        self._clock_rate = clock_rate
        self._misorder = misorder
        self._lost_before = self._packets_before = 0  # of the sources before this one
        self._jitter = 0.0
        self._base = self._highest = self._cycles = 0
        self._received = self._received_before = self._expected_before = 0
        self._transit: float | None = None
        self._timestamp: int | None = None
        self._bursts = self._gap_after = self._gap_missing = 0  # `gap`: the last one, and what of it never came

    @property
    def packets(self) -> int:
        """Packets that came, of all sources."""
        return self._packets_before + self._received

    @property
    def lost(self) -> int:
        """Packets that never came, over all sources."""
        return self._lost_before + self._lost_now()

    @property
    def burst(self) -> float:
        """How many packets were lost in a row, on average; 0.0 while none was lost."""
        lost = self.lost
        return lost / max(min(self._bursts, lost), 1)

    @property
    def jitter(self) -> float:
        """The mean deviation of the packets' spacing, in seconds."""
        return self._jitter / self._clock_rate

    def set_clock_rate(self, clock_rate: int) -> None:
        """Another codec's clock: jitter is measured anew."""
        if clock_rate != self._clock_rate:
            self._clock_rate = clock_rate
            self._jitter, self._transit = 0.0, None

    def update(self, packet: bytes | bytearray, now: float) -> None:
        """Count a packet that has a whole header."""
        _, _, sequence, timestamp, ssrc = HEADER.unpack_from(packet)
        self.count(sequence, timestamp, ssrc, now)

    def count(self, sequence: int, timestamp: int, ssrc: int, now: float) -> None:
        """Count a packet whose header says so."""
        step = (sequence - self._highest) & 0xFFFF
        if ssrc != self.ssrc:
            self._change_source(ssrc, sequence)
        elif step == 1:
            if not sequence:
                self._cycles += 0x10000
            self._highest = sequence
        elif step:
            self._out_of_order(ssrc, sequence, step)
        self._received += 1

        arrival = now * self._clock_rate
        if timestamp != self._timestamp:  # the packets of one telephone event share it and say nothing of jitter
            transit = arrival - timestamp
            if self._transit is not None:
                deviation = abs(transit - self._transit)
                if deviation < self._clock_rate * 4:  # a jump of the source's clock is not jitter
                    self._jitter += (deviation - self._jitter) / 16
            self._transit = transit
            self._timestamp = timestamp

    def report(self) -> ReceptionReport | None:
        """The figures for a report block since the last one; None before the first packet."""
        if self.ssrc is None:
            return None
        expected = self._expected()
        interval = expected - self._expected_before
        lost = interval - (self._received - self._received_before)
        self._expected_before, self._received_before = expected, self._received
        fraction = min((lost << 8) // interval, 255) if interval > 0 and lost > 0 else 0
        highest = (self._cycles + self._highest) & 0xFFFFFFFF
        return ReceptionReport(self.ssrc, fraction, expected - self._received, highest, int(self._jitter))

    def _out_of_order(self, ssrc: int, sequence: int, step: int) -> None:
        """A packet after a gap, one that comes late (or again), or another source's."""
        if step < MAXIMUM_DROPOUT:
            self._bursts += 1
            self._gap_after, self._gap_missing = self._highest, step - 1
            if sequence < self._highest:
                self._cycles += 0x10000
            self._highest = sequence
        elif step <= 0xFFFF - self._misorder:
            self._change_source(ssrc, sequence)
        elif self._gap_missing and (sequence - self._gap_after) & 0xFFFF < 0x8000:
            self._gap_missing -= 1  # it was late, not lost
            self._bursts -= not self._gap_missing

    def _change_source(self, ssrc: int, sequence: int) -> None:
        self._lost_before += self._lost_now()
        self._packets_before += self._received
        self.ssrc = ssrc
        self._base = self._highest = sequence
        self._cycles = 0
        self._received = self._received_before = self._expected_before = 0
        self._transit = None
        self._timestamp = None
        self._gap_missing = 0

    def _expected(self) -> int:
        return self._cycles + self._highest - self._base + 1

    def _lost_now(self) -> int:
        return max(self._expected() - self._received, 0) if self._received else 0
