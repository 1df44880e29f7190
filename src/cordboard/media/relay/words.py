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
from dataclasses import asdict
from typing import Any

from cordboard.media.port import CallStatistics, MediaEvent, MediaEventKind, StreamStatistics

LINE_LIMIT = 256 * 1024  # bytes; a description and a snapshot are far below
SNAPSHOT_LIMIT = 4096  # bytes


def encode(words: dict[str, Any]) -> bytes:
    """One object as a line."""
    return json.dumps(words, separators=(",", ":")).encode() + b"\n"


def decode(line: bytes) -> dict[str, Any]:
    """The counterpart of `encode`. Raises `ValueError` for anything that is not a JSON object."""
    words = json.loads(line)
    if not isinstance(words, dict):
        raise ValueError("not a JSON object")
    return words


def event_to_json(event: MediaEvent) -> dict[str, Any]:
    return {"event": event.kind.value, "call": event.call, "why": event.why}


def event_from_json(words: dict[str, Any]) -> MediaEvent:
    return MediaEvent(words["call"], MediaEventKind(words["event"]), words.get("why", ""))


def statistics_to_json(statistics: CallStatistics) -> dict[str, Any]:
    return asdict(statistics)


def statistics_from_json(words: dict[str, Any]) -> CallStatistics:
    sides = ("page", "trunk", "page_video", "trunk_video")
    found = {side: StreamStatistics(**words[side]) for side in sides if words[side] is not None}
    return CallStatistics(**found, connected=words["connected"])
