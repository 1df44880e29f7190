"""What is kept of one call: octets and words as they came, made readable when somebody looks."""

from __future__ import annotations

from dataclasses import dataclass, field

from cordboard.observe.trace.port import Plane, TraceEntry, Way

ENTRY_OCTETS = 150  # what an entry costs beside its text

Noted = tuple[float, Plane, str, str, str | Way, str | bytes]  # steady clock, plane, from, to, title or way, text


@dataclass(slots=True)
class Kept:
    """All of one call. `ahead` is what the steady clock lacks to the epoch, taken when the call began: a clock that is
    set meanwhile does not tear a trace apart."""

    name: str
    begun: float
    ahead: float
    dn: str = ""
    uuids: list[str] = field(default_factory=list)
    call_ids: list[bytes] = field(default_factory=list)
    ended: float = 0.0
    bad: list[str] = field(default_factory=list)
    entries: list[Noted] = field(default_factory=list)
    octets: int = 0
    left_out: int = 0


def thinned(kept: Kept) -> int:
    """Take a quarter out of the middle: how a long call began and ended tells most. Returns the octets."""
    count = len(kept.entries)
    taken = kept.entries[count // 2 : count // 2 + count // 4 + 1]
    del kept.entries[count // 2 : count // 2 + count // 4 + 1]
    octets = sum(ENTRY_OCTETS + len(noted[5]) for noted in taken)
    kept.octets -= octets
    kept.left_out += len(taken)
    return octets


def but_time(entry: TraceEntry) -> tuple[Plane, str, str, str, str]:
    """What is noted of an entry beside its time."""
    return entry.plane, entry.source, entry.target, entry.title, entry.text


def entry_of(noted: Noted, ahead: float) -> TraceEntry:
    """What was noted, readable."""
    at, plane, source, target, title, text = noted
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if isinstance(title, str):
        return TraceEntry(at + ahead, plane, source, target, title, text)
    host, port = title.remote
    remote = f"{title.transport} [{host}]:{port}" if ":" in host else f"{title.transport} {host}:{port}"
    return TraceEntry(at + ahead, plane, source, target, text.lstrip().partition("\n")[0].rstrip(), text, remote)


def times_of(kept: Kept) -> tuple[float, float]:
    """Beginning and end in seconds of the epoch, 0.0 for an end that is to come."""
    return kept.begun + kept.ahead, kept.ended + kept.ahead if kept.ended else 0.0


def last_of(uuids: list[str]) -> str:
    """The call's UUID now."""
    return uuids[-1] if uuids else ""
