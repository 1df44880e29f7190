"""What an administrator sees and does: the port between the admin page and everything that runs.

The composition (`cli`) implements it, so that the desk knows neither gateway nor doctor. Times are seconds of the Unix
epoch, 0.0 for never; numbers of people come masked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class AgentRow:
    """One DN. `why` tells in a few words why it cannot be called, empty when it can. `pages` counts its softphones."""

    dn: str
    registered: bool = False
    pages: int = 0
    reachable: bool = False
    why: str = ""
    microphone: str = ""  # ready, asked or lost; empty without a page
    calls: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """The sound of one side as it came in. `loss` is a fraction, `jitter` and `round_trip` are seconds, `mos` 1.0 to
    4.5; 0.0 while not known."""

    mos: float = 0.0
    loss: float = 0.0
    jitter: float = 0.0
    round_trip: float = 0.0
    codec: str = ""
    packets: int = 0


@dataclass(frozen=True, slots=True)
class CallRow:
    """One call in progress. `far` is the other party, masked; `made_by` page, trunk or earlier process; `page_away`:
    the page's connection is lost, the call waits for it."""

    call: str
    call_uuid: str
    dn: str
    far: str
    made_by: str
    state: str  # ringing, dialing, talking or held
    begun: float
    answered: float = 0.0
    page_away: bool = False
    from_page: Heard = field(default_factory=Heard)
    from_trunk: Heard = field(default_factory=Heard)


@dataclass(frozen=True, slots=True)
class Check:
    """One condition of being ready; `why` is empty while it holds."""

    name: str
    why: str = ""

    @property
    def ok(self) -> bool:
        return not self.why


@dataclass(frozen=True, slots=True)
class Overview:
    """How the whole is. `ended` counts calls since the start by outcome (answered, not answered, broken)."""

    started: float
    checks: tuple[Check, ...]
    draining: bool
    calls: int
    agents: int
    pages: int
    registered: int
    reachable: int
    sip_server: str = ""
    engine: str = ""
    workers: int = 0
    load: float = 0.0
    shedding: bool = False
    ended: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Examination:
    """The doctor's last round: its findings as `Finding.as_json` gives them, in their order."""

    findings: Sequence[Mapping[str, Any]] = ()
    began: float = 0.0
    ended: float = 0.0  # 0.0 while it runs
    trouble: str = ""  # why it could not be done


class Unavailable(Exception):
    """What was asked for is switched off or does not answer; the text tells why and what to do."""


class Administration(Protocol):
    """Everything for the event loop's thread. `Unavailable` may be raised by traces, records and drain."""

    async def overview(self) -> Overview: ...

    def agents(self) -> Sequence[AgentRow]: ...

    def calls(self) -> Sequence[CallRow]:
        """Those in progress; figures of the media engine are at most some seconds old."""

    def traces(self) -> Sequence[Mapping[str, Any]]:
        """Summaries of the calls in the ring, the newest first."""

    def trace(self, call: str) -> Mapping[str, Any] | None:
        """One call as ladder data, private values masked."""

    def mark_bad(self, call: str, why: str) -> bool:
        """Keep the trace; False if there is no such call."""

    async def bundle(self, call: str) -> bytes | None:
        """A call's redacted bundle, a zip file."""

    async def records(self, *, only_bad: bool, limit: int) -> Sequence[Mapping[str, Any]]: ...

    def examination(self) -> Examination: ...

    def examine(self) -> None:
        """Begin a round of the doctor, unless one runs."""

    def explain(self, finding: str) -> str:
        """What a check does and what its findings mean; empty for one that is not known."""

    async def drain(self, on: bool) -> None:
        """Take no new calls from now on, or take them again."""

    def settings(self) -> Sequence[Mapping[str, str]]:
        """Every setting with its value and where that came from; of a secret only whether it is set."""
