"""One outgoing stream of pictures: they come in bursts, and those who miss a packet ask for it again.

What is different from sound: the marker bit ends a picture, so we never set it; timestamps may go back a little; a
packet that was lost before us is sent again by its source when the far side asks for it (RFC 4585 section 6.2.1),
under the number that we have left free for it.
"""

from __future__ import annotations

from typing import ClassVar

from cordboard.rtp.rewrite import StreamRewriter

RECENT = 0x4000  # sequence numbers that can be asked for


class PictureRewriter(StreamRewriter):
    """A `StreamRewriter` for video."""

    MISORDER: ClassVar[int] = 1000
    BURST: ClassVar[int] = 500
    FASTEST: ClassVar[int] = 2000
    BACK: ClassVar[int] = 90_000
    MARK: ClassVar[int] = 0

    __slots__ = ("_first", "_packets_before")

    def source_of(self, sequence: int) -> tuple[int, int] | None:
        """SSRC and number at the source of a number of ours; None where it belongs to a source before this one."""
        if self._source is None:
            return None
        known = RECENT
        if self.packets - self._packets_before < RECENT:  # not so many that the numbers have gone round
            known = min(((self.sequence - self._first) & 0xFFFF) + 1, RECENT)
        if (self.sequence - sequence) & 0xFFFF >= known:
            return None
        return self._source, (sequence - self._sequence_offset) & 0xFFFF

    def begin_anew(self, ssrc: int) -> None:
        """Another stream to the receiver, with counts of its own (RFC 3550 section 6.4.1)."""
        self.ssrc = ssrc
        self.packets = self.octets = 0
        self._begin_anew((self.sequence + 1) & 0xFFFF)

    def _continue_at(self, sequence: int) -> None:
        super()._continue_at(sequence)
        self._begin_anew((self.sequence + 1) & 0xFFFF)

    def _leave_out(self, sequence: int, source: int) -> None:
        super()._leave_out(sequence, source)
        self._begin_anew((self.sequence + 1) & 0xFFFF)

    def _begin_anew(self, first: int) -> None:
        self._first = first
        self._packets_before = self.packets

    def _is_restart(self, sequence: int) -> bool:
        """Packets that are sent again in a row are no clip that begins anew."""
        return False
