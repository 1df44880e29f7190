"""Workspace's SetOptions, reduced to what means something to a phone in a browser.

The rest (addresses, transport, attempts) is about a program on the agent's PC; it is kept and told nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

MOST_OPTIONS = 100
LONGEST_VALUE = 300
PING_MILLISECONDS = 2000
FAILED_PINGS = 10

# Workspace's name -> the page's. Of two names for one thing the later wins.
_SWITCHES = {
    "policy.session.auto_answer": "autoAnswer",
    "headset-unplugged-set-not-ready": "notReadyWithoutHeadset",
    "noise_suppression": "noiseSuppression",
    "policy.session.noise_suppression": "noiseSuppression",
    "policy.session.agc_mode": "autoGainControl",
}

Scalar = str | int | float | bool


def kept_options(value: object) -> dict[str, Scalar]:
    """The options of a SetOptions body that are worth keeping: so many, and none of them long."""
    if not isinstance(value, dict):
        return {}
    plain = {
        name: each
        for name, each in value.items()
        if isinstance(each, str | int | float) and len(str(name)) + len(str(each)) <= LONGEST_VALUE
    }
    return dict(list(plain.items())[:MOST_OPTIONS])


def words_of(options: Mapping[str, Scalar]) -> dict[str, object]:
    """The word to the page that these options come to, an empty one for none."""
    switches = {word: _is_on(options[name]) for name, word in _SWITCHES.items() if name in options}
    return {"do": "options", **switches} if switches else {}


def number_of(value: Any, default: int) -> int:
    """A positive whole number as Workspace writes it, as number or text."""
    text = str(value)
    return int(text) if text.isdecimal() and 0 < len(text) < 8 and int(text) > 0 else default


def _is_on(value: Scalar) -> bool:
    return str(value).lower() not in ("0", "0.0", "false", "no", "off", "")
