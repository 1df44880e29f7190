"""The integration guide's words for what GWS v2 has words of its own for.

The guide operates "the active call" and listens to `/user/agent/events` and `/call/state`; no GWS has those. Here they
are translated: which call an operation means, what a client's subscriptions are called at GWS, and what GWS's messages
are to such a client.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cordboard.genesys.channels import (
    CALLS,
    GMS_PATH,
    GUIDE_AGENT_EVENTS,
    GUIDE_CALL_STATE,
    GUIDE_PATH,
    MessageType,
    NotificationType,
)
from cordboard.genesys.notifications import guide_agent_event, guide_call_state
from cordboard.genesys.operations import CallOperation
from cordboard.genesys.states import CallState

PATHS = (GUIDE_PATH, GMS_PATH)
CHANNELS = (GUIDE_AGENT_EVENTS, GUIDE_CALL_STATE)
SHORT_FORMS: Mapping[str, CallOperation] = {
    "answer": CallOperation.ANSWER,
    "hold": CallOperation.HOLD,
    "retrieve": CallOperation.RETRIEVE,
    "hangup": CallOperation.HANGUP,
}
MOST_CLIENTS = 8  # CometD clients of one page that are remembered
MOST_CALLS = 64

_PREFERRED = (CallState.ESTABLISHED, CallState.DIALING, CallState.RINGING, CallState.HELD)
_BESIDE_CAPABILITIES = {(CallState.RINGING, CallOperation.HANGUP)}  # clients refuse a ringing call so
_MATCHES_CALLS = (CALLS, "/v2/me/*", "/v2/me/**", "/v2/**", "/**")
_NAMES = {
    NotificationType.ATTACHED_DATA_CHANGED: "AttachedDataChanged",
    NotificationType.PARTICIPANTS_UPDATED: "PartyChanged",
    NotificationType.DTMF_SENT: "DtmfSent",
    NotificationType.CALL_RECORDING_STATE_CHANGE: "RecordingStateChanged",
}

Message = dict[str, Any]


def active_call(operation: CallOperation, calls: Sequence[object]) -> Message | None:
    """Of these call resources the one that the operation can be meant for."""
    fitting = [call for call in calls if isinstance(call, dict) and _fits(operation, call)]
    return min(fitting, key=_rank) if fitting else None


def _fits(operation: CallOperation, call: Message) -> bool:
    capabilities = call.get("capabilities")
    allowed = isinstance(capabilities, list) and operation.value in capabilities
    return bool(_identifier(call)) and (allowed or (call.get("state"), operation) in _BESIDE_CAPABILITIES)


def _rank(call: Message) -> int:
    state = call.get("state")
    return _PREFERRED.index(CallState(state)) if state in _PREFERRED else len(_PREFERRED)


def _identifier(call: Message) -> str:
    """Empty `id`s happen; then the last part of `uri` is it (reference 1.13)."""
    identifier, uri = call.get("id"), call.get("uri")
    if isinstance(identifier, str) and identifier:
        return identifier
    return uri.rstrip("/").rpartition("/")[2] if isinstance(uri, str) else ""


def call_id(call: Message) -> str:
    """What a call is called in the path of an operation."""
    return _identifier(call)


@dataclass(slots=True)
class _Client:
    """What one CometD client subscribed to, and the states of calls it has heard of."""

    wanted: set[str] = field(default_factory=set)
    hears_calls: bool = False
    states: OrderedDict[str, str] = field(default_factory=OrderedDict)

    def passes(self, call: Message) -> str:
        """Remember the call's state; returns the one before."""
        identifier, state = _identifier(call), call.get("state")
        before = self.states.pop(identifier, "")
        if isinstance(state, str) and state != CallState.RELEASED:
            self.states[identifier] = state
            while len(self.states) > MOST_CALLS:
                self.states.popitem(last=False)
        return before


class GuideListeners:
    """The CometD clients of one page that use the guide's channels."""

    def __init__(self) -> None:
        self._clients: OrderedDict[str, _Client] = OrderedDict()

    def exchange(self, messages: Sequence[object]) -> Exchange:
        """Begin to translate one request of CometD and its answer."""
        return Exchange(self, messages)

    def client(self, identifier: str) -> _Client:
        client = self._clients.setdefault(identifier, _Client())
        self._clients.move_to_end(identifier)
        while len(self._clients) > MOST_CLIENTS:
            self._clients.popitem(last=False)
        return client

    def forget(self, identifier: str) -> None:
        self._clients.pop(identifier, None)


class Exchange:
    """One request: `sent` is what goes to GWS, `answered` makes of GWS's answer what goes to the client."""

    def __init__(self, listeners: GuideListeners, messages: Sequence[object]) -> None:
        self._listeners = listeners
        self._asked: dict[str, Message] = {}
        self._client = ""
        self.sent = [self._outgoing(message) for message in messages]

    def answered(self, messages: Sequence[object]) -> list[object]:
        return [made for message in messages for made in self._incoming(message)]

    def _outgoing(self, message: object) -> object:
        if not isinstance(message, dict) or not isinstance(message.get("clientId"), str):
            return message
        self._client = message["clientId"]
        channel = message.get("channel")
        if channel == "/meta/disconnect":
            self._listeners.forget(self._client)
        if channel not in ("/meta/subscribe", "/meta/unsubscribe"):
            return message
        asked = message.get("subscription")
        named = [one for one in (asked if isinstance(asked, list) else [asked]) if isinstance(one, str)]
        client = self._listeners.client(self._client)
        if channel == "/meta/subscribe":
            return self._subscribe(message, client, named)
        return self._unsubscribe(message, client, named)

    def _subscribe(self, message: Message, client: _Client, named: list[str]) -> object:
        guides = [one for one in named if one in CHANNELS]
        client.wanted.update(guides)
        client.hears_calls = client.hears_calls or any(one in _MATCHES_CALLS for one in named)
        if not guides:
            return message
        self._asked[str(message.get("id"))] = message
        others = [one for one in named if one not in CHANNELS]
        return {**message, "subscription": [*others, CALLS] if others else CALLS}

    def _unsubscribe(self, message: Message, client: _Client, named: list[str]) -> object:
        guides = [one for one in named if one in CHANNELS]
        client.wanted.difference_update(guides)
        gives_up = any(one in _MATCHES_CALLS for one in named)
        if gives_up:
            client.hears_calls = False
        if not guides and not (gives_up and client.wanted):
            return message
        self._asked[str(message.get("id"))] = message
        if client.wanted or client.hears_calls:  # GWS's channel is still needed: subscribing again changes nothing
            return {**message, "channel": "/meta/subscribe", "subscription": CALLS}
        others = [one for one in named if one not in CHANNELS]
        return {**message, "subscription": [*others, CALLS] if others else CALLS}

    def _incoming(self, message: object) -> list[object]:
        if not isinstance(message, dict):
            return [message]
        channel, data = message.get("channel"), message.get("data")
        asked = self._asked.get(str(message.get("id")))
        if asked is not None and channel in ("/meta/subscribe", "/meta/unsubscribe"):
            return [{**message, "channel": asked["channel"], "subscription": asked["subscription"]}]
        if channel != CALLS or not isinstance(data, dict):
            return [message]
        client = self._listeners.client(self._client)
        own: list[object] = [message] if client.hears_calls or not client.wanted else []
        return [*own, *(each for each in told(data, client.passes(_call(data))) if each["channel"] in client.wanted)]


def told(data: Message, before: str) -> list[Message]:
    """A message of `/v2/me/calls` in the guide's words; `before` is the state that the call had, empty if unknown."""
    call, kind = _call(data), data.get("notificationType")
    if data.get("messageType") != MessageType.CALL_STATE_CHANGE or not call:
        return []
    if kind != NotificationType.STATUS_CHANGE:
        name = next((name for each, name in _NAMES.items() if each == kind), "")
        return [{"channel": GUIDE_AGENT_EVENTS, "data": guide_agent_event(name, call)}] if name else []
    state = str(call.get("state", ""))
    messages = [{"channel": GUIDE_CALL_STATE, "data": guide_call_state({**call, "state": state})}]
    if state != before:
        name = "Retrieved" if (before, state) == (CallState.HELD, CallState.ESTABLISHED) else state
        messages.insert(0, {"channel": GUIDE_AGENT_EVENTS, "data": guide_agent_event(name, call)})
    return messages


def _call(data: Message) -> Message:
    call = data.get("call")
    return call if isinstance(call, dict) else {}
