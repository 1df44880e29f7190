"""The last defence before a log line is written: private values masked, secrets taken out."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from structlog.typing import EventDict, WrappedLogger

from cordboard.observe.private import Private

_SECRET_KEY = re.compile(
    r"password|passwd|secret|token|authori[sz]ation|cookie|jsessionid|credential|api_?key", re.IGNORECASE
)
_SECRET_TEXT = re.compile(
    r"\b(?P<scheme>Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}"
    r"|\b(?P<cookie>JSESSIONID|BAYEUX_BROWSER)=[^;,\s]+"
    r"|\b(?P<jwt>eyJ)[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]*"
    r'|\b(?P<digest>response|nonce|cnonce)="[^"]*"',
)
_NUMBERS = frozenset({"dn", "number", "caller", "called", "ani", "dnis"})  # keys whose values are somebody's number
_REDACTED = "(redacted)"
_DEEPEST = 6
_REMEMBERED = 512  # keys
_LONGEST_REMEMBERED = 60  # characters


def mask_private(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A structlog processor: each `Private`, however deep, and each number under its usual key become masked text."""
    return {key: _masked(_numbered(key, value), 0) for key, value in event.items()}


def _numbered(key: str, value: Any) -> Any:
    return Private(value) if key in _NUMBERS and isinstance(value, str) else value


def redact(_logger: WrappedLogger, _name: str, event: EventDict) -> EventDict:
    """A structlog processor: values under keys that name a secret, and texts that look like one, are taken out."""
    return {key: _redacted(str(key), value, 0) for key, value in event.items()}


def _masked(value: Any, depth: int) -> Any:
    if isinstance(value, Private):
        return str(value)
    return _each(value, depth, lambda _key, item: _masked(item, depth + 1))


def _redacted(key: str, value: Any, depth: int) -> Any:
    secret = _is_secret(key) if len(key) <= _LONGEST_REMEMBERED else bool(_SECRET_KEY.search(key))
    if secret and not isinstance(value, (bool, type(None))):
        return _REDACTED
    if isinstance(value, str):
        return _SECRET_TEXT.sub(_without_secret, value)
    return _each(value, depth, lambda inner, item: _redacted(inner, item, depth + 1))


@lru_cache(_REMEMBERED)
def _is_secret(key: str) -> bool:
    return bool(_SECRET_KEY.search(key))


def _without_secret(match: re.Match[str]) -> str:
    if match["scheme"]:
        return f"{match['scheme']} {_REDACTED}"
    name = match["cookie"] or match["digest"]
    return f"{name}={_REDACTED}" if name else _REDACTED


def _each(value: Any, depth: int, change: Any) -> Any:
    """`value` with `change(key, item)` done to its items, where it has any."""
    if depth >= _DEEPEST and isinstance(value, (dict, list, tuple, set, frozenset)):
        return "(too deep)"
    if isinstance(value, dict):
        return {key: change(str(key), item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [change("", item) for item in value]
    return value
