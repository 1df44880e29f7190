"""The Call-ID of a SIP message, found without reading the message: each one that passes is asked for it."""

from __future__ import annotations

_CALL_ID = b"\r\nCall-ID: "
_OTHER_CALL_IDS = (b"\ncall-id:", b"\ni:", b"\ncall-id ", b"\ni ")


def call_id_of(data: bytes) -> bytes:
    """The Call-ID of a message as it is written, empty where there is none."""
    start = data.find(_CALL_ID)
    if start >= 0:
        start += len(_CALL_ID)
        return data[start : data.find(b"\r", start)].strip()
    head = data[: data.find(b"\r\n\r\n") + 1] if b"\r\n\r\n" in data else data
    lower = head.lower()
    for name in _OTHER_CALL_IDS:
        start = lower.find(name)
        if start >= 0:
            line = head[start + 1 :].split(b"\n", 1)[0]
            return line.partition(b":")[2].strip()
    return b""
