"""Which codecs an answer takes from an offer (RFC 3264 section 6.1), and under which numbers an offer lists them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from cordboard.sdp.codec import DYNAMIC, PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.errors import NoCommonCodec

__all__ = ["NoCommonCodec", "audio_of", "choose", "ours", "telephone_event_of", "with_numbers"]


def ours(telephone_event: int = TELEPHONE_EVENT.payload_type) -> list[Codec]:
    """What Cordboard lists: PCMU, PCMA and digits under the given payload number."""
    return [PCMU, PCMA, TELEPHONE_EVENT.numbered(telephone_event)]


def choose(offered: Iterable[Codec], ours: Iterable[Codec]) -> list[Codec]:
    """The answer's codecs: the offer's first audio codec that is ours, and telephone-event of the same clock rate.

    Payload numbers are the offer's. Raises `NoCommonCodec` (488) if there is no such audio codec.
    """
    offered, ours = list(offered), list(ours)
    audio = next((codec for codec in offered if codec.is_audio and any(codec.matches(own) for own in ours)), None)
    if audio is None:
        raise NoCommonCodec("no audio codec in common")
    chosen = [audio]
    event = telephone_event_of(offered, audio.clock_rate)
    own_event = telephone_event_of(ours, audio.clock_rate)
    if event is not None and own_event is not None:
        # RFC 4733 section 2.5.1.1: the parameters say which events we can receive, so they are ours.
        chosen.append(own_event.numbered(event.payload_type))
    return chosen


def audio_of(codecs: Iterable[Codec]) -> Codec | None:
    """The first codec that carries speech."""
    return next((codec for codec in codecs if codec.is_audio), None)


def telephone_event_of(codecs: Iterable[Codec], clock_rate: int) -> Codec | None:
    """The telephone-event of that clock rate."""
    return next((codec for codec in codecs if codec.is_telephone_event and codec.clock_rate == clock_rate), None)


def with_numbers(
    wanted: Iterable[Codec],
    known: Mapping[int, Codec],
    taken: Collection[int] = (),
    same: Callable[[Codec, Codec], bool] = Codec.matches,
) -> list[Codec]:
    """These codecs under payload numbers that mean nothing else to that side.

    A codec keeps the number by which the side knows it (RFC 3264 section 8.3.2), else its own if that is free.
    """
    numbered: list[Codec] = []
    used = {*taken, *known}
    for codec in wanted:
        number = _number(codec, known, used, same)
        if number is not None and all(each.payload_type != number for each in numbered):
            used.add(number)
            numbered.append(codec.numbered(number))
    return numbered


def _number(
    codec: Codec, known: Mapping[int, Codec], used: Collection[int], same: Callable[[Codec, Codec], bool]
) -> int | None:
    for number, each in known.items():
        if same(each, codec):
            return number
    if codec.payload_type not in used:
        return codec.payload_type
    return next((number for number in DYNAMIC if number not in used), None)
