"""Whether the trunk of a call is still there. Silence says nothing: RTCP that used to come and does not any more does.

Only RTCP that has come under the present conditions counts, which are where the trunk is and what passes: some peers
fall silent altogether while a call is held, others report on. Who has never reported is never taken for gone.
"""

from __future__ import annotations

from collections.abc import Hashable

from cordboard.media.port import MediaEventKind

USED_TO = 2  # reports: one may have been on its way when the conditions changed


class TrunkWatch:
    """`look` is to be called every few seconds; times are of the monotonic clock."""

    __slots__ = ("_after", "_conditions", "_heard_at", "_reports_before", "_seen", "gone")

    def __init__(self, after: float) -> None:
        """`after`: seconds without RTP and RTCP, 0 for never."""
        self._after = after
        self._conditions: Hashable = None
        self._seen = (0, 0)
        self._reports_before = 0
        self._heard_at = 0.0
        self.gone = False

    def look(self, now: float, packets: int, reports: int, conditions: Hashable) -> MediaEventKind | None:
        """What the counts of RTP and RTCP say now: TRUNK_GONE or TRUNK_BACK when that is new."""
        if conditions != self._conditions:
            self._conditions, self._reports_before, self._heard_at = conditions, reports, now
        if (packets, reports) != self._seen:
            self._seen, self._heard_at = (packets, reports), now
            return self._heard()
        return self._silent(now - self._heard_at, reports)

    def _heard(self) -> MediaEventKind | None:
        was_gone, self.gone = self.gone, False
        return MediaEventKind.TRUNK_BACK if was_gone else None

    def _silent(self, seconds: float, reports: int) -> MediaEventKind | None:
        used_to_report = reports - self._reports_before >= USED_TO
        if self.gone or not self._after or not used_to_report or seconds < self._after:
            return None
        self.gone = True
        return MediaEventKind.TRUNK_GONE
