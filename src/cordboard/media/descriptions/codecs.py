"""What one side speaks, and how the payloads of one side become payloads of the other.

PCMU and PCMA are two spellings of one thing: either side may have either. Opus passes only from Opus to Opus. So a
side is offered Opus only where the other one has it, and it is taken only where both have it: a page is taken to have
it until it has spoken (RFC 7874 section 3), a telephone is not. The trunk leads: it stays with the codec that it has
while the page can follow, or two gateways that re-offer to each other's pages would never agree.

Comfort noise (13) is neither offered nor answered, because a browser that may send it begins to leave out silence;
where it comes all the same it is dropped.

Nothing is transcoded, unless the engine does so (`transcodes`): then a side may have a codec that the other one has
not, but only where they have none in common.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace

from cordboard.rtp.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from cordboard.rtp.rewrite import StreamRewriter
from cordboard.sdp.codec import G722, G729, OPUS, OPUS_EVENT, PCMA, PCMU, TELEPHONE_EVENT, Codec
from cordboard.sdp.errors import NoCommonCodec
from cordboard.sdp.selection import telephone_event_of, with_numbers

SILENT: tuple[None, ...] = (None,) * 128
TRANSLATIONS = {("PCMU", "PCMA"): ULAW_TO_ALAW, ("PCMA", "PCMU"): ALAW_TO_ULAW}
CODECS = {codec.name.lower(): codec for codec in (OPUS, PCMU, PCMA)}
TRANSCODED = (G722, G729)  # never offered, and taken only where there is nothing else and the engine transcodes
ORDER = ("opus", "PCMU", "PCMA")
G711_RATE = 8000


@dataclass(frozen=True, slots=True)
class SideCodecs:
    """The codecs that one side and we have agreed on.

    `audio` and `telephone_event` are what we send there, `listed` what an answer of ours says, `accepted` what we
    take from there, by payload number, `known` all that the side has listed in its latest description.
    """

    audio: Codec | None = None
    telephone_event: Codec | None = None
    listed: tuple[Codec, ...] = ()
    accepted: dict[int, Codec] = field(default_factory=dict)
    known: tuple[Codec, ...] = ()

    @property
    def spoken(self) -> bool:
        """The side has said what it has."""
        return bool(self.known)

    def has(self, codec: Codec) -> bool:
        """What is sent as `codec` can become something that this side has listed."""
        return any(compatible(each, codec) for each in self.known)

    def offer(
        self,
        other: SideCodecs,
        order: Sequence[str] = ORDER,
        taken: Collection[int] = (),
        *,
        leads: bool = False,
        transcodes: bool = False,
        same_numbers: bool = False,
    ) -> list[Codec]:
        """All that both can do, the codec in use (else that of the other side) first.

        `transcodes`: all that the engine can do, if both together have no codec that everybody has. `same_numbers`:
        the other side's payload numbers, where they mean nothing else to this one.
        """
        names = [CODECS[name.lower()] for name in order]
        codecs = [codec for codec in names if (other.has(codec) if other.spoken else codec.is_g711)]
        stays = self.audio is not None and (leads or compatible(self.audio, other.audio))
        if stays and self.audio is not None and self.audio.is_g711:
            codecs = [codec for codec in codecs if codec.is_g711] or codecs  # what has begun so is not changed by us
        if transcodes and not any(codec.is_g711 for codec in codecs):
            codecs += [codec for codec in names if codec not in codecs]
        codecs = [_as_known(codec, other) for codec in codecs or names]
        first = self.audio if stays else other.audio
        best = names[0]
        if self.audio is None and not best.is_g711:
            first = next((codec for codec in codecs if codec.matches(best)), first)  # the other side would take it, too
        codecs.sort(key=lambda codec: first is None or not codec.matches(first))
        events = [OPUS_EVENT] if any(not codec.is_g711 for codec in codecs) else []
        offered = [*codecs, TELEPHONE_EVENT, *events]
        if not same_numbers:
            return with_numbers(offered, self.numbers, taken)
        offered = [other.numbered(codec) for codec in offered]
        moved = [codec for codec in offered if self.could_number(codec)]
        known = {
            number: codec
            for number, codec in self.numbers.items()
            if not any(codec.matches(each) and number != each.payload_type for each in moved)
        }
        return with_numbers(offered, known, taken)

    @property
    def numbers(self) -> dict[int, Codec]:
        """What each payload number means to this side."""
        return {codec.payload_type: codec for codec in self.known} | self.accepted

    def numbered(self, codec: Codec) -> Codec:
        """The codec under the number by which this side has it, if it has it."""
        own = (each for each in (self.audio, self.telephone_event) if each is not None and each.matches(codec))
        return codec.numbered(next(own, codec).payload_type)

    def could_number(self, codec: Codec) -> bool:
        """The codec's number means nothing else to this side."""
        return self.numbers.get(codec.payload_type, codec).matches(codec)


def compatible(one: Codec | None, other: Codec | None) -> bool:
    """What is sent as `one` can be passed on as `other`; True where nothing is agreed yet."""
    if one is None or other is None:
        return True
    return one.matches(other) or (one.is_g711 and other.is_g711)


def agreed_by_their_offer(
    offered: list[Codec],
    other: SideCodecs,
    order: Sequence[str] = ORDER,
    *,
    presumed: bool = False,
    present: Codec | None = None,
    transcodes: bool = False,
) -> SideCodecs:
    """We answer with one audio codec of theirs, that of the other side if they have it. Raises `NoCommonCodec`.

    `presumed`: the other side, which has not spoken yet, is one that has Opus. `present`: the codec of the side that
    leads. `transcodes`: it need not be one of the other side's.
    """
    names = {name.lower() for name in order}
    usable = [codec for codec in offered if codec.is_audio and codec.name.lower() in names and _is_ours(codec)]
    shared = [codec for codec in usable if other.has(codec)] if other.spoken else usable
    if shared or not transcodes:
        usable = shared
    elif not usable:
        usable = [codec for codec in offered if any(codec.matches(each) for each in TRANSCODED)]
    if not usable and not transcodes and any(_is_known(codec) for codec in offered):
        raise NoCommonCodec("no audio codec in common, and the relay does not transcode; rtpengine would")
    wanted = [codec for codec in usable if present is not None and codec.matches(present)]
    if not wanted:
        wanted = [codec for codec in usable if other.audio is not None and codec.matches(other.audio)]
    if not wanted and order and (other.spoken or presumed):
        wanted = [codec for codec in usable if codec.name.lower() == order[0].lower() and not codec.is_g711]
    wanted += [codec for codec in usable if codec.is_g711] + usable
    return _agreed(wanted, offered, accepted=(), echo=other)


def agreed_by_their_answer(
    answered: list[Codec], offered: Iterable[Codec], other: SideCodecs, before: Iterable[Codec] = ()
) -> SideCodecs:
    """They have answered our offer: media may come under our numbers and under theirs. Raises `NoCommonCodec`.

    `before` is what the side is known to have; what we did not offer it still has.
    """
    offered = list(offered)
    usable = [codec for codec in answered if codec.is_audio and any(codec.matches(one) for one in offered)]
    wanted = [codec for codec in usable if compatible(codec, other.audio)] + usable
    agreed = _agreed(wanted, answered, accepted=offered, echo=other)
    numbers = {codec.payload_type for codec in answered}
    kept = (codec for codec in before if not any(codec.matches(one) for one in offered))
    return replace(agreed, known=(*answered, *(codec for codec in kept if codec.payload_type not in numbers)))


def _is_known(codec: Codec) -> bool:
    return any(codec.matches(each) for each in (*CODECS.values(), *TRANSCODED))


def _is_ours(codec: Codec) -> bool:
    return codec.matches(CODECS[codec.name.lower()])


def _agreed(wanted: list[Codec], theirs: list[Codec], accepted: Iterable[Codec], echo: SideCodecs) -> SideCodecs:
    if not wanted:
        raise NoCommonCodec("no audio codec in common")
    audio = wanted[0]
    event = telephone_event_of(theirs, audio.clock_rate) or telephone_event_of(theirs, G711_RATE)
    listed = [_as_known(audio, echo)]
    if event is not None:
        # RFC 4733 section 2.5.1.1: the parameters say which events we can receive, so they are ours.
        own = TELEPHONE_EVENT if event.clock_rate == G711_RATE else OPUS_EVENT
        listed.append(own.numbered(event.payload_type))
    known = {codec.payload_type: codec for codec in (PCMU, PCMA)}
    known |= {codec.payload_type: codec for codec in (*accepted, *listed)}
    return SideCodecs(audio, listed[1] if event is not None else None, tuple(listed), known, tuple(theirs))


def _as_known(codec: Codec, other: SideCodecs) -> Codec:
    """The codec with the parameters that the other side has for it: they say what its receiver likes."""
    parameters = next((each.parameters for each in other.known if each.matches(codec)), None)
    if parameters is None or parameters == codec.parameters:
        return codec
    return replace(codec, parameters=parameters)


def connect(rewriter: StreamRewriter, source: SideCodecs, sink: SideCodecs, *, passing: bool) -> None:
    """Set what the way from one side to the other does with each payload number; not `passing`: drop it."""
    if not passing or sink.audio is None:
        # The rewriter sees what is held back, so that a hold does not look like loss afterwards.
        rewriter.map_payloads(SILENT)
        return
    numbers: list[int | None] = list(SILENT)
    translations: dict[int, bytes] = {}
    events: list[int] = []
    durations: dict[int, tuple[int, int]] = {}
    for number, codec in source.accepted.items():
        if codec.is_telephone_event:
            if sink.telephone_event is not None:
                events.append(number)
                numbers[number] = sink.telephone_event.payload_type
                if codec.clock_rate != sink.telephone_event.clock_rate:
                    durations[number] = (codec.clock_rate, sink.telephone_event.clock_rate)
        elif compatible(codec, sink.audio):
            numbers[number] = sink.audio.payload_type
            table = TRANSLATIONS.get((codec.name.upper(), sink.audio.name.upper()))
            if table is not None:
                translations[number] = table
    rewriter.set_clock_rate(sink.audio.clock_rate)
    rewriter.map_payloads(numbers, events=events, translations=translations, durations=durations)
