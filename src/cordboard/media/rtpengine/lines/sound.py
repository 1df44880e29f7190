"""The line of sound, which every call has."""

from __future__ import annotations

from cordboard.media.descriptions.page import PageDescriptions
from cordboard.media.descriptions.side import Descriptions
from cordboard.media.descriptions.trunk import TrunkDescriptions
from cordboard.media.rtpengine.descriptions import Kind, is_somewhere, page_text, trunk_text
from cordboard.media.rtpengine.lines.line import Blocked, MediaLine
from cordboard.media.rtpengine.query import TRUNK
from cordboard.media.rtpengine.wire import PAGE, Told, Wire
from cordboard.sdp.codec import PCMU, Codec
from cordboard.sdp.plain import PlainRemote


class Sound(MediaLine):
    """Its codecs may differ from side to side: then rtpengine is to translate."""

    kind = Kind.SOUND

    def __init__(self, wire: Wire, page: PageDescriptions, trunk: TrunkDescriptions) -> None:
        super().__init__(wire, page, trunk)
        self._heard: PlainRemote | None = None  # the last description of the trunk that said where it is

    def told(self) -> Told:
        remote = self._trunk.remote
        self._heard = remote if remote is not None and is_somewhere(remote) else self._heard
        page_codecs = _spoken(self._page) or _spoken(self._trunk) or [PCMU]
        trunk_codecs = _spoken(self._trunk) or page_codecs
        codes = not page_codecs[0].matches(trunk_codecs[0])
        return Told(
            trunk_text(self._heard, trunk_codecs),
            page_text(self._transport, self._restarts, page_codecs) if self._transport is not None else "",
            self._restarts,
            _specification(page_codecs[0]) if codes else "",
            self.blocked(),
        )

    def blocked(self) -> Blocked:
        passing = self._ways(self._page.they_receive, self._trunk.they_receive)
        sinks = {PAGE: self._trunk.codecs, TRUNK: self._page.codecs}
        media = {("media", side) for side, passes in passing.items() if not passes}
        digits = {("DTMF", side) for side, passes in passing.items() if not passes or not sinks[side].telephone_event}
        return frozenset(media | digits)


def _spoken(side: Descriptions) -> list[Codec]:
    codecs = side.codecs
    return [codec for codec in (codecs.audio, codecs.telephone_event) if codec is not None]


def _specification(codec: Codec) -> str:
    """The codec as rtpengine's flags write it."""
    return f"{codec.name}/{codec.clock_rate}/{codec.channels}" if codec.channels > 1 else codec.name
