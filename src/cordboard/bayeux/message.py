"""Bayeux messages: JSON arrays in and out, with bounds (Bayeux 1.0 sections 3 to 5)."""

from __future__ import annotations

import json
import re
from typing import Any

Message = dict[str, Any]

VERSION = "1.0"
LONG_POLLING = "long-polling"
WEBSOCKET = "websocket"
HANDSHAKE = "/meta/handshake"
CONNECT = "/meta/connect"
DISCONNECT = "/meta/disconnect"
SUBSCRIBE = "/meta/subscribe"
UNSUBSCRIBE = "/meta/unsubscribe"

MAXIMUM_MESSAGES = 64  # in one array; clients send one or two, CometD's JavaScript client batches a handful
MAXIMUM_BYTES = 256 * 1024
MAXIMUM_TEXT = 256  # characters of an id or a clientId

_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)*")


class RemoteProtocolError(Exception):
    """The peer sent something that is not a Bayeux body; answer HTTP 400."""


def parse(body: bytes) -> list[Message]:
    """The messages of one HTTP body: a JSON array, or one object as some clients send it.

    Every message is an object with a `channel`; `id` and `clientId`, when there, are short texts (a number as `id` is
    let through and echoed). Raises `RemoteProtocolError`.
    """
    if len(body) > MAXIMUM_BYTES:
        raise RemoteProtocolError(f"more than {MAXIMUM_BYTES} bytes")
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        raise RemoteProtocolError("not JSON") from None
    messages = value if isinstance(value, list) else [value]
    if not messages:
        raise RemoteProtocolError("no message")
    if len(messages) > MAXIMUM_MESSAGES:
        raise RemoteProtocolError(f"more than {MAXIMUM_MESSAGES} messages")
    for message in messages:
        _check(message)
    return messages


def _check(message: object) -> None:
    if not isinstance(message, dict):
        raise RemoteProtocolError("a message is not an object")
    if not isinstance(message.get("channel"), str):
        raise RemoteProtocolError("a message has no channel")
    if not isinstance(message.get("id", ""), str | int) or len(str(message.get("id", ""))) > MAXIMUM_TEXT:
        raise RemoteProtocolError("an id is not a short text")
    client = message.get("clientId")
    if client is not None and (not isinstance(client, str) or len(client) > MAXIMUM_TEXT):
        raise RemoteProtocolError("a clientId is not a short text")


def reply_to(message: Message, **fields: Any) -> Message:
    """A successful reply: the channel, the `id` when there was one (section 4.3), and `fields`."""
    identifier = {"id": message["id"]} if "id" in message else {}
    return {**identifier, "channel": message["channel"], "successful": True, **fields}


def refusal_of(message: Message, error: str, **fields: Any) -> Message:
    """An unsuccessful reply; `error` is `code:arguments:text` (section 4.8)."""
    return reply_to(message, **{"successful": False, "error": error, **fields})


def is_version(value: object) -> bool:
    """Whether a handshake's `version` is one this server speaks: 1 or 1.x (section 4.5)."""
    return isinstance(value, str) and _NUMBER.fullmatch(value) is not None and value.split(".")[0] == "1"
