"""What is noted of a call while it lasts, and what can be read of it afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

PAGE, GATEWAY, SIP_SERVER, GWS, MEDIA = "page", "gateway", "SIP Server", "GWS", "media"  # who speaks with whom
WORKSPACE = "Workspace"  # the agent's desktop, which asks the connector

Marked = Callable[[str, tuple[str, ...]], None]
"""Is told the name of a call and all marks that it has now."""


class Plane(StrEnum):
    """Where something was said."""

    SIP = "sip"
    MEDIA = "media"
    COMETD = "cometd"
    REST = "rest"
    CALL = "call"  # what the gateway itself found: the call began, ended, is broken


@dataclass(frozen=True, slots=True)
class TraceEntry:
    """One thing that was said. `at` is in seconds of the Unix epoch; 0.0 means now. `text` is the whole, `title` a line
    of it, empty where the text tells enough. Both hold numbers and secrets as they were: `redaction.py` takes them
    out. `remote` is the far end of a SIP message: transport, host:port.
    """

    at: float
    plane: Plane
    source: str
    target: str
    title: str
    text: str = ""
    remote: str = ""


@dataclass(frozen=True, slots=True)
class TraceSummary:
    """A call of which there is a trace. `ended` is 0.0 while it goes on; `bad` says why it was marked, if it was."""

    call: str
    call_uuid: str
    dn: str
    begun: float
    ended: float
    entries: int
    bad: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CallTrace:
    """All that is kept of a call, in the order in which it happened. `left_out` entries gave way in a long call."""

    call: str
    call_uuid: str
    dn: str
    begun: float
    ended: float
    entries: tuple[TraceEntry, ...]
    bad: tuple[str, ...] = ()
    left_out: int = 0

    @property
    def summary(self) -> TraceSummary:
        return TraceSummary(self.call, self.call_uuid, self.dn, self.begun, self.ended, len(self.entries), self.bad)


class Way(Protocol):
    """By which a SIP message came or goes; `sip.events.Flow` is one."""

    @property
    def transport(self) -> str: ...

    @property
    def remote(self) -> tuple[str, int]: ...


class Traces(Protocol):
    """One per process. Nothing here raises, waits or formats: it is told of every message of every call."""

    def message(self, source: str, target: str, data: bytes, way: Way) -> None:
        """A SIP message passed; it belongs to the call that has its Call-ID."""

    def began(self, call: str, dn: str) -> None:
        """A call has begun."""

    def joined(self, call: str, call_id: str) -> None:
        """Messages with this Call-ID belong to the call, those too that have passed."""

    def placing(self, call: str) -> None:
        """Messages with a Call-ID not seen before belong to this call, until told otherwise with an empty name."""

    def bind(self, call: str, call_uuid: str) -> None:
        """The call is known by this UUID, too, from now on."""

    def note(self, call: str, entry: TraceEntry) -> None: ...

    def note_uuid(self, call_uuid: str, dn: str, entry: TraceEntry) -> None:
        """Of the DN's call with this UUID; kept a while for a call that is yet to begin."""

    def note_agent(self, dn: str, entry: TraceEntry) -> None:
        """Of the DN's agent: it belongs to each call that he has, and to the next one, if it begins soon."""

    def mark_bad(self, call: str, why: str) -> bool:
        """Keep the call longer. By name or UUID; False where nothing is kept of it."""

    def on_mark(self, marked: Marked) -> None:
        """Tell of each call that gets a mark."""

    def marks(self, call: str) -> tuple[str, ...]:
        """Why the call is marked bad, if it is."""

    def end(self, call: str) -> None: ...

    def tells_of(self, call: str, plane: Plane) -> bool:
        """Whether something of that plane is kept of the call."""

    def calls(self) -> list[TraceSummary]:
        """What is kept, the latest call first."""

    def get(self, call: str) -> CallTrace | None:
        """The trace of a call by name or UUID."""


class NoTraces:
    """Keeps nothing."""

    def message(self, source: str, target: str, data: bytes, way: Way) -> None:
        return None

    def began(self, call: str, dn: str) -> None:
        return None

    def joined(self, call: str, call_id: str) -> None:
        return None

    def placing(self, call: str) -> None:
        return None

    def bind(self, call: str, call_uuid: str) -> None:
        return None

    def note(self, call: str, entry: TraceEntry) -> None:
        return None

    def note_uuid(self, call_uuid: str, dn: str, entry: TraceEntry) -> None:
        return None

    def note_agent(self, dn: str, entry: TraceEntry) -> None:
        return None

    def mark_bad(self, call: str, why: str) -> bool:
        return False

    def on_mark(self, marked: Marked) -> None:
        return None

    def marks(self, call: str) -> tuple[str, ...]:
        return ()

    def end(self, call: str) -> None:
        return None

    def tells_of(self, call: str, plane: Plane) -> bool:
        return False

    def calls(self) -> list[TraceSummary]:
        return []

    def get(self, call: str) -> CallTrace | None:
        return None
