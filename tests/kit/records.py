"""Records of calls to put somewhere, and a database that fails when it is told to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cordboard.records.port import CallRecord
from cordboard.records.stores.store import Query, StoreUnusable


def a_record(call: str = "call-1", **more: Any) -> CallRecord:
    """An answered call with figures."""
    values: dict[str, Any] = {
        "call_uuid": "9QUR098L0E90DH5QDO0HSJ2TLG000001",
        "dn": "5001",
        "made_by": "trunk",
        "begun": 1000.0,
        "answered": 1004.5,
        "ended": 1064.5,
        "cause": "SIP Server ended the call",
        "outcome": "answered",
        "mos_from_page": 4.4,
        "mos_from_trunk": 4.1,
        "loss": 0.01,
        "jitter": 0.002,
        "setup_seconds": 0.05,
        "answer_to_audio_seconds": 0.2,
        "bad": ("planes disagree: held-here-only",),
        "far_number": "+15550100",
    }
    return CallRecord(call=call, **{**values, **more})


class FakeStore:
    """Keeps records in a list; `why` makes every verb fail."""

    def __init__(self) -> None:
        self.why = ""
        self.kept: list[CallRecord] = []
        self.closed = False

    def write(self, records: Sequence[CallRecord]) -> None:
        self._check()
        self.kept += records

    def delete_before(self, ended: float) -> int:
        self._check()
        before = len(self.kept)
        self.kept = [each for each in self.kept if each.ended >= ended]
        return before - len(self.kept)

    def read(self, query: Query) -> list[CallRecord]:
        self._check()
        return self.kept

    def close(self) -> None:
        self.closed = True

    def _check(self) -> None:
        if self.why:
            raise StoreUnusable(self.why)
