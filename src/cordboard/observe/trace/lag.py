"""By how much the two planes differ in time: a call's change in its SIP messages and in GWS's events, of one trace.

SIP: the gateway's INVITE to the page, its first 200 to an INVITE, the first BYE of either side. GWS: the call's first
event that says Ringing, Established, Released, as it passes the desk on the way to the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cordboard.observe.trace.port import GATEWAY, PAGE, CallTrace, Plane, TraceEntry
from cordboard.observe.trace.titles import headers_of, messages_of

CHANGES = {"Ringing": "ringing", "Established": "established", "Released": "released"}  # GWS's word -> ours
LONGEST = 60.0  # seconds; what is further apart does not belong together


@dataclass(frozen=True, slots=True)
class Lag:
    """`seconds` is how much later GWS told, negative where SIP was later."""

    change: str
    seconds: float


def lags(trace: CallTrace) -> Iterator[Lag]:
    """One for each change of which both planes have told."""
    by_sip: dict[str, float] = {}
    by_gws: dict[str, float] = {}
    for entry in trace.entries:
        if entry.plane is Plane.SIP and (change := _of_sip(entry)):
            by_sip.setdefault(change, entry.at)
        elif entry.plane is Plane.COMETD:
            for change in _of_gws(entry, trace.call_uuid):
                by_gws.setdefault(change, entry.at)
    for change, at in by_sip.items():
        if change in by_gws and abs(by_gws[change] - at) <= LONGEST:
            yield Lag(change, by_gws[change] - at)


def _of_sip(entry: TraceEntry) -> str:
    start = entry.text[:8]
    if start.startswith("INVITE "):
        return "ringing" if (entry.source, entry.target) == (GATEWAY, PAGE) else ""
    if start.startswith("BYE "):
        return "released"
    if entry.source == GATEWAY and entry.text.startswith("SIP/2.0 200"):
        return "established" if headers_of(entry.text).get("cseq", "").endswith("INVITE") else ""
    return ""


def _of_gws(entry: TraceEntry, call_uuid: str) -> Iterator[str]:
    for message in messages_of(entry.text):
        data = message.get("data")
        call = data.get("call") if isinstance(data, dict) else None
        told = call if isinstance(call, dict) and call_uuid in (call.get("callUuid"), call.get("id")) else {}
        if change := CHANGES.get(str(told.get("state"))):
            yield change
