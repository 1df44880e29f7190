"""Channel names and the patterns that subscribe to them (Bayeux 1.0 sections 2.2 and 2.2.1)."""

from __future__ import annotations

import re
from typing import TypeGuard

MAXIMUM_LENGTH = 256

_SEGMENT = r"[A-Za-z0-9\-_!~()$@.]+"
_NAME = re.compile(rf"(/{_SEGMENT})+")
_PATTERN = re.compile(rf"(/{_SEGMENT})*/(\*\*?|{_SEGMENT})")


def is_name(text: object) -> TypeGuard[str]:
    """Whether `text` names one channel."""
    return isinstance(text, str) and len(text) <= MAXIMUM_LENGTH and _NAME.fullmatch(text) is not None


def is_pattern(text: object) -> TypeGuard[str]:
    """Whether `text` can be subscribed to: a name, or one whose last segment is `*` or `**`."""
    return isinstance(text, str) and len(text) <= MAXIMUM_LENGTH and _PATTERN.fullmatch(text) is not None


def is_meta(text: str) -> bool:
    return text == "/meta" or text.startswith("/meta/")


def matches(pattern: str, name: str) -> bool:
    """Whether a subscription to `pattern` gets messages of channel `name`: `*` is one segment, `**` one or more."""
    if pattern == name:
        return True
    head, _, last = pattern.rpartition("/")
    if last == "**":
        return name.startswith(head + "/")
    return last == "*" and name.rpartition("/")[0] == head
