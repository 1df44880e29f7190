"""One line that tells what an entry of a trace is, and the part of a CometD answer that is about the call."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from cordboard.observe.trace.port import CallTrace, Plane, TraceEntry

_TOLD = ("Event", "Refer-To", "Replaces", "Reason", "Subscription-State")  # headers that tell what a message is for


def title_of(entry: TraceEntry) -> str:
    """A line without line ends; numbers in it are as they were."""
    if entry.plane is Plane.SIP:
        return _sip(entry.text) or entry.title
    if entry.plane is Plane.COMETD:
        return "; ".join(_event(each) for each in messages_of(entry.text)) or entry.title or "CometD"
    if entry.plane is Plane.REST and entry.text.startswith("{"):
        return f"{entry.title} {_operation(entry.text)}".strip()
    return entry.title


def about(trace: CallTrace) -> CallTrace:
    """The trace, its CometD entries reduced to the messages that name the call: an answer may hold several calls'."""
    entries = tuple(_reduced(entry, trace.call_uuid) for entry in trace.entries)
    return CallTrace(
        trace.call, trace.call_uuid, trace.dn, trace.begun, trace.ended, entries, trace.bad, trace.left_out
    )


def messages_of(text: str) -> list[Mapping[str, Any]]:
    """CometD's messages in the body of an answer."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return []
    items = content if isinstance(content, list) else [content]
    return [each for each in items if isinstance(each, dict)]


def headers_of(text: str) -> dict[str, str]:
    """The headers of a SIP message by their names in lower case; of several of a name the first."""
    found: dict[str, str] = {}
    for line in text.replace("\r\n", "\n").partition("\n\n")[0].split("\n")[1:]:
        name, _, value = line.partition(":")
        found.setdefault(name.strip().lower(), value.strip())
    return found


def _reduced(entry: TraceEntry, call_uuid: str) -> TraceEntry:
    if entry.plane is not Plane.COMETD or not call_uuid:
        return entry
    kept = [each for each in messages_of(entry.text) if call_uuid in json.dumps(each)]
    text = json.dumps(kept) if kept else entry.text
    return TraceEntry(entry.at, entry.plane, entry.source, entry.target, entry.title, text, entry.remote)


def _sip(text: str) -> str:
    start = text.lstrip().partition("\n")[0].rstrip()
    headers = headers_of(text)
    if start.startswith("SIP/2.0 "):
        method = headers.get("cseq", "").partition(" ")[2]
        start = f"{start.removeprefix('SIP/2.0 ')} ({method})" if method else start.removeprefix("SIP/2.0 ")
    else:
        start = start.removesuffix(" SIP/2.0")
    told = [f"{name}: {headers[name.lower()]}" for name in _TOLD if name.lower() in headers]
    body = (headers.get("content-type") or headers.get("c") or "").partition(";")[0]
    return ", ".join([start, *told, *([f"with {body.removeprefix('application/')}"] if body else [])])


def _event(message: Mapping[str, Any]) -> str:
    data = message.get("data")
    if not isinstance(data, dict):
        return str(message.get("channel", "message"))
    call = data.get("call")
    state = call.get("state") if isinstance(call, dict) else None
    words = (data.get("messageType"), data.get("notificationType"), state)
    return " ".join(str(word) for word in words if word) or str(message.get("channel", "event"))


def _operation(text: str) -> str:
    try:
        said = json.loads(text)
    except (ValueError, RecursionError):
        return ""
    if not isinstance(said, dict):
        return ""
    status = said.get("statusCode")
    return str(said.get("operationName") or (f"statusCode {status}" if status is not None else ""))
