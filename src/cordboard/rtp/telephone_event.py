"""Digits as RTP events (RFC 4733): one event is several packets with one timestamp and a growing duration."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from cordboard.rtp.packet import RtpError

DIGITS = "0123456789*#ABCD"  # event codes 0 to 15 (section 3.2)
END_PACKETS = 3  # section 2.5.1.4: the last packet is sent three times
VOLUME = 10  # -dBm0

_EVENT = struct.Struct("!BBH")


@dataclass(frozen=True, slots=True)
class TelephoneEvent:
    """One payload: `duration` in timestamp units since the event's begin, `volume` 0 to 63 in -dBm0."""

    event: int
    duration: int
    end: bool = False
    volume: int = VOLUME

    @property
    def digit(self) -> str:
        """The digit; "" for an event that is none (flash, tones)."""
        return DIGITS[self.event] if self.event < len(DIGITS) else ""

    @classmethod
    def parse(cls, payload: bytes | bytearray) -> TelephoneEvent:
        """Read the first event of a payload; raises `RtpError`."""
        if len(payload) < _EVENT.size:
            raise RtpError("telephone event is not whole")
        event, flags, duration = _EVENT.unpack_from(payload)
        return cls(event, duration, flags >= 0x80, flags & 0x3F)

    def to_bytes(self) -> bytes:
        return _EVENT.pack(self.event, (0x80 if self.end else 0) | self.volume & 0x3F, min(self.duration, 0xFFFF))


def event_of(digit: str) -> int:
    """The event code of one digit; raises `ValueError`."""
    code = DIGITS.find(digit.upper()) if len(digit) == 1 else -1
    if code < 0:
        raise ValueError("not a digit of a telephone")
    return code


def payloads(digit: str, milliseconds: int = 100, *, packet_time: int = 20, clock_rate: int = 8000) -> list[bytes]:
    """The payloads of one digit: send one each `packet_time`, all with one timestamp, the first with the marker bit.

    The last three say the end and carry the same duration; a whole number of packet times, at least one.
    """
    code = event_of(digit)
    step = clock_rate * packet_time // 1000
    count = min(max(1, round(milliseconds / packet_time)), 0xFFFF // step)
    going = [TelephoneEvent(code, number * step) for number in range(1, count)]
    ending = [TelephoneEvent(code, count * step, end=True)] * END_PACKETS
    return [event.to_bytes() for event in (*going, *ending)]


class DigitReader:
    """Tells each digit once, from whichever of its packets arrives first."""

    def __init__(self) -> None:
        self._latest: tuple[int, int] | None = None

    def take(self, timestamp: int, payload: bytes | bytearray) -> str | None:
        """The digit that begins with this packet, else None. `timestamp` is that of the packet. Raises `RtpError`."""
        event = TelephoneEvent.parse(payload)
        seen, self._latest = self._latest, (timestamp, event.event)
        return event.digit or None if seen != self._latest else None


def with_clock_rate(event: bytes | bytearray, source: int, sink: int) -> bytes | bytearray:
    """A telephone-event payload whose duration is counted in the units of another clock (RFC 4733 section 2.3.5)."""
    if len(event) < 4:
        return event
    duration = int.from_bytes(event[2:4], "big") * sink // source
    return event[:2] + min(duration, 0xFFFF).to_bytes(2, "big") + event[4:]
