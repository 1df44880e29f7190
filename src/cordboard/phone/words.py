"""The gateway's words to a page, and a page's to the gateway (architecture section 4.10)."""

from __future__ import annotations

import json

from cordboard.sip.fields import media_type
from cordboard.sip.message import Request

WORDS_TYPE = "application/vnd.cordboard+json"
LONGEST = 2000


def words_of(request: Request) -> dict[str, object]:
    """What an INFO or a MESSAGE says; nothing if it is none of ours."""
    if media_type(request.headers.get("Content-Type")) != WORDS_TYPE or len(request.body) > LONGEST:
        return {}
    try:
        words = json.loads(request.body)
    except (ValueError, RecursionError):
        return {}
    return words if isinstance(words, dict) else {}


def ping_reply(words: dict[str, object]) -> tuple[tuple[str, str], ...]:
    """The headers by which a ping is answered in its response; none if it is no ping."""
    if words.get("do") != "ping" or not isinstance(words.get("id"), str):
        return ()
    return (("X-Cordboard-Microphone", "ready"),)


def digit(key: str, milliseconds: int = 100) -> tuple[str, bytes]:
    """A digit as JsSIP sends it by INFO: content type and body."""
    return "application/dtmf-relay", f"Signal={key}\r\nDuration={milliseconds}\r\n".encode()
