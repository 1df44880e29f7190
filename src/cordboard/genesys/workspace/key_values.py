"""Key/value lists, as v3 carries user data, extensions and reasons (reference: GWS API 3.4).

    {"Segment": "Gold", "Level": 2, "Case": {"Id": "C-1"}}

is there

    [{"key": "Segment", "type": "str", "value": "Gold"},
     {"key": "Level", "type": "int", "value": 2},
     {"key": "Case", "type": "kvlist", "value": [{"key": "Id", "type": "str", "value": "C-1"}]}]
"""

from __future__ import annotations

import json
from typing import Any

Pair = dict[str, Any]

DEEPEST = 8
MOST = 1000


def pairs(data: dict[str, Any]) -> list[Pair]:
    """The list for an object; T-Library knows texts, whole numbers and lists, so all else becomes a text."""
    return [_pair(str(key), value) for key, value in data.items()]


def _pair(key: str, value: object) -> Pair:
    if isinstance(value, dict):
        return {"key": key, "type": "kvlist", "value": pairs(value)}
    if isinstance(value, int):
        return {"key": key, "type": "int", "value": int(value)}
    return {"key": key, "type": "str", "value": value if isinstance(value, str) else json.dumps(value)}


def read_pairs(value: object, depth: int = DEEPEST) -> dict[str, Any]:
    """The object of a list. A key that comes twice has its last value.

    Raises `ValueError`, in words, for anything else.
    """
    if not isinstance(value, list):
        raise ValueError("is not a list of key, type and value")
    if depth == 0 or len(value) > MOST:
        raise ValueError(f"is deeper than {DEEPEST} lists, or longer than {MOST} pairs")
    return dict(_read(pair, depth) for pair in value)


def _read(pair: object, depth: int) -> tuple[str, Any]:
    if not isinstance(pair, dict) or not isinstance(pair.get("key"), str) or not pair["key"]:
        raise ValueError("has a pair without key")
    key, kind, value = pair["key"], pair.get("type", "str"), pair.get("value")
    if kind == "kvlist":
        return key, read_pairs(value, depth - 1)
    if kind == "int":
        return key, _whole(value)
    if kind != "str":
        raise ValueError("has a type that is none of str, int and kvlist")
    if isinstance(value, dict | list) or value is None:
        raise ValueError("has a str whose value is no text")
    return key, value if isinstance(value, str) else json.dumps(value)


def _whole(value: object) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ValueError("has an int whose value is no whole number") from None
