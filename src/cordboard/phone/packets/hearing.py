"""What one stream hears, for the loop in Python; figures.h says the same in C."""

from __future__ import annotations

from cordboard.phone.packets.latency import BUCKETS, Latency, bucket
from cordboard.phone.packets.port import StreamFigures
from cordboard.phone.packets.sound import PCMA, PCMU, STAMP, share, stamp
from cordboard.rtp.packet import payload, payload_type, sequence, ssrc

DROPOUT = 3000  # a jump of the sequence by more is another source's
WINDOW = 64
TONE_MEMORY = 4  # one look in four decides what was heard lately
LOOK_EVERY = 0.1  # seconds
HEARD = 0.5  # of the sound is the tone


class Times:
    """A histogram that is being filled."""

    def __init__(self) -> None:
        self.counts = [0] * BUCKETS
        self.longest = 0.0

    def count(self, seconds: float) -> None:
        self.counts[bucket(int(seconds * 1e6))] += 1
        self.longest = max(self.longest, seconds)

    def read(self) -> Latency:
        return Latency(tuple(self.counts), self.longest)


class Order:
    """The order of packets by source and sequence number. `place` tells what one is."""

    def __init__(self) -> None:
        self.late = self.repeated = self.received = 0
        self._lost_before = 0
        self._source: int | None = None
        self._base = self._highest = self._fresh = self._window = 0

    @property
    def lost(self) -> int:
        return self._lost_before + self._lost_now()

    def place(self, source: int, number: int) -> bool:
        """Count a packet; False if it was here before."""
        if source != self._source:
            self._begin(source, number)
        else:
            step = (number - self._highest) & 0xFFFF
            back = 0x10000 - step
            if step == 0 or (back < WINDOW and self._window >> back & 1):
                self.repeated += 1
                return False
            if step < DROPOUT:
                self._go_on(step)
            elif back <= DROPOUT:
                self._take_late(back)
            else:
                self._begin(source, number)
        self.received += 1
        return True

    def reset(self) -> None:
        """Count from here."""
        self.late = self.repeated = self.received = self._lost_before = self._fresh = 0
        self._base = self._highest + 1

    def _begin(self, source: int, number: int) -> None:
        self._lost_before += self._lost_now()
        self._source = source
        self._base = self._highest = 0x10000 + number
        self._fresh = self._window = 1

    def _go_on(self, step: int) -> None:
        self._highest += step
        self._window = (self._window << step | 1) & ((1 << WINDOW) - 1)
        self._fresh += 1

    def _take_late(self, back: int) -> None:
        self.late += 1
        self._window |= 1 << back if back < WINDOW else 0
        if self._highest - back >= self._base:
            self._fresh += 1

    def _lost_now(self) -> int:
        expected = self._highest - self._base + 1
        return 0 if self._source is None else max(expected - self._fresh, 0)


class Hearing:
    """Counts and looks into decrypted packets. `coefficient` is that of the expected tone, times are seconds."""

    def __init__(self, coefficient: float, expected_ssrc: int) -> None:
        self.order = Order()
        self.latency = Times()
        self.coefficient = coefficient
        self.expected_ssrc = expected_ssrc
        self.foreign = 0
        self.tone = self.longest_gap = 0.0
        self.first_received = self.last_received = self.first_heard = 0.0
        self._looks = 0
        self._next_look = 0.0

    def expect(self, coefficient: float, expected_ssrc: int) -> None:
        """Another tone from now on."""
        self.coefficient, self.expected_ssrc = coefficient, expected_ssrc
        self._looks, self._next_look = 0, 0.0
        self.tone = self.first_heard = 0.0

    def take(self, packet: bytes, now: float) -> None:
        """One packet of RTP."""
        if not self.order.place(ssrc(packet), sequence(packet)):
            return
        self.first_received = self.first_received or now
        if self.last_received:
            self.longest_gap = max(self.longest_gap, now - self.last_received)
        self.last_received = now
        sound = payload(packet)
        if sound is not None and payload_type(packet) in (PCMU, PCMA):
            self._listen(sound, payload_type(packet), now)

    def _listen(self, sound: bytes | bytearray, law: int, now: float) -> None:
        found = stamp(sound)
        if found is not None:
            sender, sent = found
            if self.expected_ssrc and sender != self.expected_ssrc:
                self.foreign += 1
            else:
                self.latency.count(max(now - sent / 1e9, 0.0))
            sound = sound[STAMP.size :]
        if now >= self._next_look or not self.first_heard:
            self._next_look = now + LOOK_EVERY
            self._look(share(sound, law, self.coefficient), now)

    def _look(self, found: float, now: float) -> None:
        self.tone = self.tone + (found - self.tone) / TONE_MEMORY if self._looks else found
        self._looks += 1
        if found > HEARD:
            self.first_heard = self.first_heard or now

    def figures(self) -> StreamFigures:
        """All of it; what was sent is for others to add."""
        order = self.order
        return StreamFigures(
            received=order.received,
            lost=order.lost,
            late=order.late,
            repeated=order.repeated,
            foreign=self.foreign,
            latency=self.latency.read(),
            tone=self.tone,
            heard=self.tone > HEARD,
            longest_gap=self.longest_gap,
            first_received=self.first_received,
            last_received=self.last_received,
            first_heard=self.first_heard,
        )
