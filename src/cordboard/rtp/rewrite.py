"""One outgoing RTP stream, whatever its source does.

Theory of operation. A receiver of SRTP tells packets apart by SSRC and sequence number; one that goes back is
dropped as a replay (RFC 3711 section 3.3.2). So a side that is fed by changing sources (caller, music, conference,
recorder) gets one SSRC of its own, and sequence and timestamp go on from where they were.

* Within one source an offset is added to sequence and timestamp: packets that were lost before us stay lost, so
  that the receiver conceals them; late packets come to the place that was left for them, repeated ones are dropped.
* A new SSRC, or a jump that neither loss nor silence explains, is a new source: its first packet takes the next
  sequence number, a timestamp advanced by the time that has passed, and the marker bit.
* A payload number that the far side did not negotiate (comfort noise) is dropped and its sequence number closed up,
  so that it does not look like loss; the timestamp line is that of the source and stays whole.
* Packets of one telephone event share one timestamp (RFC 4733 section 2.3), so events never move the timestamp
  line. Their durations are counted anew where the far side's event clock is another one.

`rewrite` runs for each packet of each call; its usual path makes one unpack, one look-up and one pack.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import ClassVar

from cordboard.rtp import packet as rtp
from cordboard.rtp.telephone_event import with_clock_rate

MAXIMUM_DROPOUT = 3000  # RFC 3550 appendix A.1
REPEATED = 5  # packets in a row
LEAP = 4.0  # seconds by which a source's timestamps may run ahead of the clock
LONGEST_PACKET = 0.2  # seconds of audio
LONGEST_EVENT = 0xFFFF  # timestamp units: the duration field of RFC 4733

Header = tuple[int, int, int, int, int]  # first and second byte, sequence number, timestamp, SSRC
_Place = tuple[int, int, int]  # sequence number, timestamp, marker bit
_Entry = tuple[int, bool, bytes | None]  # second byte of the header, telephone event?, payload translation


def payload_table(numbers: Mapping[int, int]) -> tuple[int | None, ...]:
    """The 128-entry table of a mapping from the source's payload numbers to ours; what is not named is dropped."""
    return tuple(numbers.get(number) for number in range(128))


def named(payload_types: Sequence[int | None]) -> list[tuple[int, int]]:
    """The numbers that are sent as something: few, and often none."""
    if payload_types.count(None) == len(payload_types):
        return []
    return [(number, target) for number, target in enumerate(payload_types) if target is not None]


class StreamRewriter:
    """Makes the packets of changing sources into one stream with own SSRC, sequence, timestamp and payload numbers."""

    MISORDER: ClassVar[int] = 100  # by so many packets one may be late (RFC 3550 appendix A.1)
    BURST: ClassVar[int] = 50  # so many packets may be lost in no time at all
    FASTEST: ClassVar[int] = 200  # packets per second: 5 ms of audio each
    BACK: ClassVar[int] = 0  # timestamp units by which a packet may lie before the one that came first
    MARK: ClassVar[int] = 0x80  # the marker bit of a packet that begins something new

    __slots__ = (
        "_clock_rate",
        "_durations",
        "_event",
        "_highest",
        "_latest",
        "_latest_at",
        "_leap",
        "_missing",
        "_packet_time",
        "_previous",
        "_repeated",
        "_sequence_offset",
        "_source",
        "_table",
        "_timestamp_offset",
        "octets",
        "packets",
        "sequence",
        "ssrc",
    )

    def __init__(
        self,
        ssrc: int,
        sequence: int,
        timestamp: int,
        payload_types: Sequence[int | None],
        *,
        events: Collection[int] = (),
        translations: Mapping[int, bytes] | None = None,
        clock_rate: int = 8000,
    ) -> None:
        """`sequence` and `timestamp` are those of the first packet; the rest as in `map_payloads`."""
        self.ssrc = ssrc
        self.sequence = (sequence - 1) & 0xFFFF  # the highest that was sent
        self.packets = 0
        self.octets = 0
        self.set_clock_rate(clock_rate)
        self._source: int | None = None
        self._highest = 0  # the source's highest sequence number
        self._latest = 0  # the source's latest audio timestamp, and when it came
        self._latest_at = 0.0
        self._sequence_offset = 0
        self._timestamp_offset = timestamp
        self._missing: dict[int, tuple[int, int]] = {}  # sequence numbers not seen yet -> offsets they would have had
        self._previous: tuple[int, int] | None = None  # SSRC and highest sequence of the source before this one
        self._repeated: tuple[int, int, int] | None = None  # a row of repeated packets: latest, highest, how many
        self._event: tuple[int, int] | None = None  # timestamp of the latest event: the source's and ours
        self._durations: Mapping[int, tuple[int, int]] = {}
        self._table: list[_Entry | None] = []
        self.map_payloads(payload_types, events=events, translations=translations)

    def set_clock_rate(self, clock_rate: int) -> None:
        """Another codec's clock: the timestamp line goes on from where it is, in the new units (RFC 7160)."""
        self._clock_rate = clock_rate
        self._packet_time = clock_rate // 50
        self._leap = int((LEAP + LONGEST_PACKET) * clock_rate)

    def map_payloads(
        self,
        payload_types: Sequence[int | None],
        *,
        events: Collection[int] = (),
        translations: Mapping[int, bytes] | None = None,
        durations: Mapping[int, tuple[int, int]] | None = None,
    ) -> None:
        """Set what happens to each payload number of the source, from the next packet on.

        `payload_types[number]` is the number to send, None to drop; `events` are the source's numbers of
        telephone-event; `translations` gives for a source's number the 256-byte table for its payload, `durations` for
        one of `events` the clock rates of source and far side.
        """
        self._durations = durations or {}
        table: list[_Entry | None] = [None] * 256
        for number, target in named(payload_types):
            translation = (translations or {}).get(number)
            table[number] = (target, number in events, translation)
            table[number | 0x80] = (target | 0x80, number in events, translation)
        self._table = table

    def rewrite(self, packet: bytes | bytearray, now: float, header: Header | None = None) -> bytes | None:
        """The packet to send instead, or None to send nothing. `now` in seconds of a clock that never goes back;
        `header` is the packet's, if it was read already."""
        if len(packet) < 12:
            return None
        first, second, sequence, timestamp, source = header or rtp.HEADER.unpack_from(packet)
        entry = self._table[second]
        if entry is None:
            self._leave_out(sequence, source)
            return None
        payload: bytes | bytearray | None
        if first == 0x80:
            payload = packet[12:]
        elif first >> 6 != 2 or (payload := rtp.payload(packet)) is None:
            return None
        second, is_event, translation = entry
        if translation is not None:
            payload = payload.translate(translation)

        step = (sequence - self._highest) & 0xFFFF
        ahead = (timestamp - self._latest) & 0xFFFFFFFF
        if source == self._source and step == 1 and not is_event and ahead < self._leap:
            self._highest = sequence
            self._latest = timestamp
            self._latest_at = now
            out = self.sequence = (sequence + self._sequence_offset) & 0xFFFF
            time = (timestamp + self._timestamp_offset) & 0xFFFFFFFF
        else:
            placed = self._place(sequence, timestamp, source, is_event, now)
            if placed is None:
                return None
            out, time, mark = placed
            second |= mark
            if is_event and (rates := self._durations.get(packet[1] & 0x7F)) is not None:
                payload = with_clock_rate(payload, *rates)
        self.packets += 1
        self.octets += len(payload)
        return rtp.HEADER.pack(0x80, second, out, time, self.ssrc) + payload

    def timestamp_at(self, now: float) -> int:
        """The stream's timestamp at that time, for sender reports."""
        passed = int((now - self._latest_at) * self._clock_rate) if self._source is not None else 0
        return (self._latest + self._timestamp_offset + passed) & 0xFFFFFFFF

    # --- off the usual path -------------------------------------------------------------------------------------------

    def _place(self, sequence: int, timestamp: int, source: int, is_event: bool, now: float) -> _Place | None:
        """The place of a packet that is not simply the next one of its source; None to drop it."""
        if source != self._source:
            if self._is_left_over(sequence, source):
                return None
            return self._begin(sequence, timestamp, source, now)
        step = (sequence - self._highest) & 0xFFFF
        if step == 0 or step > 0xFFFF - self.MISORDER:
            if not self._is_restart(sequence):
                return self._late(sequence, timestamp)
            return self._begin(sequence, timestamp, source, now)
        mark = 0
        if step > 1 and not self._is_loss(step, now):
            self._continue_at(sequence)
            mark = self.MARK
        else:
            self._remember_missing(sequence, step, (self._sequence_offset, self._timestamp_offset))
        self._highest = sequence
        self.sequence = (sequence + self._sequence_offset) & 0xFFFF
        if is_event:
            return self.sequence, self._event_timestamp(timestamp, step, now), mark
        if not self._is_plausible(timestamp, step, now, back=self.BACK):
            self._timestamp_offset = self._next_timestamp(now) - timestamp
            mark = self.MARK
        self._latest = timestamp
        self._latest_at = now
        return self.sequence, (timestamp + self._timestamp_offset) & 0xFFFFFFFF, mark

    def _begin(self, sequence: int, timestamp: int, source: int, now: float) -> _Place:
        if self._source is None:
            self._timestamp_offset -= timestamp
        else:
            self._previous = (self._source, self._highest)
            self._timestamp_offset = self._next_timestamp(now) - timestamp
        self._source = source
        self._event = None
        self._continue_at(sequence)
        self._highest = sequence
        self._latest = timestamp
        self._latest_at = now
        self.sequence = (sequence + self._sequence_offset) & 0xFFFF
        return self.sequence, (timestamp + self._timestamp_offset) & 0xFFFFFFFF, self.MARK

    def _continue_at(self, sequence: int) -> None:
        self._sequence_offset = (self.sequence + 1 - sequence) & 0xFFFF
        self._missing.clear()

    def _next_timestamp(self, now: float) -> int:
        """Where the line goes on after a break: advanced by the time that passed, at least by one packet."""
        passed = int((now - self._latest_at) * self._clock_rate)
        return self._latest + self._timestamp_offset + max(passed, self._packet_time)

    def _late(self, sequence: int, timestamp: int) -> _Place | None:
        offsets = self._missing.pop(sequence, None)
        if offsets is None:
            return None  # a repeated packet, or its place is closed
        return (sequence + offsets[0]) & 0xFFFF, (timestamp + offsets[1]) & 0xFFFFFFFF, 0

    def _is_restart(self, sequence: int) -> bool:
        """So many repeated packets in a row, nothing new among them, are a short clip that begins again."""
        if sequence in self._missing:
            return False
        run = self._repeated
        follows = run is not None and run[:2] == ((sequence - 1) & 0xFFFF, self._highest)
        count = run[2] + 1 if run is not None and follows else 1
        self._repeated = (sequence, self._highest, count)
        return count > REPEATED

    def _remember_missing(self, sequence: int, step: int, offsets: tuple[int, int]) -> None:
        for back in range(min(step, self.MISORDER) - 1, 0, -1):
            self._missing[(sequence - back) & 0xFFFF] = offsets
        while len(self._missing) > self.MISORDER:
            del self._missing[next(iter(self._missing))]

    def _leave_out(self, sequence: int, source: int) -> None:
        """Close up the place of a packet that is not sent."""
        if source != self._source:
            return
        step = (sequence - self._highest) & 0xFFFF
        if 0 < step <= self.MISORDER:
            self._remember_missing(sequence, step, (self._sequence_offset, self._timestamp_offset))
            self._highest = sequence
            self._sequence_offset = (self._sequence_offset - 1) & 0xFFFF
            self.sequence = (sequence + self._sequence_offset) & 0xFFFF
        else:
            self._missing.pop(sequence, None)

    def _is_left_over(self, sequence: int, source: int) -> bool:
        """A late packet of the source before this one."""
        if self._previous is None or source != self._previous[0]:
            return False
        return (self._previous[1] - sequence) & 0xFFFF < self.MISORDER

    def _is_loss(self, step: int, now: float) -> bool:
        """A gap is loss if the source can have sent so many packets in that time."""
        possible = self.BURST + int((now - self._latest_at) * self.FASTEST)
        return step <= min(possible, MAXIMUM_DROPOUT)

    def _is_plausible(self, timestamp: int, step: int, now: float, *, back: int) -> bool:
        """The timestamp can belong to the line that the source has followed so far."""
        passed = max(now - self._latest_at, step * LONGEST_PACKET if step <= MAXIMUM_DROPOUT else 0.0)
        ahead = int((passed + LEAP) * self._clock_rate)
        return (timestamp - self._latest + back) & 0xFFFFFFFF < ahead + back

    def _event_timestamp(self, timestamp: int, step: int, now: float) -> int:
        if self._event is None or self._event[0] != timestamp:
            if self._is_plausible(timestamp, step, now, back=LONGEST_EVENT):
                ours = timestamp + self._timestamp_offset
            else:
                ours = self._next_timestamp(now)
            self._event = (timestamp, ours & 0xFFFFFFFF)
        return self._event[1]
