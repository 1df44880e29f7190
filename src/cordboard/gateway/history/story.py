"""What becomes of one call, as its record and its marks are made of it. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from cordboard.media.port import CallStatistics, StreamStatistics
from cordboard.media.quality import loss
from cordboard.observe.private import Private
from cordboard.records.port import CallRecord

BROKEN, NOT_ANSWERED = "broken", "not answered in time"
TRUNK = "trunk"


@dataclass(slots=True)
class Story:
    """`begun` is of the Unix epoch; `begun_at` and the others are of a steady clock, 0.0 for never: a clock that is
    set meanwhile makes no call longer or shorter.
    """

    call: str
    dn: str
    made_by: str
    begun: float
    begun_at: float
    far_number: str = ""
    call_uuid: str = ""
    rang_at: float = 0.0
    answered_at: float = 0.0
    ended_at: float = 0.0
    cause: str = ""
    outcome: str = ""

    def epoch(self, at: float) -> float:
        return self.begun + at - self.begun_at

    @property
    def setup_seconds(self) -> float | None:
        """From the call's first message until it rang, or was answered without ringing."""
        until = self.rang_at or self.answered_at
        return until - self.begun_at if until else None

    def marks(self, answer_seconds: float, least_mos: float, figures: CallStatistics | None) -> tuple[str, ...]:
        """Why this was a bad call."""
        found = [BROKEN] if self.outcome == BROKEN else []
        rang = self.ended_at - self.rang_at if self.rang_at else 0.0
        if self.made_by == TRUNK and not self.answered_at and rang >= answer_seconds:
            found.append(NOT_ANSWERED)
        for way, heard in (("page", figures.page), ("trunk", figures.trunk)) if figures else ():
            if 0 < heard.mos < least_mos:
                found.append(f"MOS {heard.mos:.1f} from the {way}")
        return tuple(found)

    def record(self, figures: CallStatistics | None, bad: tuple[str, ...], numbers: str) -> CallRecord:
        """`numbers` is [records] numbers."""
        heard = [side for side in (figures.page, figures.trunk) if side.packets_received] if figures else []
        return CallRecord(
            call=self.call,
            call_uuid=self.call_uuid,
            dn=self.dn,
            made_by=self.made_by,
            begun=self.begun,
            answered=self.epoch(self.answered_at) if self.answered_at else None,
            ended=self.epoch(self.ended_at),
            cause=self.cause,
            outcome=self.outcome,
            mos_from_page=_known(figures.page.mos) if figures else None,
            mos_from_trunk=_known(figures.trunk.mos) if figures else None,
            loss=max(map(loss, heard), default=None),
            jitter=max((side.jitter for side in heard), default=None),
            setup_seconds=self.setup_seconds,
            answer_to_audio_seconds=self._to_audio(figures),
            bad=bad,
            far_number=_written(self.far_number, numbers),
        )

    def _to_audio(self, figures: CallStatistics | None) -> float | None:
        """From the answer until each side was sent the other's sound."""
        if figures is None or not self.answered_at or not (figures.page.first_sent and figures.trunk.first_sent):
            return None
        return max(0.0, max(figures.page.first_sent, figures.trunk.first_sent) - self.epoch(self.answered_at))


def figures_said(figures: CallStatistics) -> str:
    """The figures of a call for its trace."""
    return "\n".join(f"from {way}: {_said(side)}" for way, side in (("page", figures.page), ("trunk", figures.trunk)))


def _said(side: StreamStatistics) -> str:
    return (
        f"{side.codec or 'nothing'}, {side.packets_received} packets, {100 * loss(side):.2f} % lost,"
        f" jitter {1000 * side.jitter:.1f} ms, round trip {1000 * side.round_trip:.1f} ms, MOS {side.mos:.2f},"
        f" {side.packets_sent} packets sent, {side.packets_refused} refused"
    )


def _known(value: float) -> float | None:
    return value or None


def _written(number: str, how: str) -> str:
    if how == "whole":
        return number
    return str(Private(number)) if how == "masked" and number else ""
