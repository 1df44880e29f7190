"""What engine and worker say to each other: JSON objects, one a line, over a Unix stream socket.

    engine -> worker   {"id": 7, "verb": "take_trunk_offer", "call": "...", "sdp": "..."}
    worker -> engine   {"id": 7, "result": ...}   or   {"id": 7, "error": "why", "status": 488}
    worker -> engine   {"event": "connected", "call": "...", "why": ""}
    worker -> engine   {"load": 0.31, "calls": 57, "draining": false}

The last one comes when it has changed: the share of its core in the last second, its calls then, and whether it is to
be replaced once it is empty.

Requests are carried out and answered in the order in which they came, so they can be pipelined.
"""

from __future__ import annotations

import json
from dataclasses import fields
from typing import Any

from cordboard.media.port import CallStatistics, MediaEvent, MediaEventKind, StreamStatistics

LINE_LIMIT = 256 * 1024  # bytes; a description and a snapshot are far below
SNAPSHOT_LIMIT = 4096  # bytes
SIDES = ("page", "trunk", "page_video", "trunk_video")  # of `CallStatistics`
_ENCODER = json.JSONEncoder(separators=(",", ":"))
FIGURES = tuple(each.name for each in fields(StreamStatistics))


def encode(words: dict[str, Any]) -> bytes:
    """One object as a line."""
    return _ENCODER.encode(words).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The counterpart of `encode`. Raises `ValueError` for anything that is not a JSON object."""
    words = json.loads(line.decode())
    if not isinstance(words, dict):
        raise ValueError("not a JSON object")
    return words


def event_to_json(event: MediaEvent) -> dict[str, Any]:
    return {"event": event.kind.value, "call": event.call, "why": event.why}


def event_from_json(words: dict[str, Any]) -> MediaEvent:
    return MediaEvent(words["call"], MediaEventKind(words["event"]), words.get("why", ""))


def statistics_to_json(statistics: CallStatistics) -> dict[str, Any]:
    sides = {side: getattr(statistics, side) for side in SIDES}
    found = {side: stream and {name: getattr(stream, name) for name in FIGURES} for side, stream in sides.items()}
    return {**found, "connected": statistics.connected}


def statistics_from_json(words: dict[str, Any]) -> CallStatistics:
    found = {side: StreamStatistics(**words[side]) for side in SIDES if words[side] is not None}
    return CallStatistics(**found, connected=words["connected"])
