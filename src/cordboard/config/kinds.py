"""What a setting may hold: from the value in the file to the value in `Settings`, or a sentence why not.

Each kind reads one TOML value. A wrong value raises `Wrong`, which says what the value is not and, where that can be
guessed, what would be right; the reader of the file adds file, line and the setting's own default as an example.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cordboard.config.values import Address, PortRange

_HOST_NAME = re.compile(
    r"(?=.{1,253}$)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?)*\.?"
)


class Wrong(ValueError):
    """`why` completes the sentence '<value> ...'; `right` is a value, as written in the file, that would do."""

    def __init__(self, why: str, right: str = "") -> None:
        super().__init__(why)
        self.why = why
        self.right = right


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` is the word of the reference page; `read` takes the TOML value and gives the value of `Settings`.

    `example` is a value as written in the file.
    """

    name: str
    read: Callable[[object], object]
    example: str = ""


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise Wrong(f"is not {what}", quoted(str(value)) if isinstance(value, (int, float)) and what == "text" else "")
    return value


def quoted(text: str) -> str:
    """`text` as a basic string of TOML."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04X}" for c in escaped) + '"'


def is_host(text: str) -> bool:
    """True for an IPv4 or IPv6 literal and for a host name; 300.1.1.1 is neither."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return bool(_HOST_NAME.fullmatch(text)) and not re.fullmatch(r"[0-9.]+", text)
    return True


def split_address(text: str) -> Address:
    """`host:port` or `[v6]:port`; a host without port comes back with port 0, raises ValueError for anything else."""
    bracketed = re.fullmatch(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]{1,5}))?", text)
    plain = re.fullmatch(r"([^:\[\]\s]+)(?::([0-9]{1,5}))?", text)
    match = bracketed or plain
    if match is None or not is_host(match[1]):
        raise ValueError(text)
    port = int(match[2] or 0)
    if port > 65535 or (match[2] and port == 0):
        raise ValueError(text)
    return Address(match[1], port)


def _port_of(text: str) -> int:
    return split_address(text).port if text else 0


def address(example: str, *, optional: bool = False) -> Kind:
    """Host and port; `example` lends its port to a value that has none."""

    def read(value: object) -> Address:
        text = _text(value, "host:port")
        if not text and optional:
            return Address("", 0)
        try:
            found = split_address(text)
        except ValueError:
            raise Wrong("is not host:port", quoted(example)) from None
        if found.port == 0:
            raise Wrong("is not host:port", quoted(str(Address(found.host, _port_of(example)))))
        return found

    return Kind("host:port", read, quoted(example))


def host(example: str, *, optional: bool = False) -> Kind:
    """An IP address of this machine, or one that others reach it by."""

    def read(value: object) -> str:
        text = _text(value, "an IP address")
        if not text and optional:
            return ""
        try:
            ipaddress.ip_address(text)
        except ValueError:
            raise Wrong("is not an IP address", quoted(example)) from None
        return text

    return Kind("IP address", read, quoted(example))


def ports(example: str) -> Kind:
    """A range of ports, `first-last`."""

    def read(value: object) -> PortRange:
        match = re.fullmatch(r"([0-9]{1,5})-([0-9]{1,5})", _text(value, "a range of ports"))
        if match is None:
            raise Wrong("is not a range of ports", quoted(example))
        first, last = int(match[1]), int(match[2])
        if not 1024 <= first <= last <= 65535:
            raise Wrong("is not a range of ports between 1024 and 65535", quoted(example))
        return PortRange(first, last)

    return Kind("port range", read, quoted(example))


def origin_of(text: str, schemes: tuple[str, ...]) -> str:
    """Scheme, host and port of a URL in the form browsers send as Origin; raises ValueError."""
    parts = urlsplit(text)
    port = parts.port  # raises ValueError when it is no port
    if parts.scheme not in schemes or not parts.hostname or not is_host(parts.hostname) or parts.username is not None:
        raise ValueError(text)
    usual = {"http": 80, "https": 443, "ws": 80, "wss": 443}[parts.scheme]
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{name}" + ("" if port in (None, usual) else f":{port}")


def _origin(text: str, example: str) -> str:
    try:
        origin = origin_of(text, ("http", "https"))
    except ValueError:
        raise Wrong("is not an http or https address", quoted(example)) from None
    if urlsplit(text)[2:] not in (("", "", ""), ("/", "", "")):
        raise Wrong("has a path; only scheme, host and port belong here", quoted(origin))
    return origin


def url(example: str, *, optional: bool = False) -> Kind:
    """Scheme, host and port of an http or https server."""

    def read(value: object) -> str:
        text = _text(value, "an http or https address")
        return "" if optional and not text else _origin(text, example)

    return Kind("URL", read, quoted(example))


def websocket_url(example: str) -> Kind:
    """A ws or wss address with its path, or nothing."""

    def read(value: object) -> str:
        text = _text(value, "a ws or wss address")
        try:
            return origin_of(text, ("ws", "wss")) + (urlsplit(text).path or "/") if text else ""
        except ValueError:
            raise Wrong("is not a ws or wss address", quoted(example)) from None

    return Kind("URL", read, quoted(example))


def _items(value: object, what: str) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Wrong(f"is not a list of {what}", f"[{quoted(value)}]" if isinstance(value, str) else "")
    return value


def origins(example: str) -> Kind:
    """A list of origins, each as `url`."""
    return Kind(
        "list of URLs",
        lambda value: tuple(_origin(item, example) for item in _items(value, "URLs")),
        f"[{quoted(example)}]",
    )


def _cookie_names(value: object) -> tuple[str, ...]:
    names = _items(value, "cookie names")
    if not all(re.fullmatch(r"[A-Za-z0-9_.-]+", name) for name in names):
        raise Wrong("is not a list of cookie names", '["JSESSIONID"]')
    return tuple(names)


COOKIE_NAMES = Kind("list of cookie names", _cookie_names)


def whole(minimum: int, maximum: int) -> Kind:
    """A whole number with its limits."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise Wrong("is not a whole number", value if isinstance(value, str) and value.isdecimal() else "")
        if not minimum <= value <= maximum:
            raise Wrong(f"is not between {minimum} and {maximum}")
        return value

    return Kind(f"whole number, {minimum} to {maximum}", read)


def _truth(value: object) -> bool:
    if not isinstance(value, bool):
        guess = {"yes": "true", "on": "true", "1": "true", "true": "true", "no": "false", "off": "false", "0": "false"}
        raise Wrong("is not true or false", guess.get(str(value).lower(), "true" if value == 1 else "false"))
    return value


TRUTH = Kind("true or false", _truth)


def choice(*words: str) -> Kind:
    """One of a few words."""
    among = " or ".join(quoted(word) for word in words)

    def read(value: object) -> str:
        if value not in words:
            raise Wrong(f"is not {among}" if len(words) < 3 else f"is none of {', '.join(map(quoted, words))}")
        return str(value)

    return Kind(among, read)


def _line_of_text(value: object) -> str:
    text = _text(value, "text")
    if not text.isprintable():
        raise Wrong("holds a character that cannot be printed")
    return text


TEXT = Kind("text", _line_of_text)


def _realm(value: object) -> str:
    text = _line_of_text(value)
    if not text or '"' in text or "\\" in text:
        raise Wrong("is not a realm: it must not be empty nor hold quotes or backslashes", '"cordboard"')
    return text


REALM = Kind("text", _realm)


def _number(value: object) -> str:
    text = _text(value, "text")
    if not re.fullmatch(r"[A-Za-z0-9_.+-]{1,64}", text):
        raise Wrong("is not a DN: digits, letters and _ . + - only", '"5001"')
    return text


DN = Kind("text", _number, '"5001"')
