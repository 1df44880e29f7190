"""What one side speaks, and how the payloads of one side become payloads of the other. Nothing is transcoded.

Comfort noise (13) is neither offered nor answered, because a browser that may send it begins to leave out silence;
where it comes all the same it is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from cordboard.rtp.g711 import ALAW_TO_ULAW, ULAW_TO_ALAW
from cordboard.rtp.rewrite import StreamRewriter
from cordboard.sdp.codec import PCMA, PCMU, Codec
from cordboard.sdp.errors import NoCommonCodec
from cordboard.sdp.selection import audio_of, choose, ours, telephone_event_of

SILENT: tuple[None, ...] = (None,) * 128
TRANSLATIONS = {("PCMU", "PCMA"): ULAW_TO_ALAW, ("PCMA", "PCMU"): ALAW_TO_ULAW}


@dataclass(frozen=True, slots=True)
class SideCodecs:
    """The codecs that one side and we have agreed on.

    `audio` and `telephone_event` are what we send there, `listed` what an answer or the next offer of ours says,
    `accepted` what we take from there, by payload number.
    """

    audio: Codec | None = None
    telephone_event: Codec | None = None
    listed: tuple[Codec, ...] = ()
    accepted: dict[int, Codec] = field(default_factory=dict)

    def offer(self, preferred: Codec | None) -> list[Codec]:
        """All that we can do, the codec in use (else the preferred one) first.

        Payload numbers that are known stay what they are (RFC 3264 section 8.3.2).
        """
        event = telephone_event_of(self.accepted.values(), 8000)
        codecs = ours(event.payload_type) if event is not None else ours()
        first = self.audio or preferred
        return sorted(codecs, key=lambda codec: first is None or not codec.matches(first))


def agreed_by_their_offer(offered: list[Codec], preferred: Codec | None) -> SideCodecs:
    """We answer with one audio codec of theirs, the preferred one if they have it. Raises `NoCommonCodec`."""
    wishes = [preferred, *ours()[2:]] if preferred is not None else ours()
    try:
        chosen = choose(offered, wishes)
    except NoCommonCodec:
        chosen = choose(offered, ours())
    return _agreed(chosen, accepted=())


def agreed_by_their_answer(answered: list[Codec], offered: Iterable[Codec]) -> SideCodecs:
    """They have answered our offer: media may come under our numbers and under theirs. Raises `NoCommonCodec`."""
    return _agreed(choose(answered, ours()), accepted=offered)


def _agreed(chosen: list[Codec], accepted: Iterable[Codec]) -> SideCodecs:
    known = {codec.payload_type: codec for codec in (PCMU, PCMA)}
    known |= {codec.payload_type: codec for codec in (*accepted, *chosen)}
    return SideCodecs(
        audio=audio_of(chosen),
        telephone_event=telephone_event_of(chosen, 8000),
        listed=tuple(chosen),
        accepted=known,
    )


def connect(rewriter: StreamRewriter, source: SideCodecs, sink: SideCodecs, *, passing: bool) -> None:
    """Set what the way from one side to the other does with each payload number; not `passing`: drop it."""
    if not passing or sink.audio is None:
        # The rewriter sees what is held back, so that a hold does not look like loss afterwards.
        rewriter.map_payloads(SILENT)
        return
    numbers: list[int | None] = list(SILENT)
    translations: dict[int, bytes] = {}
    events: list[int] = []
    for number, codec in source.accepted.items():
        if codec.is_telephone_event:
            events.append(number)
            numbers[number] = sink.telephone_event.payload_type if sink.telephone_event is not None else None
        else:
            numbers[number] = sink.audio.payload_type
            table = TRANSLATIONS.get((codec.name.upper(), sink.audio.name.upper()))
            if table is not None:
                translations[number] = table
    rewriter.map_payloads(numbers, events=events, translations=translations)
