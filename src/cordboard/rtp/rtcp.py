"""RTCP: reports (RFC 3550 section 6) and the feedback that browsers send (RFC 4585, RFC 5104), read and written.

A datagram is a row of packets. Those that are not modelled here are read over; what is not whole raises `RtpError`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cordboard.rtp.packet import RtpError

SENDER_REPORT, RECEIVER_REPORT, SOURCE_DESCRIPTION, BYE = 200, 201, 202, 203
TRANSPORT_FEEDBACK, PAYLOAD_FEEDBACK = 205, 206
NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970

_CNAME = 1
_NACK, _PLI, _FIR = 1, 1, 4
_HEAD = struct.Struct("!BBH")
_BLOCK = struct.Struct("!IB3sIIII")
_SENDER = struct.Struct("!IQIII")


@dataclass(frozen=True, slots=True)
class ReportBlock:
    """How one source is received; `jitter` in timestamp units, `delay` since its sender report in s/65536."""

    ssrc: int
    fraction_lost: int = 0
    lost: int = 0
    highest_sequence: int = 0
    jitter: int = 0
    last_sender_report: int = 0
    delay: int = 0


@dataclass(frozen=True, slots=True)
class SenderReport:
    """`ntp` is the time in 64 bits (see `ntp_time`) and `timestamp` the stream's timestamp at that time."""

    ssrc: int
    ntp: int
    timestamp: int
    packets: int
    octets: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiverReport:
    ssrc: int
    blocks: tuple[ReportBlock, ...] = ()


@dataclass(frozen=True, slots=True)
class SourceDescription:
    """One source and its CNAME."""

    ssrc: int
    cname: str


@dataclass(frozen=True, slots=True)
class Bye:
    ssrcs: tuple[int, ...]
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Nack:
    """Generic NACK (RFC 4585 section 6.2.1): these sequence numbers of `media` did not arrive at `sender`."""

    sender: int
    media: int
    sequences: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PictureLoss:
    """PLI (RFC 4585 section 6.3.1)."""

    sender: int
    media: int


@dataclass(frozen=True, slots=True)
class FullIntraRequest:
    """FIR (RFC 5104 section 4.3.1): sources asked for a whole picture, each with its command number."""

    sender: int
    requests: tuple[tuple[int, int], ...]


Packet = SenderReport | ReceiverReport | SourceDescription | Bye | Nack | PictureLoss | FullIntraRequest


def ntp_time(seconds: float) -> int:
    """The 64-bit NTP time of seconds since 1970."""
    return (int((seconds + NTP_EPOCH) * (1 << 16)) << 16) & 0xFFFFFFFFFFFFFFFF


def middle_of(ntp: int) -> int:
    """The middle 32 bits of an NTP time, as report blocks carry it."""
    return ntp >> 16 & 0xFFFFFFFF


def round_trip(block: ReportBlock, arrival: int) -> float | None:
    """Seconds from us to the reporter and back, None if not known; `arrival` is the NTP time when the block came."""
    if block.last_sender_report == 0:
        return None
    passed = (middle_of(arrival) - block.last_sender_report - block.delay) & 0xFFFFFFFF
    return passed / 65_536 if passed < 1 << 31 else 0.0


def parse(data: bytes | bytearray) -> list[Packet]:
    """Read a datagram of RTCP, compound or reduced (RFC 5506); raises `RtpError`."""
    packets: list[Packet] = []
    for count, kind, body in _split(bytes(data)):
        try:
            packets.extend(_read(count, kind, body))
        except (struct.error, IndexError):
            raise RtpError("RTCP packet is not whole") from None
    return packets


def build(packets: Iterable[Packet]) -> bytes:
    """A datagram of these packets; RFC 3550 section 6.1 wants a report first and a CNAME in it."""
    return b"".join(_write(packet) for packet in packets)


def _split(data: bytes) -> Iterator[tuple[int, int, bytes]]:
    offset = 0
    while offset < len(data):
        if offset + 4 > len(data):
            raise RtpError("RTCP header is not whole")
        first, kind, words = _HEAD.unpack_from(data, offset)
        end = offset + 4 + 4 * words
        if first >> 6 != 2 or end > len(data):
            raise RtpError("not an RTCP packet, or not whole")
        body = data[offset + 4 : end]
        if first & 0x20:
            if not body or not 0 < body[-1] <= len(body):
                raise RtpError("RTCP padding is wrong")
            body = body[: -body[-1]]
        yield first & 0x1F, kind, body
        offset = end


def _read(count: int, kind: int, body: bytes) -> list[Packet]:
    match kind:
        case 200:
            ssrc, ntp, timestamp, packets, octets = _SENDER.unpack_from(body)
            return [SenderReport(ssrc, ntp, timestamp, packets, octets, _read_blocks(body, 24, count))]
        case 201:
            return [ReceiverReport(_long(body, 0), _read_blocks(body, 4, count))]
        case 202:
            return list(_read_descriptions(body, count))
        case 203:
            rest = body[4 * count :]
            reason = rest[1 : 1 + rest[0]].decode("utf-8", "replace") if rest else ""
            return [Bye(struct.unpack_from(f"!{count}I", body), reason)]
        case 205 if count == _NACK:
            return [Nack(_long(body, 0), _long(body, 4), tuple(_read_nack(body)))]
        case 206 if count == _PLI:
            return [PictureLoss(_long(body, 0), _long(body, 4))]
        case 206 if count == _FIR:
            entries = ((_long(body, offset), body[offset + 4]) for offset in range(8, len(body) - 7, 8))
            return [FullIntraRequest(_long(body, 0), tuple(entries))]
    return []


def _read_blocks(body: bytes, start: int, count: int) -> tuple[ReportBlock, ...]:
    blocks = []
    for number in range(count):
        ssrc, fraction, lost, *rest = _BLOCK.unpack_from(body, start + number * _BLOCK.size)
        blocks.append(ReportBlock(ssrc, fraction, int.from_bytes(lost, "big", signed=True), *rest))
    return tuple(blocks)


def _read_descriptions(body: bytes, count: int) -> Iterator[SourceDescription]:
    offset = 0
    for _ in range(count):
        ssrc = _long(body, offset)
        offset += 4
        while body[offset]:
            item, length = body[offset], body[offset + 1]
            if item == _CNAME:
                yield SourceDescription(ssrc, body[offset + 2 : offset + 2 + length].decode("utf-8", "replace"))
            offset += 2 + length
        offset += 4 - offset % 4  # at least one zero byte ends the items


def _read_nack(body: bytes) -> Iterator[int]:
    for offset in range(8, len(body) - 3, 4):
        first, mask = struct.unpack_from("!HH", body, offset)
        yield first
        yield from ((first + 1 + bit) & 0xFFFF for bit in range(16) if mask >> bit & 1)


def _write(packet: Packet) -> bytes:
    match packet:
        case SenderReport():
            head = _SENDER.pack(packet.ssrc, packet.ntp, packet.timestamp, packet.packets, packet.octets)
            return _packet(len(packet.blocks), SENDER_REPORT, head + _write_blocks(packet.blocks))
        case ReceiverReport():
            head = struct.pack("!I", packet.ssrc)
            return _packet(len(packet.blocks), RECEIVER_REPORT, head + _write_blocks(packet.blocks))
        case SourceDescription():
            cname = packet.cname.encode()[:255]
            chunk = struct.pack("!IBB", packet.ssrc, _CNAME, len(cname)) + cname + b"\0"
            return _packet(1, SOURCE_DESCRIPTION, chunk)
        case Bye():
            reason = packet.reason.encode()[:255]
            tail = bytes([len(reason)]) + reason if reason else b""
            return _packet(len(packet.ssrcs), BYE, struct.pack(f"!{len(packet.ssrcs)}I", *packet.ssrcs) + tail)
        case Nack():
            head = struct.pack("!II", packet.sender, packet.media)
            return _packet(_NACK, TRANSPORT_FEEDBACK, head + _write_nack(packet.sequences))
        case PictureLoss():
            return _packet(_PLI, PAYLOAD_FEEDBACK, struct.pack("!II", packet.sender, packet.media))
        case FullIntraRequest():
            entries = b"".join(struct.pack("!IB3x", ssrc, number & 0xFF) for ssrc, number in packet.requests)
            return _packet(_FIR, PAYLOAD_FEEDBACK, struct.pack("!II", packet.sender, 0) + entries)


def _write_blocks(blocks: Iterable[ReportBlock]) -> bytes:
    return b"".join(
        _BLOCK.pack(
            block.ssrc,
            min(max(block.fraction_lost, 0), 255),
            min(max(block.lost, -0x800000), 0x7FFFFF).to_bytes(3, "big", signed=True),
            block.highest_sequence & 0xFFFFFFFF,
            min(max(block.jitter, 0), 0xFFFFFFFF),
            block.last_sender_report & 0xFFFFFFFF,
            min(max(block.delay, 0), 0xFFFFFFFF),
        )
        for block in blocks
    )


def _write_nack(sequences: Iterable[int]) -> bytes:
    """Pairs of a number and a bit for each of the 16 that follow it."""
    fields: list[list[int]] = []
    for sequence in sequences:
        behind = (sequence - fields[-1][0]) & 0xFFFF if fields else 0
        if fields and 1 <= behind <= 16:
            fields[-1][1] |= 1 << behind - 1
        else:
            fields.append([sequence & 0xFFFF, 0])
    return b"".join(struct.pack("!HH", first, mask) for first, mask in fields)


def _long(body: bytes, offset: int) -> int:
    return int(struct.unpack_from("!I", body, offset)[0])


def _packet(count: int, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return _HEAD.pack(0x80 | count, kind, len(body) // 4) + body
