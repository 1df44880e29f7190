"""Traces of the latest calls, in memory, bounded by number and octets; of bad calls longer.

Told of a message it finds the Call-ID and keeps the octets as they are: everything else waits until somebody looks.
Calls that have ended give way first, the earliest of them at the head.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from cordboard.observe.trace.call_id import call_id_of
from cordboard.observe.trace.port import CallTrace, Plane, TraceEntry, TraceSummary, Way

ENTRY_OCTETS = 150  # what an entry costs beside its text
MOST_WAITING, MOST_SAID = 200, 20  # calls of which CometD has told and SIP has not, and entries of each
MOST_STRANGERS = 100  # INVITEs that no call came of
_BEGINS = (b"INVITE ", b"REFER sip")

Live = Callable[[str, str, bytes, Way], None]
Noted = tuple[float, Plane, str, str, str | Way, str | bytes]  # steady clock, plane, from, to, title or way, text


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many calls and octets are kept, of all calls and beside these of bad ones."""

    calls: int = 500
    octets: int = 32_000_000
    bad_calls: int = 100
    bad_octets: int = 16_000_000
    call_octets: int = 500_000


@dataclass(slots=True)
class _Kept:
    """`ahead` is what the steady clock lacks to the epoch, taken when the call began: a clock that is set meanwhile
    does not tear a trace apart."""

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


class TraceRing:
    """`clock` is steady, `wall` that of the epoch; `live` gets every SIP message as it passes, of calls or not."""

    def __init__(
        self,
        bounds: Bounds = Bounds(),
        live: Live | None = None,
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._bounds = bounds
        self._live = live
        self._clock = clock
        self._wall = wall
        self._going: OrderedDict[str, _Kept] = OrderedDict()
        self._ended: OrderedDict[str, _Kept] = OrderedDict()
        self._strangers: OrderedDict[str, _Kept] = OrderedDict()
        self._bad: OrderedDict[str, _Kept] = OrderedDict()
        self._places = (self._going, self._ended, self._bad, self._strangers)
        self._by_call_id: dict[bytes, _Kept] = {}
        self._by_uuid: dict[str, list[_Kept]] = {}
        self._waiting: OrderedDict[tuple[str, str], list[TraceEntry]] = OrderedDict()
        self._placing = ""
        self._octets = 0
        self._bad_octets = 0

    # --- what is told

    def message(self, source: str, target: str, data: bytes, way: Way) -> None:
        if self._live is not None:
            self._live(source, target, data, way)
        call_id = call_id_of(data)
        kept = self._by_call_id.get(call_id)
        if kept is None:
            if not data.startswith(_BEGINS):
                return
            kept = self._found(self._placing) or self._stranger(call_id)
            kept.call_ids.append(call_id)
            self._by_call_id[call_id] = kept
        self._add(kept, (self._clock(), Plane.SIP, source, target, way, data))

    def began(self, call: str, dn: str) -> None:
        self._going[call] = self._new(call, dn)

    def joined(self, call: str, call_id: str) -> None:
        kept, named = self._found(call), call_id.encode()
        if kept is None or not named:
            return
        stranger = self._by_call_id.get(named)
        if stranger is not None:
            if self._strangers.get(stranger.name) is not stranger:
                return
            del self._strangers[stranger.name]
            kept.begun, kept.ahead = min((kept.begun, kept.ahead), (stranger.begun, stranger.ahead))
            kept.entries = stranger.entries + kept.entries
            kept.octets += stranger.octets
        self._by_call_id[named] = kept
        kept.call_ids.append(named)
        self._make_room()

    def placing(self, call: str) -> None:
        self._placing = call

    def bind(self, call: str, call_uuid: str) -> None:
        kept = self._found(call)
        if kept is None or not call_uuid or call_uuid in kept.uuids:
            return
        kept.uuids.append(call_uuid)
        self._by_uuid.setdefault(call_uuid, []).append(kept)
        for entry in self._waiting.pop((call_uuid, kept.dn), ()):
            self._note(kept, entry)

    def note(self, call: str, entry: TraceEntry) -> None:
        if kept := self._found(call):
            self._note(kept, entry)

    def note_uuid(self, call_uuid: str, dn: str, entry: TraceEntry) -> None:
        known = [kept for kept in self._by_uuid.get(call_uuid, ()) if kept.dn == dn]
        if known:
            self._note(known[-1], entry)
            return
        dated = entry if entry.at else TraceEntry(self._wall(), *_but_time(entry))
        waiting = self._waiting.setdefault((call_uuid, dn), [])
        if len(waiting) < MOST_SAID:
            waiting.append(dated)
        if len(self._waiting) > MOST_WAITING:
            self._waiting.popitem(last=False)

    def mark_bad(self, call: str, why: str) -> bool:
        found = [kept for kept in (self._found(call), *self._by_uuid.get(call, ())) if kept is not None]
        for kept in found:
            if why not in kept.bad:
                kept.bad.append(why)
            if self._ended.pop(kept.name, None) or self._strangers.pop(kept.name, None):
                self._octets -= kept.octets
                self._keep_bad(kept)
        return bool(found)

    def marks(self, call: str) -> tuple[str, ...]:
        kept = self._found(call)
        return tuple(kept.bad) if kept is not None else ()

    def end(self, call: str) -> None:
        kept = self._going.pop(call, None)
        if kept is None:
            return
        kept.ended = self._clock()
        if not kept.bad:
            self._ended[call] = kept
            return
        self._octets -= kept.octets
        self._keep_bad(kept)

    # --- what is read

    def calls(self) -> list[TraceSummary]:
        found = sorted(self._all(), key=lambda kept: kept.begun, reverse=True)
        return [
            TraceSummary(
                kept.name, _last(kept.uuids), kept.dn, *_times(kept), entries=len(kept.entries), bad=tuple(kept.bad)
            )
            for kept in found
        ]

    def get(self, call: str) -> CallTrace | None:
        kept = self._found(call) or next(iter(reversed(self._by_uuid.get(call, []))), None)
        if kept is None:
            return None
        entries = tuple(_entry(noted, kept.ahead) for noted in sorted(kept.entries, key=lambda noted: noted[0]))
        begun, ended = _times(kept)
        return CallTrace(kept.name, _last(kept.uuids), kept.dn, begun, ended, entries, tuple(kept.bad), kept.left_out)

    # --- keeping

    def _all(self) -> Iterator[_Kept]:
        for place in self._places:
            yield from place.values()

    def _found(self, call: str) -> _Kept | None:
        return next((kept for place in self._places if (kept := place.get(call))), None)

    def _new(self, name: str, dn: str = "") -> _Kept:
        now = self._clock()
        return _Kept(name, now, self._wall() - now, dn)

    def _stranger(self, call_id: bytes) -> _Kept:
        """No call has this Call-ID yet, and perhaps none will: the INVITE may be refused."""
        kept = self._new(call_id.decode("latin-1"))
        self._strangers[kept.name] = kept
        if len(self._strangers) > MOST_STRANGERS:
            self._drop(self._strangers)
        return kept

    def _note(self, kept: _Kept, entry: TraceEntry) -> None:
        at = entry.at - kept.ahead if entry.at else self._clock()
        self._add(kept, (at, *_but_time(entry)))

    def _add(self, kept: _Kept, noted: Noted) -> None:
        octets = ENTRY_OCTETS + len(noted[5])
        kept.entries.append(noted)
        kept.octets += octets
        if kept.octets > self._bounds.call_octets:
            octets -= _thinned(kept)
        if self._bad.get(kept.name) is kept:
            self._bad_octets += octets
        else:
            self._octets += octets
            self._make_room()

    def _make_room(self) -> None:
        while self._octets > self._bounds.octets or len(self._going) + len(self._ended) > self._bounds.calls:
            over = len(self._going) + len(self._ended) > self._bounds.calls
            place = (not over and self._strangers) or self._ended or self._going
            if not place:
                return
            self._drop(place)

    def _drop(self, place: OrderedDict[str, _Kept]) -> None:
        _, kept = place.popitem(last=False)
        self._octets -= kept.octets
        self._forget(kept)

    def _keep_bad(self, kept: _Kept) -> None:
        self._bad[kept.name] = kept
        self._bad_octets += kept.octets
        while len(self._bad) > self._bounds.bad_calls or self._bad_octets > self._bounds.bad_octets:
            _, oldest = self._bad.popitem(last=False)
            self._bad_octets -= oldest.octets
            self._forget(oldest)
            if oldest is kept:
                return

    def _forget(self, kept: _Kept) -> None:
        for call_id in kept.call_ids:
            self._by_call_id.pop(call_id, None)
        for uuid in kept.uuids:
            others = [each for each in self._by_uuid.pop(uuid, ()) if each is not kept]
            if others:
                self._by_uuid[uuid] = others


def _thinned(kept: _Kept) -> int:
    """Take a quarter out of the middle: how a long call began and ended tells most. Returns the octets."""
    count = len(kept.entries)
    taken = kept.entries[count // 2 : count // 2 + count // 4 + 1]
    del kept.entries[count // 2 : count // 2 + count // 4 + 1]
    octets = sum(ENTRY_OCTETS + len(noted[5]) for noted in taken)
    kept.octets -= octets
    kept.left_out += len(taken)
    return octets


def _but_time(entry: TraceEntry) -> tuple[Plane, str, str, str, str]:
    return entry.plane, entry.source, entry.target, entry.title, entry.text


def _entry(noted: Noted, ahead: float) -> TraceEntry:
    at, plane, source, target, title, text = noted
    if isinstance(text, bytes):
        text = text.decode("utf-8", "replace")
    if isinstance(title, str):
        return TraceEntry(at + ahead, plane, source, target, title, text)
    host, port = title.remote
    remote = f"{title.transport} [{host}]:{port}" if ":" in host else f"{title.transport} {host}:{port}"
    return TraceEntry(at + ahead, plane, source, target, text.lstrip().partition("\n")[0].rstrip(), text, remote)


def _times(kept: _Kept) -> tuple[float, float]:
    return kept.begun + kept.ahead, kept.ended + kept.ahead if kept.ended else 0.0


def _last(uuids: list[str]) -> str:
    return uuids[-1] if uuids else ""
