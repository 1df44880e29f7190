"""The bits of RFC 3261 section 25.1 that many headers share: tokens, quoted strings, lists, parameters.

Everything works on text that a message already gave us unfolded, so no function here has to know about line folding.
All scanners are linear: a hostile header of 64 kB costs no more than its length.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from cordboard.sip.errors import RemoteProtocolError

Parameters = dict[str, str | None]

WHITESPACE = " \t\r\n"

TOKEN = re.compile(r"[A-Za-z0-9\-.!%*_+`'~]+")
QUOTED = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_ESCAPED_CHARACTER = re.compile(r"\\(.)", re.DOTALL)
_MUST_BE_ESCAPED = re.compile(r'(["\\])')


def is_token(text: str) -> bool:
    """Whether `text` is one token (RFC 3261 section 25.1)."""
    return TOKEN.fullmatch(text) is not None


def quote(text: str) -> str:
    """`text` as a quoted string; line ends, which a quoted string cannot hold, become spaces."""
    flat = text.replace("\r", " ").replace("\n", " ")
    return '"' + _MUST_BE_ESCAPED.sub(r"\\\1", flat) + '"'


def unquote(text: str) -> str:
    """The text inside a quoted string; what is not a quoted string comes back as it is."""
    if len(text) < 2 or text[0] != '"' or text[-1] != '"':
        return text
    inner = text[1:-1]
    return _ESCAPED_CHARACTER.sub(r"\1", inner) if "\\" in inner else inner


def number(text: str, highest: int, what: str) -> int:
    """`text`, which must be decimal digits only, as a number up to `highest`; raises RemoteProtocolError otherwise."""
    if not (text.isascii() and text.isdigit()) or len(text) > 64 or (value := int(text)) > highest:
        raise RemoteProtocolError(f"{what} is not a number between 0 and {highest}")
    return value


def split_outside(text: str, separator: str) -> list[str]:
    """Cut `text` at each `separator` (one character) outside quoted strings and angle brackets; parts are stripped."""
    if '"' not in text and "<" not in text:
        return [part.strip(WHITESPACE) for part in text.split(separator)]
    parts: list[str] = []
    start = 0
    for at in _separators(text, separator):
        parts.append(text[start:at].strip(WHITESPACE))
        start = at + 1
    parts.append(text[start:].strip(WHITESPACE))
    return parts


def split_list(text: str) -> list[str]:
    """The elements of a comma-separated header value; empty elements are left out."""
    return [element for element in split_outside(text, ",") if element]


def parse_parameters(text: str) -> Parameters:
    """`;name=value;name` as a mapping with lower-case names; the first of two equal names wins.

    Values are kept as written, quotes included, so that printing gives back what came; `unquote` gives their text.
    """
    parameters: Parameters = {}
    for part in split_outside(text, ";"):
        name, equals, value = part.partition("=")
        name = name.rstrip(WHITESPACE).lower()
        if name:
            parameters.setdefault(name, value.lstrip(WHITESPACE) if equals else None)
        elif equals:
            raise RemoteProtocolError("parameter without a name")
    return parameters


def print_parameters(parameters: Mapping[str, str | None]) -> str:
    """The reverse of `parse_parameters`, leading semicolon included; empty for no parameters."""
    if not parameters:
        return ""
    return "".join([f";{name}" if value is None else f";{name}={value}" for name, value in parameters.items()])


def _separators(text: str, separator: str) -> list[int]:
    """Where `separator` stands outside quotes and brackets."""
    found: list[int] = []
    interesting = _INTERESTING[separator]
    match = interesting.search(text)
    while match:
        at = match.start()
        if text[at] == separator:
            found.append(at)
            after = at + 1
        else:
            after = _end_of_group(text, at)
        match = interesting.search(text, after)
    return found


def _end_of_group(text: str, at: int) -> int:
    """The index after the quoted string or bracketed address that starts at `at`."""
    if text[at] == "<":
        end = text.find(">", at)
        if end < 0:
            raise RemoteProtocolError("angle bracket is not closed")
        return end + 1
    quoted = QUOTED.match(text, at)
    if quoted is None:
        raise RemoteProtocolError("quoted string is not closed")
    return quoted.end()


_INTERESTING = {separator: re.compile(rf'[{separator}"<]') for separator in ",;"}
