"""Codecs of an RTP line: `a=rtpmap`, `a=fmtp` and the static payload numbers of RFC 3551 section 6."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from cordboard.sdp.description import Attribute, MediaDescription


@dataclass(frozen=True, slots=True)
class Codec:
    """One way to code sound or pictures: `clock_rate` in Hz, `parameters` the text of `a=fmtp`."""

    payload_type: int
    name: str
    clock_rate: int
    channels: int = 1
    parameters: str = ""

    def matches(self, other: Codec) -> bool:
        """The same encoding; names are compared case-insensitively (RFC 4855 section 3)."""
        return (
            self.name.lower() == other.name.lower()
            and self.clock_rate == other.clock_rate
            and self.channels == other.channels
        )

    @property
    def is_g711(self) -> bool:
        return self.clock_rate == 8000 and self.name.upper() in ("PCMU", "PCMA")

    @property
    def is_telephone_event(self) -> bool:
        return self.name.lower() == "telephone-event"

    @property
    def is_comfort_noise(self) -> bool:
        return self.name.lower() == "cn"

    @property
    def is_redundancy(self) -> bool:
        return self.name.lower() == "red"

    @property
    def is_audio(self) -> bool:
        """Carries speech by itself: neither events, nor comfort noise, nor a wrapping of others."""
        return not (self.is_telephone_event or self.is_comfort_noise or self.is_redundancy)

    def numbered(self, payload_type: int) -> Codec:
        """The same codec under another payload number."""
        if payload_type == self.payload_type:
            return self
        return Codec(payload_type, self.name, self.clock_rate, self.channels, self.parameters)


PCMU = Codec(0, "PCMU", 8000)
PCMA = Codec(8, "PCMA", 8000)
TELEPHONE_EVENT = Codec(101, "telephone-event", 8000, 1, "0-15")
G722 = Codec(9, "G722", 8000)  # RFC 3551 section 4.5.2: 8000 by mistake, it is 16 kHz
G729 = Codec(18, "G729", 8000)
COMFORT_NOISE = Codec(13, "CN", 8000)
OPUS = Codec(111, "opus", 48000, 2, "useinbandfec=1")  # RFC 7587
OPUS_EVENT = Codec(110, "telephone-event", 48000, 1, "0-15")
# The numbers that can be given to a codec (RFC 3551 section 6; RFC 5761 section 4 keeps 64 to 95 for RTCP).
DYNAMIC = (*range(96, 128), *range(35, 64))

STATIC = {
    codec.payload_type: codec
    for codec in (
        PCMU,
        Codec(3, "GSM", 8000),
        Codec(4, "G723", 8000),
        PCMA,
        G722,
        Codec(10, "L16", 44100, 2),
        Codec(11, "L16", 44100),
        COMFORT_NOISE,
        Codec(15, "G728", 8000),
        G729,
    )
}

REMEMBERED, LONGEST_REMEMBERED = 256, 60  # lists of codecs, and their lines

Lines = tuple[str, ...]

_RTPMAP = re.compile(r"([0-9]{1,3})\s+([^/\s]{1,64})/([0-9]{1,9})(?:/([0-9]{1,2}))?")
_FMTP = re.compile(r"([0-9]{1,3})\s+(.+)")


def codecs_of(media: MediaDescription) -> list[Codec]:
    """The codecs of an RTP line in its order; a dynamic number without usable `a=rtpmap` is left out."""
    said = tuple(media.formats), tuple(media.get_all("rtpmap")), tuple(media.get_all("fmtp"))
    return list(_remembered(*said) if sum(map(len, said)) <= LONGEST_REMEMBERED else _codecs(*said))


def _codecs(formats: Lines, rtpmaps: Lines, fmtps: Lines) -> tuple[Codec, ...]:
    maps = {match[1]: match for match in _matches(_RTPMAP, rtpmaps)}
    parameters = {match[1]: match[2] for match in _matches(_FMTP, fmtps)}
    codecs = []
    for number in dict.fromkeys(formats):
        if not (number.isascii() and number.isdigit() and len(number) <= 3 and int(number) <= 127):
            continue
        codec = _mapped(int(number), maps.get(number), parameters.get(number, ""))
        if codec is not None:
            codecs.append(codec)
    return tuple(codecs)


_remembered = lru_cache(REMEMBERED)(_codecs)  # the same phones say the same in each call


def codec_attributes(codecs: Iterable[Codec]) -> list[Attribute]:
    """The `a=rtpmap` and `a=fmtp` lines of these codecs."""
    attributes = []
    for codec in codecs:
        channels = f"/{codec.channels}" if codec.channels > 1 else ""
        attributes.append(Attribute("rtpmap", f"{codec.payload_type} {codec.name}/{codec.clock_rate}{channels}"))
        if codec.parameters:
            attributes.append(Attribute("fmtp", f"{codec.payload_type} {codec.parameters}"))
    return attributes


def _mapped(number: int, match: re.Match[str] | None, parameters: str) -> Codec | None:
    if match is not None:
        return Codec(number, match[2], int(match[3]), int(match[4] or 1), parameters)
    known = STATIC.get(number)
    return replace(known, parameters=parameters) if known is not None and parameters else known


def _matches(pattern: re.Pattern[str], values: Iterable[str]) -> list[re.Match[str]]:
    return [match for value in values if (match := pattern.fullmatch(value)) is not None]
