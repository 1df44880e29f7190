"""Traces of the latest calls, in memory, bounded by number and octets; of bad calls longer.

Told of a message it finds the Call-ID and keeps the octets as they are: everything else waits until somebody looks.
Calls that have ended give way first, the earliest of them at the head.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cordboard.observe.trace.beforehand import Beforehand
from cordboard.observe.trace.call_id import call_id_of
from cordboard.observe.trace.kept import ENTRY_OCTETS, Kept, Noted, but_time, entry_of, last_of, thinned, times_of
from cordboard.observe.trace.port import CallTrace, Marked, Plane, TraceEntry, TraceSummary, Way

MOST_STRANGERS = 100  # INVITEs that no call came of
_BEGINS = (b"INVITE ", b"REFER sip")

Live = Callable[[str, str, bytes, Way], None]


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many calls and octets are kept, of all calls and beside these of bad ones."""

    calls: int = 500
    octets: int = 32_000_000
    bad_calls: int = 100
    bad_octets: int = 16_000_000
    call_octets: int = 500_000


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
        self._going: OrderedDict[str, Kept] = OrderedDict()
        self._ended: OrderedDict[str, Kept] = OrderedDict()
        self._strangers: OrderedDict[str, Kept] = OrderedDict()
        self._bad: OrderedDict[str, Kept] = OrderedDict()
        self._places = (self._going, self._ended, self._bad, self._strangers)
        self._by_call_id: dict[bytes, Kept] = {}
        self._by_uuid: dict[str, list[Kept]] = {}
        self._beforehand = Beforehand()
        self._marked: list[Marked] = []
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
        kept = self._going[call] = self._new(call, dn)
        for entry in self._beforehand.before(dn, self._wall()):
            self._note(kept, entry)

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
        for entry in self._beforehand.take(call_uuid, kept.dn):
            self._note(kept, entry)

    def note(self, call: str, entry: TraceEntry) -> None:
        if kept := self._found(call):
            self._note(kept, entry)

    def note_uuid(self, call_uuid: str, dn: str, entry: TraceEntry) -> None:
        known = [kept for kept in self._by_uuid.get(call_uuid, ()) if kept.dn == dn]
        if known:
            self._note(known[-1], entry)
            return
        self._beforehand.of_call(call_uuid, dn, self._dated(entry))

    def note_agent(self, dn: str, entry: TraceEntry) -> None:
        dated = self._dated(entry)
        self._beforehand.of_agent(dn, dated)
        for kept in [each for each in self._going.values() if each.dn == dn]:
            self._note(kept, dated)

    def mark_bad(self, call: str, why: str) -> bool:
        found = [kept for kept in (self._found(call), *self._by_uuid.get(call, ())) if kept is not None]
        for kept in found:
            if why not in kept.bad:
                kept.bad.append(why)
                self._tell_marked(kept)
            if self._ended.pop(kept.name, None) or self._strangers.pop(kept.name, None):
                self._octets -= kept.octets
                self._keep_bad(kept)
        return bool(found)

    def on_mark(self, marked: Marked) -> None:
        self._marked.append(marked)

    def _tell_marked(self, kept: Kept) -> None:
        for listener in self._marked:
            listener(kept.name, tuple(kept.bad))

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
                kept.name, last_of(kept.uuids), kept.dn, *times_of(kept), entries=len(kept.entries), bad=tuple(kept.bad)
            )
            for kept in found
        ]

    def get(self, call: str) -> CallTrace | None:
        kept = self._found(call) or next(iter(reversed(self._by_uuid.get(call, []))), None)
        if kept is None:
            return None
        entries = tuple(entry_of(noted, kept.ahead) for noted in sorted(kept.entries, key=lambda noted: noted[0]))
        begun, ended = times_of(kept)
        return CallTrace(kept.name, last_of(kept.uuids), kept.dn, begun, ended, entries, tuple(kept.bad), kept.left_out)

    def tells_of(self, call: str, plane: Plane) -> bool:
        kept = self._found(call)
        return kept is not None and any(noted[1] is plane for noted in kept.entries)

    # --- keeping

    def _all(self) -> Iterator[Kept]:
        for place in self._places:
            yield from place.values()

    def _found(self, call: str) -> Kept | None:
        return self._going.get(call) or self._ended.get(call) or self._bad.get(call) or self._strangers.get(call)

    def _new(self, name: str, dn: str = "") -> Kept:
        now = self._clock()
        return Kept(name, now, self._wall() - now, dn)

    def _stranger(self, call_id: bytes) -> Kept:
        """No call has this Call-ID yet, and perhaps none will: the INVITE may be refused."""
        kept = self._new(call_id.decode("latin-1"))
        self._strangers[kept.name] = kept
        if len(self._strangers) > MOST_STRANGERS:
            self._drop(self._strangers)
        return kept

    def _dated(self, entry: TraceEntry) -> TraceEntry:
        return entry if entry.at else TraceEntry(self._wall(), *but_time(entry))

    def _note(self, kept: Kept, entry: TraceEntry) -> None:
        at = entry.at - kept.ahead if entry.at else self._clock()
        self._add(kept, (at, *but_time(entry)))

    def _add(self, kept: Kept, noted: Noted) -> None:
        octets = ENTRY_OCTETS + len(noted[5])
        kept.entries.append(noted)
        kept.octets += octets
        if kept.octets > self._bounds.call_octets:
            octets -= thinned(kept)
        if kept.bad and self._bad.get(kept.name) is kept:
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

    def _drop(self, place: OrderedDict[str, Kept]) -> None:
        _, kept = place.popitem(last=False)
        self._octets -= kept.octets
        self._forget(kept)

    def _keep_bad(self, kept: Kept) -> None:
        self._bad[kept.name] = kept
        self._bad_octets += kept.octets
        while len(self._bad) > self._bounds.bad_calls or self._bad_octets > self._bounds.bad_octets:
            _, oldest = self._bad.popitem(last=False)
            self._bad_octets -= oldest.octets
            self._forget(oldest)
            if oldest is kept:
                return

    def _forget(self, kept: Kept) -> None:
        for call_id in kept.call_ids:
            self._by_call_id.pop(call_id, None)
        for uuid in kept.uuids:
            others = [each for each in self._by_uuid.pop(uuid, ()) if each is not kept]
            if others:
                self._by_uuid[uuid] = others
