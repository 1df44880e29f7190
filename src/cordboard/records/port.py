"""A call's record, and whoever takes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call of one DN. Times are seconds of the Unix epoch; None is what is not known or did not happen.

    `made_by` is the side that made the call (page, trunk), `outcome` one of answered, not answered, broken. MOS, loss
    (a fraction) and jitter (seconds) are those of the sound as it came in; loss and jitter of the worse direction.
    `far_number` is empty unless [records] numbers says otherwise.
    """

    call: str
    call_uuid: str
    dn: str
    made_by: str
    begun: float
    answered: float | None
    ended: float
    cause: str
    outcome: str
    mos_from_page: float | None = None
    mos_from_trunk: float | None = None
    loss: float | None = None
    jitter: float | None = None
    setup_seconds: float | None = None
    answer_to_audio_seconds: float | None = None
    bad: tuple[str, ...] = ()
    far_number: str = ""


class Records(Protocol):
    """Where records go."""

    def put(self, record: CallRecord) -> None:
        """Never waits nor raises: what cannot be written now is kept and written later."""

    def amend(self, record: CallRecord) -> None:
        """The same for a record that was put before, and has further marks now."""


class NoRecords:
    """Takes records and forgets them."""

    def put(self, record: CallRecord) -> None:
        return None

    def amend(self, record: CallRecord) -> None:
        return None
