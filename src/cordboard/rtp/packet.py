"""RTP packets (RFC 3550 section 5.1), and which protocol a datagram belongs to.

The functions on bytes are for the path that every packet takes: no objects, no checks beyond what their docstring
says. Call `kind` or `is_rtp` first; a datagram that passes `is_rtp` has a whole fixed header. `RtpPacket` is for
tests and for parties that make or hear audio.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import StrEnum

Data = bytes | bytearray | memoryview

HEADER = struct.Struct("!BBHII")
HEADER_LENGTH = HEADER.size
_SHORT = struct.Struct("!H")
_LONG = struct.Struct("!I")


class RtpError(Exception):
    """A datagram is not the RTP or RTCP packet that it should be."""


class Kind(StrEnum):
    """What a datagram is, by its first bytes (RFC 7983 section 7, RFC 5761 section 4)."""

    STUN = "STUN"
    DTLS = "DTLS"
    RTP = "RTP"
    RTCP = "RTCP"
    UNKNOWN = "unknown"


_BY_FIRST_BYTE = [Kind.UNKNOWN] * 256
_BY_FIRST_BYTE[0:4] = [Kind.STUN] * 4
_BY_FIRST_BYTE[20:64] = [Kind.DTLS] * 44
_BY_FIRST_BYTE[128:192] = [Kind.RTP] * 64


def kind(data: Data) -> Kind:
    """The protocol of a datagram that came to a port shared by STUN, DTLS, SRTP and SRTCP."""
    if len(data) < 8:
        return Kind.UNKNOWN
    found = _BY_FIRST_BYTE[data[0]]
    if found is Kind.RTP:
        if 192 <= data[1] <= 223:
            return Kind.RTCP
        if len(data) < HEADER_LENGTH:
            return Kind.UNKNOWN
    return found


def is_rtp(data: Data) -> bool:
    """Version 2, a whole fixed header, and no payload number of the range kept for RTCP."""
    return len(data) >= HEADER_LENGTH and data[0] >> 6 == 2 and not 192 <= data[1] <= 223


def is_rtcp(data: Data) -> bool:
    """Version 2 and a packet type of 192 to 223 (RFC 5761 section 4)."""
    return len(data) >= 8 and data[0] >> 6 == 2 and 192 <= data[1] <= 223


def payload_type(data: Data) -> int:
    """The payload number, 0 to 127."""
    return data[1] & 0x7F


def marker(data: Data) -> bool:
    """The marker bit: for audio the begin of a talk spurt (RFC 3551 section 4.1)."""
    return data[1] >= 0x80


def sequence(data: Data) -> int:
    """The 16-bit sequence number."""
    number: int = _SHORT.unpack_from(data, 2)[0]
    return number


def timestamp(data: Data) -> int:
    """The 32-bit timestamp in units of the payload's clock."""
    number: int = _LONG.unpack_from(data, 4)[0]
    return number


def ssrc(data: Data) -> int:
    """The synchronisation source."""
    number: int = _LONG.unpack_from(data, 8)[0]
    return number


def header_length(data: Data) -> int:
    """How many bytes stand before the payload: fixed header, CSRCs and extension; 0 if the packet is not whole."""
    length = HEADER_LENGTH + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < length + 4:
            return 0
        length += 4 + 4 * int(_SHORT.unpack_from(data, length + 2)[0])
    return length if length <= len(data) else 0


def payload(data: bytes | bytearray) -> bytes | bytearray | None:
    """The payload without header extension and padding; None if the packet is not whole."""
    start = header_length(data)
    if start == 0:
        return None
    end = len(data)
    if data[0] & 0x20:
        padding = data[-1]
        if padding == 0 or start + padding > end:
            return None
        end -= padding
    return data[start:end]


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet, without padding. `extension` is the profile's 16 bits and the words that follow."""

    payload_type: int
    sequence: int
    timestamp: int
    ssrc: int
    payload: bytes = b""
    marker: bool = False
    csrcs: tuple[int, ...] = ()
    extension: tuple[int, bytes] | None = None

    @classmethod
    def parse(cls, data: bytes | bytearray) -> RtpPacket:
        """Read a packet; raises `RtpError`."""
        if not is_rtp(data):
            raise RtpError("not an RTP packet")
        content = payload(data)
        if content is None:
            raise RtpError("RTP packet is not whole")
        first, second, number, time, source = HEADER.unpack_from(data)
        count = first & 0x0F
        csrcs = struct.unpack_from(f"!{count}I", data, HEADER_LENGTH)
        extension = None
        if first & 0x10:
            start = HEADER_LENGTH + 4 * count
            extension = (int(_SHORT.unpack_from(data, start)[0]), bytes(data[start + 4 : header_length(data)]))
        return cls(second & 0x7F, number, time, source, bytes(content), second >= 0x80, csrcs, extension)

    def to_bytes(self) -> bytes:
        """The packet on the wire; the extension's bytes must be whole words."""
        first = 0x80 | len(self.csrcs)
        tail = struct.pack(f"!{len(self.csrcs)}I", *self.csrcs)
        if self.extension is not None:
            first |= 0x10
            profile, words = self.extension
            tail += struct.pack("!HH", profile, len(words) // 4) + words
        second = self.payload_type | (0x80 if self.marker else 0)
        head = HEADER.pack(first, second, self.sequence & 0xFFFF, self.timestamp & 0xFFFFFFFF, self.ssrc)
        return head + tail + self.payload
