"""A SIP message of a capture, and what kind it is: its place in a dialog, in a few words that two captures share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from cordboard.sip.address import NameAddress
from cordboard.sip.errors import RemoteProtocolError
from cordboard.sip.fields import media_type
from cordboard.sip.message import Message, Request, parse_message


class Unreadable(Exception):
    """The capture cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Captured:
    """As it stands in a capture. `at` in seconds of any clock; `by_server`: SIP Server sent it."""

    at: float
    by_server: bool
    message: Message


@dataclass(frozen=True, slots=True)
class Placed:
    """A message with its `kind` ("NOTIFY talk", "200 to INVITE"). `after` is what came before it in its dialog, and
    `seconds` how long ago; empty for the first."""

    kind: str
    captured: Captured
    after: str = ""
    seconds: float = 0.0

    @property
    def by_server(self) -> bool:
        return self.captured.by_server


def captured(at: float, by_server: bool, data: bytes) -> Captured | None:
    """None for what is no SIP message, a keep-alive for instance."""
    try:
        return Captured(at, by_server, parse_message(data))
    except RemoteProtocolError:
        return None


def placed(messages: Iterable[Captured]) -> Iterator[Placed]:
    """Each message in its place; repetitions of the same message are left out."""
    requests: dict[tuple[str, str, bool], str] = {}
    last: dict[str, tuple[str, float]] = {}
    seen: set[tuple[object, ...]] = set()
    for each in messages:
        headers = each.message.headers
        call_id, cseq = headers.get("Call-ID") or "", headers.get("CSeq") or ""
        status = 0 if isinstance(each.message, Request) else each.message.status
        identity = (call_id, cseq, status, each.by_server, headers.get("Via"), headers.get("To"))
        if identity in seen:
            continue
        seen.add(identity)
        if isinstance(each.message, Request):
            kind = _request_kind(each.message)
            requests[call_id, cseq, each.by_server] = kind
        else:
            asked = requests.get((call_id, cseq, not each.by_server), cseq.partition(" ")[2])
            kind = f"{status}{_body(each.message)} to {asked}"
        before, at = last.get(call_id, ("", each.at))
        last[call_id] = (f"{'its' if each.by_server else 'our'} {kind}", each.at)
        yield Placed(kind, each, before, each.at - at)


def _request_kind(request: Request) -> str:
    if request.method == "INVITE":
        name = "re-INVITE" if _has_tag(request) else "INVITE"
        return f"{name} with SDP" if request.body else f"{name} without SDP"
    if request.method == "NOTIFY":
        event = (request.headers.get("Event") or "").partition(";")[0].strip()
        return f"NOTIFY {event}".strip()
    return f"{request.method}{_body(request)}"


def _body(message: Message) -> str:
    if not message.body:
        return ""
    kind = media_type(message.headers.get("Content-Type")) or "a body"
    return " with SDP" if kind == "application/sdp" else f" with {kind}"


def _has_tag(request: Request) -> bool:
    try:
        return bool(NameAddress.parse(request.headers.get("To") or "").parameters.get("tag"))
    except RemoteProtocolError:
        return False
