"""Session descriptions as RFC 8866 writes them: read leniently, written strictly.

A description is a list of lines `<letter>=<value>`. Lines up to the first `m=` are about the session, each `m=`
begins a media description. Kept are the lines that mean something in offer/answer: `o= s= c= m= a=`. Others (`b= i=
u= e= p= t= r= z= k=`) are read over, and a description is always written with `t=0 0`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from cordboard.sdp.errors import SdpError

__all__ = ["Attribute", "MediaDescription", "Origin", "SdpError", "SessionDescription", "address_type", "parse"]

MAXIMUM_LENGTH = 65_535  # characters: what a datagram can carry
MAXIMUM_MEDIA = 32

_LINE_END = re.compile(r"\r\n|\n|\r")
_NUMBER = re.compile(r"[0-9]{1,20}")
_PORT = re.compile(r"([0-9]{1,5})(?:/[0-9]{1,5})?")


@dataclass(frozen=True, slots=True)
class Attribute:
    """One `a=` line: `a=name` or `a=name:value`."""

    name: str
    value: str | None = None

    def __str__(self) -> str:
        return self.name if self.value is None else f"{self.name}:{self.value}"


@dataclass(slots=True)
class Origin:
    """The `o=` line; `address` is an IP literal or a host name."""

    username: str = "-"
    session_id: int = 0
    version: int = 0
    address: str = "0.0.0.0"

    def __str__(self) -> str:
        return f"{self.username} {self.session_id} {self.version} IN {address_type(self.address)} {self.address}"


@dataclass(slots=True)
class MediaDescription:
    """One `m=` line with what belongs to it; port 0 means refused."""

    kind: str
    port: int
    protocol: str
    formats: list[str]
    connection: str | None = None
    attributes: list[Attribute] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """The value of the first attribute of that name; "" for one without value."""
        return _first(self.attributes, name)

    def get_all(self, name: str) -> list[str]:
        """The values of all attributes of that name."""
        return _all(self.attributes, name)


@dataclass(slots=True)
class SessionDescription:
    """A whole description; `connection` is the address of the session's `c=` line, if it has one."""

    origin: Origin = field(default_factory=Origin)
    name: str = "-"
    connection: str | None = None
    attributes: list[Attribute] = field(default_factory=list)
    media: list[MediaDescription] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        """The value of the first session-level attribute of that name; "" for one without value."""
        return _first(self.attributes, name)

    def get_all(self, name: str) -> list[str]:
        """The values of all session-level attributes of that name."""
        return _all(self.attributes, name)

    def lookup(self, media: MediaDescription, name: str) -> str | None:
        """The media's attribute or else the session's, which is the default of all media."""
        value = media.get(name)
        return self.get(name) if value is None else value

    def connection_of(self, media: MediaDescription) -> str | None:
        """The address at which that media is received."""
        return media.connection or self.connection

    def to_text(self) -> str:
        """The description on the wire, lines ended by CRLF."""
        return "".join(f"{line}\r\n" for line in self._lines())

    def __str__(self) -> str:
        return self.to_text()

    def _lines(self) -> Iterable[str]:
        yield "v=0"
        yield f"o={self.origin}"
        yield f"s={self.name or '-'}"
        if self.connection is not None:
            yield _connection_line(self.connection)
        yield "t=0 0"
        yield from (f"a={attribute}" for attribute in self.attributes)
        for media in self.media:
            yield f"m={media.kind} {media.port} {media.protocol} {' '.join(media.formats)}"
            if media.connection is not None:
                yield _connection_line(media.connection)
            yield from (f"a={attribute}" for attribute in media.attributes)


def address_type(address: str) -> str:
    """`IP4` or `IP6`."""
    return "IP6" if ":" in address else "IP4"


def parse(text: str) -> SessionDescription:
    """Read a description; raises `SdpError` (400) if it cannot be read."""
    if len(text) > MAXIMUM_LENGTH:
        raise SdpError(f"description longer than {MAXIMUM_LENGTH} characters")
    if "\0" in text:
        raise SdpError("description contains NUL")
    lines = [line for line in _LINE_END.split(text) if line.strip()]
    if not lines or lines[0].rstrip() != "v=0":
        raise SdpError("description does not begin with v=0")
    description = SessionDescription()
    seen = set()
    for line in lines[1:]:
        letter, equals, value = line[:1], line[1:2], line[2:].rstrip()
        if equals != "=" or not ("a" <= letter <= "z"):
            raise SdpError("line without letter and equals sign")
        seen.add(letter)
        _read_line(description, letter, value)
    if "o" not in seen:
        raise SdpError("description without o= line")
    return description


def _read_line(description: SessionDescription, letter: str, value: str) -> None:
    media = description.media[-1] if description.media else None
    match letter:
        case "m":
            if len(description.media) >= MAXIMUM_MEDIA:
                raise SdpError(f"more than {MAXIMUM_MEDIA} media")
            description.media.append(_media(value))
        case "a":
            (media or description).attributes.append(_attribute(value))
        case "c":
            (media or description).connection = _connection(value)
        case "o" if media is None:
            description.origin = _origin(value)
        case "s" if media is None:
            description.name = value or "-"
        case _:
            pass  # b=, t= and the like: nothing in them decides an offer or answer


def _attribute(value: str) -> Attribute:
    name, colon, rest = value.partition(":")
    return Attribute(name.strip(), rest.strip() if colon else None)


def _origin(value: str) -> Origin:
    parts = value.split()
    if len(parts) != 6 or not _NUMBER.fullmatch(parts[1]) or not _NUMBER.fullmatch(parts[2]):
        raise SdpError("o= line cannot be read")
    return Origin(parts[0], int(parts[1]), int(parts[2]), parts[5])


def _connection(value: str) -> str:
    parts = value.split()
    if len(parts) != 3 or parts[0].upper() != "IN":
        raise SdpError("c= line cannot be read")
    address = parts[2].partition("/")[0]
    if not address:
        raise SdpError("c= line without address")
    return address


def _media(value: str) -> MediaDescription:
    parts = value.split()
    port = _PORT.fullmatch(parts[1]) if len(parts) >= 4 else None
    if port is None or int(port[1]) > 65_535:
        raise SdpError("m= line cannot be read")
    return MediaDescription(parts[0].lower(), int(port[1]), parts[2], parts[3:])


def _connection_line(address: str) -> str:
    return f"c=IN {address_type(address)} {address}"


def _first(attributes: Iterable[Attribute], name: str) -> str | None:
    for attribute in attributes:
        if attribute.name == name:
            return attribute.value or ""
    return None


def _all(attributes: Iterable[Attribute], name: str) -> list[str]:
    return [attribute.value or "" for attribute in attributes if attribute.name == name]
